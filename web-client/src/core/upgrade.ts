/** When to leave the channel of a host for a server that the page reaches by itself. Times are ms of any monotonic clock. */

/** How long the channel is used before the server is tried again, ms: at first, and at most; it doubles each time it was in vain. */
const RETRY_MS = 10_000;
const RETRY_MAX_MS = 60 * 60_000;
/** A connection to the server that held this long, ms, was good. */
const GOOD_MS = 60_000;

export class Upgrade {
  #active = false;
  #retryMs = RETRY_MS;
  #dueAt = Number.NEGATIVE_INFINITY;

  /** Whether the next connection goes to the server. */
  get active(): boolean {
    return this.#active;
  }

  /** Whether the server is to be asked whether it answers. */
  due(now: number): boolean {
    return !this.#active && now >= this.#dueAt;
  }

  /** The server answers. */
  begin(): void {
    this.#active = true;
  }

  /** It does not answer, or a connection to it has ended, which was open for `openedMs`: null where it never was. */
  failed(now: number, openedMs: number | null = null): void {
    this.#active = false;
    if (openedMs !== null && openedMs >= GOOD_MS) this.#retryMs = RETRY_MS;
    this.#dueAt = now + this.#retryMs;
    this.#retryMs = Math.min(RETRY_MAX_MS, 2 * this.#retryMs);
  }

  /** There is a reason to ask soon: it is another server, or the network may be another one. */
  soon(): void {
    this.#retryMs = RETRY_MS;
    this.#dueAt = Number.NEGATIVE_INFINITY;
  }
}
