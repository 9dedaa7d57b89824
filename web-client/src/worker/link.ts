/** One viewer's connection: opens it, notices when it dies, and opens it again. */

import type { ConnectionStatus, StatusDetail } from "../bridge";
import { Backoff } from "../core/backoff";
import type { ClientMessage } from "../core/client-messages";
import { type AfterClose, afterClose, CloseCode } from "../core/closing";
import type { TransportChoice } from "../core/fallback";
import { Heartbeat } from "../core/heartbeat";
import type { Sender } from "../core/outbox";
import { SleepWatch } from "../core/sleep";
import { ChannelWay } from "./channel-way";
import { Route, type Way } from "./route";
import type { Transport, TransportEnd } from "./transport";

/** How often silence is measured, ms: a fraction of the 3 s after which a ping is due. */
const POLL_MS = 500;
/** A connection that held this long, ms, was good: its loss is retried quickly. */
const GOOD_MS = 2_000;
/** How long after a loss, ms, a display that is not there may only not be there yet: Python programs start in seconds. */
const RESTART_MS = 20_000;
/** Longest time for a connection to open, ms: four round trips of a bad link, and a server that is busy for seconds. */
const OPENING_MS = 8_000;
/** Longest wait for a sign of life, ms, where there is reason to doubt that the connection has survived. */
const PROBE_MS = 3_000;

/** What the link itself knows of a status. */
export type LinkStatus = Omit<StatusDetail, "takesInput" | "resumed">;

export interface LinkHandlers {
  /** The connection is open: say hello. */
  opened(): void;
  text(data: string): void;
  chunk(data: ArrayBuffer): void;
  /** The connection is gone; what depended on it is to be forgotten. */
  lost(): void;
  status(detail: LinkStatus): void;
}

/** How a connection ended. `after` overrules what the code asks for. */
interface Ending extends TransportEnd {
  readonly after?: AfterClose;
}

/** One connection, from the try on. Times are ms of the monotonic clock. */
interface Attempt {
  readonly transport: Transport;
  readonly heartbeat: Heartbeat;
  opened: number | null;
  greeted: number | null;
}

export class Link implements Sender {
  readonly #backoff = new Backoff();
  readonly #route: Way;
  readonly #sleep = new SleepWatch(POLL_MS, Date.now());
  readonly #poll: ReturnType<typeof setInterval>;
  #attempt: Attempt | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Waiting for the next try, which nothing but time stands against. */
  #waiting = false;
  /** There is reason to doubt the connection: where it has died, the next try is due at once. */
  #doubtful = false;
  #last: Ending | null = null;
  /** When the last good connection was lost; null before the first loss. */
  #lostAt: number | null = null;
  #closed = false;
  /** Round trip of the last ping, ms. */
  roundTripMs: number | null = null;

  /**
   * @param page address of the display's page, with a slash at its end; with a channel, of a proxy, see `ChannelWay`.
   * @param channel leads to the display in place of the network.
   */
  constructor(
    private readonly page: string,
    choice: TransportChoice,
    private readonly handlers: LinkHandlers,
    channel: MessagePort | null = null,
  ) {
    const changed = () => this.#reroute();
    this.#route =
      channel === null ? new Route(page, choice, changed) : new ChannelWay(channel, page, changed);
    this.#poll = setInterval(() => this.#tick(), POLL_MS);
  }

  get congested(): boolean {
    return this.#attempt?.transport.congested ?? false;
  }

  /** The credential of this connection, where its way has one of its own. */
  get token(): string | null {
    return this.#route.token;
  }

  /** Tries now instead of when the backoff ends; nothing where a connection is open or being opened. */
  open(): void {
    if (this.#closed || this.#attempt !== null) return;
    clearTimeout(this.#retry);
    this.#waiting = false;
    const now = performance.now();
    const heartbeat = new Heartbeat(now);
    heartbeat.expect(OPENING_MS, now);
    try {
      this.#attempt = { transport: this.#connect(heartbeat), heartbeat, opened: null, greeted: null };
    } catch (error) {
      this.#end({ code: 0, reason: `${this.page}: ${String(error)}`, after: "report" });
      return;
    }
    this.#say(this.#last === null ? "connecting" : "reconnecting", null);
  }

  /**
   * The network is back, the tab is shown, the machine was asleep: no reason to wait any longer. A refusal stays one.
   *
   * @param moved whether the network may be another one.
   */
  wake(moved: boolean): void {
    if (moved) this.#route.wake();
    this.#backoff.reset();
    const attempt = this.#attempt;
    if (attempt === null) {
      if (this.#waiting) this.open();
    } else if (attempt.opened === null || attempt.greeted !== null) {
      const now = performance.now();
      if (!moved && !attempt.heartbeat.quiet(now)) return;
      this.#doubtful = true;
      attempt.heartbeat.expect(PROBE_MS, now);
      this.ping();
    }
  }

  /** The server has greeted us. */
  welcomed(): void {
    if (this.#attempt === null) return;
    this.#attempt.greeted = performance.now();
    this.#say("connected", null);
  }

  send(message: ClientMessage): void {
    this.#attempt?.transport.send(JSON.stringify(message));
  }

  /** Measures the round trip, and asks for a sign of life; not before the greetings, which are the first messages. */
  ping(): void {
    if (this.#attempt === null || this.#attempt.greeted === null) return;
    this.send({ type: "ping", t: performance.now() });
  }

  ponged(t: number): void {
    this.roundTripMs = performance.now() - t;
  }

  /** Ends this connection because of what came over it; what happens next is up to `after`. */
  fail(code: number, reason: string, after?: AfterClose): void {
    this.#attempt?.transport.close(code, reason);
    this.#end({ code, reason, ...(after && { after }) });
  }

  /** Ends for good. */
  close(reason: string): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearInterval(this.#poll);
    this.send({ type: "bye", reason });
    this.#attempt?.transport.close(CloseCode.normal, reason);
    this.#release();
    this.#last = { code: CloseCode.normal, reason };
    this.#say("closed", null);
  }

  #connect(heartbeat: Heartbeat): Transport {
    const heard = () => {
      heartbeat.heard(performance.now());
      this.#doubtful = false;
    };
    return this.#route.connect({
      opened: () => {
        heard();
        if (this.#attempt !== null) this.#attempt.opened = performance.now();
        this.handlers.opened();
      },
      text: (data) => {
        heard();
        this.handlers.text(data);
      },
      chunk: (data) => {
        heard();
        this.handlers.chunk(data);
      },
      closed: (end) => this.#end(end),
    });
  }

  #tick(): void {
    if (this.#sleep.poll(Date.now())) this.wake(true);
    if (this.#attempt === null) return;
    const now = performance.now();
    const action = this.#attempt.heartbeat.poll(now);
    if (action === "ping") this.ping();
    if (action === "drop") this.fail(CloseCode.timeout, "nothing heard from the server");
    else if (this.#attempt.greeted !== null) this.#route.poll(now);
  }

  /** Another transport is the better one: goes over to it, or tries it now. */
  #reroute(): void {
    const attempt = this.#attempt;
    if (attempt === null) {
      if (this.#waiting) this.open();
    } else if (attempt.greeted !== null) {
      const reason = "going over to another transport";
      attempt.transport.close(CloseCode.lost, reason);
      this.#last = { code: CloseCode.lost, reason };
      this.#release();
      this.open();
    }
  }

  /** Forgets the connection, which has been let go of. */
  #release(): void {
    if (this.#attempt === null) return;
    this.#attempt = null;
    this.roundTripMs = null;
    this.handlers.lost();
  }

  #end(ending: Ending): void {
    if (this.#closed) return;
    const attempt = this.#attempt;
    this.#release();
    const overruled = attempt === null ? null : this.#judge(attempt, ending);
    const after = overruled ?? ending.after ?? afterClose(ending.code);
    this.#last = { ...ending, after };
    if (after !== "reconnect" && after !== "slow") {
      this.#say("refused", null);
      return;
    }
    const ms = 1_000 * this.#delay(after, ending);
    this.#waiting = true;
    this.#retry = setTimeout(() => this.open(), ms);
    this.#say("reconnecting", ms);
  }

  /** Learns from a connection that has ended. Returns what is to happen next, or null for what the close asks for. */
  #judge({ transport, opened, greeted }: Attempt, ending: Ending): AfterClose | null {
    const now = performance.now();
    if (greeted !== null && now - greeted >= GOOD_MS) {
      this.#backoff.reset();
      this.#lostAt = now;
    } else if (greeted !== null) {
      this.#backoff.soften();
      this.#lostAt ??= now;
    }
    const openedMs = opened === null ? null : now - opened;
    return this.#route.ended({ ...ending, transport: transport.name, openedMs, greeted: greeted !== null });
  }

  /** Seconds until the next try. */
  #delay(after: "reconnect" | "slow", { code, heldBack = false }: Ending): number {
    const random = Math.random();
    const lostMs = this.#lostAt === null ? Number.POSITIVE_INFINITY : performance.now() - this.#lostAt;
    // A server that has just been restarted may not have its displays yet.
    const isStarting = code === CloseCode.unknown && lostMs < RESTART_MS;
    if (after === "slow" && !isStarting) return this.#backoff.slow(random);
    const atOnce = this.#doubtful || heldBack;
    this.#doubtful = false;
    return atOnce ? 0 : this.#backoff.next(random, lostMs / 1_000);
  }

  #say(status: ConnectionStatus, retryInMs: number | null): void {
    const last = this.#last;
    this.handlers.status({
      status,
      code: last?.code ?? null,
      reason: last?.reason ?? "",
      after: last === null ? null : (last.after ?? afterClose(last.code)),
      retryInMs,
      transport: this.#attempt?.transport.name ?? null,
      fallback: this.#route.fellBack,
    });
  }
}
