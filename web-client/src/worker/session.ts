/** One view's life in the worker: connection, decoders, canvas and statistics, wired together. */

import type { FromWorker, StartCommand, StatusDetail, ToWorker } from "../bridge";
import { type ChunkFormat, isVideo } from "../core/chunk";
import { PROTOCOL_VERSION, type ViewSize } from "../core/client-messages";
import { CloseCode } from "../core/closing";
import { ProtocolError } from "../core/errors";
import { CapabilityLadder } from "../core/ladder";
import { Outbox } from "../core/outbox";
import { parseServerMessage, type ServerMessage, type WelcomeMessage } from "../core/server-messages";
import { Link, type LinkHandlers, type LinkStatus } from "./link";
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
  /** Goes on with the session of the last connection; kept in memory alone. */
  #session: string | null = null;
  #resumed: boolean | null = null;
  #status: LinkStatus | null = null;
  /** What the page was told last. */
  #told: StatusDetail | null = null;
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
      done: (sequence, queue, held) =>
        this.#link.send({ type: "ack", sequence, decode_queue: queue, held_ms: held }),
      failed: (reason, { format }) => void this.#decoderFailed(reason, format),
    });
    const handlers: LinkHandlers = {
      opened: () => void this.#hello(),
      text: (data) => this.#guarded(() => this.#message(parseServerMessage(data))),
      chunk: (data) => this.#guarded(() => this.#pictures.chunk(data)),
      lost: () => this.#lost(),
      status: (status) => this.#statusChanged(status),
    };
    this.#link = new Link(start.page, start.transport, handlers, start.channel ?? null);
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
        this.#outbox.event(command.event, performance.now());
        this.#pollOutbox();
        this.#tellStatus();
        return;
      case "message":
        this.#outbox.message(command, performance.now());
        this.#tellStatus();
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
        this.#link.open();
        return;
      case "retry":
        this.#link.open();
        return;
      case "wake":
        this.#link.wake(command.moved);
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
      token: this.#link.token ?? this.#token,
      session: this.#session,
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
        this.#welcome(message);
        return;
      case "taken":
        this.#outbox.taken(message.n);
        this.#tellStatus();
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

  #welcome({ protocol, server, name, viewer, state, session }: WelcomeMessage): void {
    if (protocol !== PROTOCOL_VERSION) {
      this.#link.fail(CloseCode.normal, `the server speaks protocol ${protocol}`, "reload");
      return;
    }
    this.#session = session?.token ?? null;
    this.#resumed = session?.resumed ?? false;
    this.post({ type: "welcome", server, name, viewer });
    this.post({ type: "state", state });
    if (this.#statsEnabled) this.#link.send({ type: "stats", enabled: true });
    this.#outbox.greeted(session);
    this.#link.welcomed();
    this.#link.ping();
  }

  async #decoderFailed(reason: string, format: ChunkFormat): Promise<void> {
    this.#link.send({ type: "keyframe", reason });
    if (!isVideo(format)) return;
    const ladder = await this.#ladder;
    if (!ladder.failed(performance.now(), format)) return;
    this.#link.send({ type: "capabilities", ...ladder.capabilities });
    this.post({ type: "capabilities", capabilities: ladder.capabilities });
  }

  #lost(): void {
    this.#connection += 1;
    this.#greeted = null;
    clearTimeout(this.#outboxTimer);
    this.#outbox.lost();
    this.#pictures.reset();
  }

  #statusChanged(status: LinkStatus): void {
    this.#status = status;
    this.#told = null;
    const { after } = status;
    // The other side has ended the session, and not the network.
    if (status.status !== "connected" && after !== null && after !== "reconnect") {
      this.#session = null;
      this.#outbox.endSession();
    }
    this.#tellStatus();
  }

  /** Tells the page the status, where it is another one. */
  #tellStatus(): void {
    if (this.#status === null) return;
    const lives = this.#status.status === "connected" || this.#status.status === "reconnecting";
    const takesInput = lives && this.#outbox.takesInput;
    if (this.#told?.takesInput === takesInput) return;
    this.#told = { ...this.#status, takesInput, resumed: this.#resumed };
    this.post({ type: "status", detail: this.#told });
  }

  #pollOutbox(): void {
    clearTimeout(this.#outboxTimer);
    const wait = this.#outbox.poll(performance.now());
    if (wait !== null) this.#outboxTimer = setTimeout(() => this.#pollOutbox(), wait);
  }

  #postStats(): void {
    if (!this.#view.visible) return;
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
