/** A connection over plain HTTP: a response that goes on brings messages down, requests take them up. */

import { CloseCode } from "../core/closing";
import { ProtocolError } from "../core/errors";
import { type Frame, FrameParser } from "../core/frames";
import { isObject, Members } from "../core/members";
import { downAddress, upAddress } from "./addresses";
import { randomId } from "./random-id";
import type { Transport, TransportEnd, TransportHandlers } from "./transport";
import { Uplink } from "./uplink";

/** Longest wait for the head of the first response, ms, before messages are sent all the same: a proxy may hold it back too. */
const HEAD_MS = 1_000;
/** Longest time without a byte, ms, after the server has taken the first message, which it answers at once. */
const HELD_BACK_MS = 5_000;

export class HttpTransport implements Transport {
  readonly #id = randomId();
  readonly #abort = new AbortController();
  readonly #uplink: Uplink;
  #handlers: TransportHandlers | null;
  #open = false;
  #heard = false;
  readonly #headTimer: ReturnType<typeof setTimeout>;
  #heldBackTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly page: string,
    readonly name: "http" | "polling",
    handlers: TransportHandlers,
  ) {
    this.#handlers = handlers;
    this.#uplink = new Uplink(upAddress(page, this.#id), {
      delivered: () => this.#delivered(),
      refused: (reason) => this.#end({ code: CloseCode.lost, reason }),
    });
    this.#headTimer = setTimeout(() => this.#opened(), HEAD_MS);
    void this.#run();
  }

  get congested(): boolean {
    return this.#uplink.busy;
  }

  send(text: string): void {
    if (this.#open && this.#handlers !== null) this.#uplink.send(text);
  }

  /** A deliberate end takes along what was said last. */
  close(code: number): void {
    this.#forget();
    if (code === CloseCode.normal) void this.#uplink.finish().finally(() => this.#abort.abort());
    else this.#stop();
  }

  async #run(): Promise<void> {
    try {
      do await this.#receive();
      while (this.name === "polling" && this.#handlers !== null);
      this.#end({ code: CloseCode.lost, reason: "the response ended" });
    } catch (error) {
      const broken = error instanceof ProtocolError;
      this.#end({ code: broken ? CloseCode.malformed : CloseCode.lost, reason: String(error) });
    }
  }

  /** One request, and the messages of its response. */
  async #receive(): Promise<void> {
    const url = downAddress(this.page, this.#id, this.name === "polling");
    const response = await fetch(url, { cache: "no-store", signal: this.#abort.signal });
    if (!response.ok || response.body === null) {
      this.#end({ code: CloseCode.lost, reason: `HTTP status ${response.status}` });
      return;
    }
    this.#opened();
    const frames = new FrameParser();
    const reader = response.body.getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      this.#heard = true;
      for (const frame of frames.push(read.value)) this.#frame(frame);
    }
    if (!frames.complete) throw new TypeError("the response ended within a message");
  }

  #frame({ kind, payload }: Frame): void {
    if (kind === "chunk") this.#handlers?.chunk(payload.buffer);
    else if (kind === "text") this.#handlers?.text(new TextDecoder().decode(payload));
    else this.#end(parseEnd(new TextDecoder().decode(payload)));
  }

  #opened(): void {
    clearTimeout(this.#headTimer);
    if (this.#open) return;
    this.#open = true;
    this.#handlers?.opened();
  }

  #delivered(): void {
    if (this.#heard || this.name === "polling" || this.#heldBackTimer !== undefined) return;
    this.#heldBackTimer = setTimeout(() => {
      const end = { code: CloseCode.lost, reason: "a proxy holds the response back", heldBack: true };
      if (!this.#heard) this.#end(end);
    }, HELD_BACK_MS);
  }

  #end(end: TransportEnd): void {
    const handlers = this.#handlers;
    this.#forget();
    this.#stop();
    handlers?.closed(end);
  }

  #forget(): void {
    this.#handlers = null;
    clearTimeout(this.#headTimer);
    clearTimeout(this.#heldBackTimer);
  }

  #stop(): void {
    this.#uplink.abort();
    this.#abort.abort();
  }
}

function parseEnd(text: string): TransportEnd {
  const value: unknown = JSON.parse(text);
  const end = new Members("end", isObject(value) ? value : {});
  return { code: end.integer("code", 0, CloseCode.max), reason: end.string("reason") };
}
