/** One view's life in the worker: connection, decoders, canvas and statistics, wired together. */

import type { FromWorker, StartCommand, ToWorker } from "../bridge";
import { PROTOCOL_VERSION, type ViewSize } from "../core/client-messages";
import { CloseCode } from "../core/closing";
import { ProtocolError } from "../core/errors";
import { CapabilityLadder } from "../core/ladder";
import { Outbox } from "../core/outbox";
import { parseServerMessage, type ServerMessage } from "../core/server-messages";
import { Link } from "./link";
import { Pictures } from "./pictures";
import { proveVideo } from "./proof";

/** How often the page is told the numbers, ms. */
const STATS_MS = 1_000;

export type Post = (message: FromWorker, transfer?: Transferable[]) => void;

export class Session {
  readonly #link: Link;
  readonly #outbox: Outbox;
  readonly #pictures: Pictures;
  readonly #ladder: Promise<CapabilityLadder>;
  #token: string | null;
  #view: ViewSize;
  #statsEnabled = false;
  #latencyEnabled = false;
  /** Counts connections; `#greeted` is the one that `hello` has been sent on. */
  #connection = 0;
  #greeted: number | null = null;
  #outboxTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #statsTimer: ReturnType<typeof setInterval>;

  constructor(
    private readonly start: StartCommand,
    private readonly post: Post,
  ) {
    this.#token = start.token;
    this.#view = start.view;
    this.#ladder = makeLadder(start.video);
    this.#pictures = new Pictures(start.canvas, {
      post,
      done: (sequence, queue) => this.#link.send({ type: "ack", sequence, decode_queue: queue }),
      failed: (reason) => void this.#decoderFailed(reason),
    });
    this.#link = new Link(start.url, {
      opened: () => void this.#hello(),
      text: (data) => this.#guarded(() => this.#message(parseServerMessage(data))),
      chunk: (data) => this.#guarded(() => this.#pictures.chunk(data)),
      lost: () => this.#lost(),
      status: (detail) => this.post({ type: "status", detail }),
    });
    this.#outbox = new Outbox(this.#link);
    this.#statsTimer = setInterval(() => this.#postStats(), STATS_MS);
    this.#link.open();
  }

  /** A command of the page. */
  handle(command: Exclude<ToWorker, StartCommand>): void {
    switch (command.type) {
      case "view":
        this.#view = command.view;
        if (this.#greeted === null) return;
        this.#outbox.view(command.view, performance.now());
        this.#pollOutbox();
        return;
      case "event":
        if (this.#greeted === null) return;
        this.#outbox.event(command.event, performance.now());
        this.#pollOutbox();
        return;
      case "message":
        if (this.#greeted === null) return;
        this.#outbox.message(command, performance.now());
        return;
      case "stats":
        this.#statsEnabled = command.enabled;
        if (this.#greeted !== null) this.#link.send(command);
        return;
      case "latency":
        this.#latencyEnabled = command.enabled;
        return;
      case "token":
        this.#token = command.token;
        this.#link.retryNow();
        return;
      case "retry":
        this.#link.retryNow();
        return;
      case "drawn":
        this.#pictures.drawn(command.sequence);
        return;
      case "screenshot":
        void this.#pictures.screenshot().then((blob) => this.post({ type: "screenshot", blob }));
        return;
      case "close":
        clearInterval(this.#statsTimer);
        this.#link.close("the view was closed");
        return;
    }
  }

  async #hello(): Promise<void> {
    const connection = this.#connection;
    const { capabilities } = await this.#ladder;
    if (connection !== this.#connection) return;
    this.#greeted = connection;
    this.post({ type: "capabilities", capabilities });
    this.#link.send({
      type: "hello",
      protocol: PROTOCOL_VERSION,
      token: this.#token,
      ...capabilities,
      view: this.#view,
      client: this.start.client,
    });
  }

  /** Runs what a message asks for; a message that breaks the protocol ends the connection. */
  #guarded(handle: () => void): void {
    try {
      handle();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#link.fail(CloseCode.malformed, error.message);
    }
  }

  #message(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        if (message.protocol !== PROTOCOL_VERSION) {
          this.#link.fail(CloseCode.normal, `the server speaks protocol ${message.protocol}`, "reload");
          return;
        }
        this.post({ type: "welcome", server: message.server, name: message.name, viewer: message.viewer });
        this.post({ type: "state", state: message.state });
        if (this.#statsEnabled) this.#link.send({ type: "stats", enabled: true });
        this.#link.welcomed();
        this.#link.ping();
        return;
      case "state":
        this.post({ type: "state", state: message.state });
        return;
      case "stream":
        this.#pictures.describe(message);
        return;
      case "message":
        this.post(message);
        return;
      case "stats":
        this.post({ type: "server-stats", stats: message.stats });
        return;
      case "ping":
        this.#link.send({ type: "pong", t: message.t });
        return;
      case "pong":
        this.#link.ponged(message.t);
        return;
      case "bye":
        this.#link.fail(message.code, message.reason);
        return;
    }
  }

  async #decoderFailed(reason: string): Promise<void> {
    this.#link.send({ type: "keyframe", reason });
    if (reason === "image-error") return;
    const ladder = await this.#ladder;
    if (!ladder.failed(performance.now())) return;
    this.#link.send({ type: "capabilities", ...ladder.capabilities });
    this.post({ type: "capabilities", capabilities: ladder.capabilities });
  }

  #lost(): void {
    this.#connection += 1;
    this.#greeted = null;
    clearTimeout(this.#outboxTimer);
    this.#outbox.reset();
    this.#pictures.reset();
  }

  #pollOutbox(): void {
    clearTimeout(this.#outboxTimer);
    const wait = this.#outbox.poll(performance.now());
    if (wait !== null) this.#outboxTimer = setTimeout(() => this.#pollOutbox(), wait);
  }

  #postStats(): void {
    if (this.#statsEnabled || this.#latencyEnabled) this.#link.ping();
    const stats = this.#pictures.meter.stats(performance.now(), this.#link.roundTripMs);
    this.post({ type: "client-stats", stats });
  }
}

async function makeLadder(video: boolean): Promise<CapabilityLadder> {
  if (!video) return new CapabilityLadder([], "disabled");
  const proof = await proveVideo();
  return new CapabilityLadder(proof.video, proof.noVideo);
}
