/** One viewer's connection: opens it, notices when it dies, and opens it again. */

import type { StatusDetail } from "../bridge";
import { Backoff } from "../core/backoff";
import type { ClientMessage } from "../core/client-messages";
import { type AfterClose, afterClose, CloseCode } from "../core/closing";
import { Heartbeat } from "../core/heartbeat";
import type { Wire } from "../core/outbox";

/** How often silence is measured, ms: a fraction of the 3 s after which a ping is due. */
const POLL_MS = 500;
/** A connection that held this long, ms, was good: its loss is retried quickly. */
const GOOD_MS = 5_000;
/** Unsent bytes that count as congestion: a few acknowledgements wait for the event loop even on an idle link. */
const CONGESTED_BYTES = 1_024;

export interface LinkHandlers {
  /** The socket is open: say hello. */
  opened(): void;
  text(data: string): void;
  chunk(data: ArrayBuffer): void;
  /** The connection is gone; what depended on it is to be forgotten. */
  lost(): void;
  status(detail: StatusDetail): void;
}

/** How a connection ended. `after` overrules what the code asks for. */
interface Ending {
  readonly code: number;
  readonly reason: string;
  readonly after?: AfterClose;
}

export class Link implements Wire {
  readonly #backoff = new Backoff();
  #socket: WebSocket | null = null;
  #heartbeat: Heartbeat | null = null;
  #poll: ReturnType<typeof setInterval> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #welcomed: number | null = null;
  #last: Ending | null = null;
  #closed = false;
  /** Round trip of the last ping, ms. */
  roundTripMs: number | null = null;

  constructor(
    private readonly url: string,
    private readonly handlers: LinkHandlers,
  ) {}

  get congested(): boolean {
    return (this.#socket?.bufferedAmount ?? 0) > CONGESTED_BYTES;
  }

  open(): void {
    if (this.#closed || this.#socket !== null) return;
    clearTimeout(this.#retry);
    this.#say(this.#last === null ? "connecting" : "reconnecting", null);
    let socket: WebSocket;
    try {
      socket = new WebSocket(this.url);
    } catch (error) {
      this.#end({ code: 0, reason: `${this.url}: ${String(error)}`, after: "report" });
      return;
    }
    this.#socket = socket;
    this.#listen(socket);
    this.#heartbeat = new Heartbeat(performance.now());
    this.#poll = setInterval(() => this.#beat(), POLL_MS);
  }

  /** Tries now instead of when the backoff ends; nothing where a connection is open or being opened. */
  retryNow(): void {
    this.open();
  }

  /** The server has greeted us. */
  welcomed(): void {
    this.#welcomed = performance.now();
    this.#say("connected", null);
  }

  send(message: ClientMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  ping(): void {
    this.send({ type: "ping", t: performance.now() });
  }

  ponged(t: number): void {
    this.roundTripMs = performance.now() - t;
  }

  /** Ends this connection because of what came over it; what happens next is up to `after`. */
  fail(code: number, reason: string, after?: AfterClose): void {
    this.#drop(code, reason);
    this.#end({ code, reason, ...(after && { after }) });
  }

  /** Ends for good. */
  close(reason: string): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.send({ type: "bye", reason });
    this.#drop(CloseCode.normal, reason);
    this.#last = { code: CloseCode.normal, reason };
    this.#say("closed", null);
  }

  #listen(socket: WebSocket): void {
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#heartbeat?.heard(performance.now());
      this.handlers.opened();
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      this.#heartbeat?.heard(performance.now());
      if (typeof data === "string") this.handlers.text(data);
      else this.handlers.chunk(data);
    };
    socket.onclose = ({ code, reason }) => {
      this.#drop(code, reason);
      this.#end({ code, reason });
    };
  }

  #beat(): void {
    const action = this.#heartbeat?.poll(performance.now());
    if (action === "ping") this.ping();
    if (action === "drop") this.fail(CloseCode.timeout, "nothing heard from the server");
  }

  /** Lets go of the socket without waiting for its close handshake, which a dead link never finishes. */
  #drop(code: number, reason: string): void {
    clearInterval(this.#poll);
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    if (socket.readyState <= WebSocket.OPEN) {
      const own = code === CloseCode.normal || (code >= 3000 && code <= 4999);
      // The reason of a close frame has room for 123 bytes (RFC 6455, section 5.5).
      socket.close(own ? code : CloseCode.normal, reason.replace(/[^ -~]/g, "?").slice(0, 123));
    }
    this.handlers.lost();
  }

  #end(ending: Ending): void {
    if (this.#closed) return;
    const held = this.#welcomed !== null && performance.now() - this.#welcomed >= GOOD_MS;
    if (held) this.#backoff.reset();
    this.#welcomed = null;
    this.roundTripMs = null;
    this.#last = ending;
    const after = ending.after ?? afterClose(ending.code);
    if (after !== "reconnect" && after !== "slow") {
      this.#say("refused", null);
      return;
    }
    const random = Math.random();
    const seconds = after === "slow" ? this.#backoff.slow(random) : this.#backoff.next(random);
    this.#retry = setTimeout(() => this.open(), seconds * 1_000);
    this.#say("reconnecting", seconds * 1_000);
  }

  #say(status: StatusDetail["status"], retryInMs: number | null): void {
    const last = this.#last;
    this.handlers.status({
      status,
      code: last?.code ?? null,
      reason: last?.reason ?? "",
      after: last === null ? null : (last.after ?? afterClose(last.code)),
      retryInMs,
    });
  }
}
