/** Notices a peer that has gone silent. Times are milliseconds of any monotonic clock. */

/** Silence after which a ping is sent, ms. */
export const PING_AFTER_MS = 3_000;
/** Silence that a living peer never keeps, ms: it answers pings, or sends its own as often. */
const QUIET_MS = PING_AFTER_MS + 1_000;
/** Silence after which the connection is dropped, ms: looked at twice a second, it is dropped within 10 s. */
export const DROP_AFTER_MS = 9_500;

export type HeartbeatAction = "none" | "ping" | "drop";

export class Heartbeat {
  #heard: number;
  #pinged: number;
  #deadline = Number.POSITIVE_INFINITY;

  constructor(now: number) {
    this.#heard = now;
    this.#pinged = now;
  }

  /** Anything at all has come from the peer. */
  heard(now: number): void {
    this.#heard = now;
    this.#deadline = Number.POSITIVE_INFINITY;
  }

  /** Whether the peer has been silent for longer than a living one is. */
  quiet(now: number): boolean {
    return now - this.#heard > QUIET_MS;
  }

  /** The peer is to be heard within `ms`, where nothing else ends the silence. An earlier deadline holds. */
  expect(ms: number, now: number): void {
    this.#deadline = Math.min(this.#deadline, now + ms);
  }

  /** What is due now. Pings are spaced like the silence that asks for them. */
  poll(now: number): HeartbeatAction {
    const silence = now - this.#heard;
    if (silence >= DROP_AFTER_MS || now >= this.#deadline) return "drop";
    if (silence < PING_AFTER_MS || now - this.#pinged < PING_AFTER_MS) return "none";
    this.#pinged = now;
    return "ping";
  }
}
