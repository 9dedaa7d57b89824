/** The way of a picture in the worker: from its chunk through a decoder to the surface, and what is told of it. */

import type { FromWorker, StartCommand } from "../bridge";
import { type ChunkHeader, isVideo, parseChunk } from "../core/chunk";
import { KeyframeGate } from "../core/gate";
import { type CanvasColorSpace, colorSpaceOf, type StreamDescription } from "../core/server-messages";
import { Streams } from "../core/streams";
import { ImagePipe } from "./image";
import { Meter } from "./meter";
import { Presenter } from "./presenter";
import { OwnSurface, PageSurface, type Surface } from "./surface";
import { VideoPipe } from "./video";

export interface PictureHandlers {
  /** Tells the page. */
  post(message: FromWorker, transfer?: Transferable[]): void;
  /** The chunk is done with, and so are those before it; `queue` chunks wait for a decoder. It was here for `held` ms. */
  done(sequence: number, queue: number, held: number): void;
  /** A decoder has failed at this chunk: another keyframe is needed. */
  failed(reason: string, header: ChunkHeader): void;
}

export class Pictures {
  readonly meter = new Meter();
  readonly #surface: Surface;
  readonly #presenter: Presenter;
  readonly #video: VideoPipe;
  readonly #images: ImagePipe;
  readonly #gate = new KeyframeGate();
  readonly #streams = new Streams();
  /** Number of the stream whose picture is on the canvas. */
  #shownStream: number | null = null;
  /** When chunks that are not done with have come, ms, by sequence number. */
  readonly #arrived = new Map<number, number>();
  /** Headers of pictures on their way to the surface. */
  readonly #drawing = new Map<number, ChunkHeader>();

  /** @param canvas undefined where the page draws. */
  constructor(
    canvas: StartCommand["canvas"],
    private readonly handlers: PictureHandlers,
  ) {
    const drawn = (sequence: number) => this.drawn(sequence);
    const colorSpace = (header: ChunkHeader) => this.#colorSpace(header);
    this.#surface = canvas
      ? new OwnSurface(canvas, drawn, colorSpace)
      : new PageSurface((message, transfer) => handlers.post(message, transfer), colorSpace);
    const skipped = () => this.meter.skipped();
    this.#presenter = new Presenter(this.#surface, skipped);
    const picture = (image: VideoFrame | ImageBitmap, header: ChunkHeader, arrived: number) =>
      this.#decoded(image, header, arrived);
    const failed = (reason: string, header: ChunkHeader) => this.#failed(reason, header);
    this.#video = new VideoPipe({ picture, failed });
    this.#images = new ImagePipe({ picture, failed, skipped });
  }

  /** The server describes the chunks to come. */
  describe(stream: StreamDescription): void {
    this.#streams.describe(stream);
  }

  /**
   * Takes a chunk as it came.
   *
   * @throws ProtocolError where it is none, or of a stream that has not been described.
   */
  chunk(data: ArrayBuffer): void {
    const arrived = performance.now();
    this.meter.received(data.byteLength, arrived);
    const chunk = parseChunk(data);
    const { header } = chunk;
    this.#arrived.set(header.sequence, arrived);
    const description = this.#streams.current(header);
    if (!isVideo(header.format)) {
      this.#images.decode(chunk, colorSpaceOf(description), arrived);
    } else if (this.#gate.admit(header)) {
      this.#video.decode(chunk, description, arrived);
    } else {
      this.meter.skipped();
      this.#done(header.sequence);
    }
  }

  /** A picture is on the canvas. */
  drawn(sequence: number): void {
    const header = this.#drawing.get(sequence);
    if (header === undefined) return;
    // Pictures are drawn in order: what is older has been skipped.
    for (const older of this.#drawing.keys()) {
      this.#drawing.delete(older);
      if (older === sequence) break;
    }
    this.meter.presented(sequence, performance.now());
    this.#done(sequence);
    this.#tellStream(header);
    const { frame, width, height, pixelRatio, lossless } = header;
    const colorSpace = this.#colorSpace(header);
    this.handlers.post({
      type: "frame",
      frame: { sequence, frame, width, height, pixelRatio, lossless, colorSpace },
    });
  }

  /** The current picture as PNG, or null where there is none or the page holds it. */
  screenshot(): Promise<Blob | null> {
    return this.#surface.screenshot();
  }

  /** The connection is gone; the picture that is shown stays. */
  reset(): void {
    this.#gate.close();
    this.#streams.clear();
    this.#shownStream = null;
    this.#drawing.clear();
    this.#arrived.clear();
    this.#video.reset();
    this.#images.reset();
    this.#presenter.reset();
  }

  #decoded(image: VideoFrame | ImageBitmap, header: ChunkHeader, arrived: number): void {
    this.meter.decoded(header.sequence, arrived);
    if (this.#presenter.isRedundant(header)) {
      image.close();
      this.meter.skipped();
      this.#done(header.sequence);
      return;
    }
    this.#drawing.set(header.sequence, header);
    this.#presenter.offer(image, header);
  }

  #failed(reason: string, header: ChunkHeader): void {
    this.meter.failed();
    // An image refers to nothing and nothing refers to it: the video goes on.
    if (reason !== "image-error") this.#gate.close();
    this.handlers.failed(reason, header);
    this.#done(header.sequence);
  }

  #done(sequence: number): void {
    const arrived = this.#arrived.get(sequence);
    for (const older of this.#arrived.keys()) {
      this.#arrived.delete(older);
      if (older === sequence) break;
    }
    const held = arrived === undefined ? 0 : Math.round(performance.now() - arrived);
    this.handlers.done(sequence, this.#video.queue + this.#images.queue, held);
  }

  #colorSpace(header: ChunkHeader): CanvasColorSpace {
    const description = this.#streams.find(header);
    return description === undefined ? "srgb" : colorSpaceOf(description);
  }

  /** Tells the page which stream it sees a picture of, where that is another one than before. */
  #tellStream(header: ChunkHeader): void {
    const stream = this.#streams.find(header);
    if (stream === undefined || stream.stream === this.#shownStream) return;
    this.#shownStream = stream.stream;
    this.handlers.post({ type: "stream", stream });
  }
}
