/** One view's life in the worker: connection, decoders, canvas and statistics, wired together. */

import type { FromWorker, StartCommand, ToWorker } from "../bridge";
import { type ChunkHeader, parseChunk } from "../core/chunk";
import { PROTOCOL_VERSION, type ViewSize } from "../core/client-messages";
import { CloseCode } from "../core/closing";
import { ProtocolError } from "../core/errors";
import { KeyframeGate } from "../core/gate";
import { CapabilityLadder } from "../core/ladder";
import { Outbox } from "../core/outbox";
import {
  type CanvasColorSpace,
  colorSpaceOf,
  parseServerMessage,
  type ServerMessage,
} from "../core/server-messages";
import { Streams } from "../core/streams";
import { ImagePipe } from "./image";
import { Link } from "./link";
import { Meter } from "./meter";
import { Presenter } from "./presenter";
import { proveVideo } from "./proof";
import { OwnSurface, PageSurface, type Surface } from "./surface";
import { VideoPipe } from "./video";

/** How often the page is told the numbers, ms. */
const STATS_MS = 1_000;

export type Post = (message: FromWorker, transfer?: Transferable[]) => void;

export class Session {
  readonly #link: Link;
  readonly #outbox: Outbox;
  readonly #surface: Surface;
  readonly #presenter: Presenter;
  readonly #video: VideoPipe;
  readonly #images: ImagePipe;
  readonly #meter = new Meter();
  readonly #gate = new KeyframeGate();
  readonly #ladder: Promise<CapabilityLadder>;
  readonly #streams = new Streams();
  /** Number of the stream whose picture is on the canvas. */
  #shownStream: number | null = null;
  /** Headers of pictures on their way to the surface. */
  readonly #drawing = new Map<number, ChunkHeader>();
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
    const drawn = (sequence: number) => this.#drawn(sequence);
    const colorSpace = (header: ChunkHeader) => this.#colorSpace(header);
    this.#surface = start.canvas
      ? new OwnSurface(start.canvas, drawn, colorSpace)
      : new PageSurface(post, colorSpace);
    this.#presenter = new Presenter(this.#surface, () => this.#meter.skipped());
    const picture = (image: VideoFrame | ImageBitmap, header: ChunkHeader, arrived: number) => {
      this.#meter.decoded(header.sequence, arrived);
      if (this.#presenter.isRedundant(header)) {
        image.close();
        this.#meter.skipped();
        this.#acknowledge(header.sequence);
        return;
      }
      this.#drawing.set(header.sequence, header);
      this.#presenter.offer(image, header);
    };
    const failed = (reason: string, sequence: number) => this.#decoderFailed(reason, sequence);
    this.#video = new VideoPipe({ picture, failed });
    this.#images = new ImagePipe({ picture, failed, skipped: () => this.#meter.skipped() });
    this.#link = new Link(start.url, {
      opened: () => void this.#hello(),
      text: (data) => this.#guarded(() => this.#message(parseServerMessage(data))),
      chunk: (data) => this.#guarded(() => this.#chunk(data)),
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
        this.#drawn(command.sequence);
        return;
      case "screenshot":
        void this.#surface.screenshot().then((blob) => this.post({ type: "screenshot", blob }));
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
        this.#streams.describe(message);
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

  #chunk(data: ArrayBuffer): void {
    const arrived = performance.now();
    this.#meter.received(data.byteLength, arrived);
    const chunk = parseChunk(data);
    const { header } = chunk;
    const description = this.#streams.current(header);
    if (header.format !== "h264") {
      this.#images.decode(chunk, colorSpaceOf(description), arrived);
    } else if (this.#gate.admit(header)) {
      this.#video.decode(chunk, description, arrived);
    } else {
      this.#meter.skipped();
      this.#acknowledge(header.sequence);
    }
  }

  #colorSpace(header: ChunkHeader): CanvasColorSpace {
    const description = this.#streams.find(header);
    return description === undefined ? "srgb" : colorSpaceOf(description);
  }

  /** A picture is on the canvas. */
  #drawn(sequence: number): void {
    const header = this.#drawing.get(sequence);
    if (header === undefined) return;
    // Pictures are drawn in order: what is older has been skipped.
    for (const older of this.#drawing.keys()) {
      this.#drawing.delete(older);
      if (older === sequence) break;
    }
    this.#meter.presented(sequence, performance.now());
    this.#acknowledge(sequence);
    this.#tellStream(header);
    const { frame, width, height, pixelRatio, lossless } = header;
    const colorSpace = this.#colorSpace(header);
    this.post({ type: "frame", frame: { sequence, frame, width, height, pixelRatio, lossless, colorSpace } });
  }

  /** Tells the page which stream it sees a picture of, where that is another one than before. */
  #tellStream(header: ChunkHeader): void {
    const stream = this.#streams.find(header);
    if (stream === undefined || stream.stream === this.#shownStream) return;
    this.#shownStream = stream.stream;
    this.post({ type: "stream", stream });
  }

  #acknowledge(sequence: number): void {
    this.#link.send({ type: "ack", sequence, decode_queue: this.#video.queue + this.#images.queue });
  }

  async #decoderFailed(reason: string, sequence: number): Promise<void> {
    this.#meter.failed();
    const video = reason !== "image-error";
    // An image refers to nothing and nothing refers to it: the video goes on.
    if (video) this.#gate.close();
    this.#link.send({ type: "keyframe", reason });
    this.#acknowledge(sequence);
    if (!video) return;
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
    this.#gate.close();
    this.#streams.clear();
    this.#shownStream = null;
    this.#drawing.clear();
    this.#video.reset();
    this.#images.reset();
    this.#presenter.reset();
  }

  #pollOutbox(): void {
    clearTimeout(this.#outboxTimer);
    const wait = this.#outbox.poll(performance.now());
    if (wait !== null) this.#outboxTimer = setTimeout(() => this.#pollOutbox(), wait);
  }

  #postStats(): void {
    if (this.#statsEnabled || this.#latencyEnabled) this.#link.ping();
    const stats = this.#meter.stats(performance.now(), this.#link.roundTripMs);
    this.post({ type: "client-stats", stats });
  }
}

async function makeLadder(video: boolean): Promise<CapabilityLadder> {
  if (!video) return new CapabilityLadder([], "disabled");
  const proof = await proveVideo();
  return new CapabilityLadder(proof.video, proof.noVideo);
}
