/** Records a canvas in the browser, by its MediaRecorder. */

import { place, type Size } from "../core/viewport";
import { element } from "./dom";

/** What files may be, best first: MP4 is what most programs play. The level, 5.1, is that of 4K at 30 frames per second. */
const TYPES = ["video/mp4;codecs=avc1.640033", "video/webm;codecs=vp9", "video/webm", "video/mp4"];

/** Bits per pixel and second: 9 Mbit/s at 1080p. What browsers take by default, 2.5 Mbit/s, blurs thin lines. */
const BITS_PER_PIXEL = 4.5;

/** How often a picture that stands still is recorded again, ms: its time is a part of the recording too. */
const REPEAT_MS = 250;

/** How often the browser hands over what it has, ms: a codec that fails then costs no more than this. */
const TIMESLICE_MS = 1_000;

/** What a recording becomes here; null where the browser cannot record a canvas. */
export function recordingType(): string | null {
  if (typeof MediaRecorder === "undefined" || !("captureStream" in HTMLCanvasElement.prototype)) return null;
  return TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? null;
}

/** Ends in the name of the file. */
export function suffixOf(type: string): string {
  return type.startsWith("video/mp4") ? "mp4" : "webm";
}

/**
 * One recording, from its making on.
 *
 * It has the size of the first picture, in even numbers as 4:2:0 needs them; pictures of other sizes are fitted into it.
 * What is recorded is a copy of the canvas: a canvas that a worker draws on gives nothing until it changes.
 */
export class Recorder {
  readonly #copy: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D | null;
  readonly #media: MediaRecorder;
  readonly #parts: Blob[] = [];
  readonly #repeat: ReturnType<typeof setInterval>;
  readonly #done: Promise<Blob>;

  /** @throws DOMException where the browser refuses to record. */
  constructor(
    private readonly source: HTMLCanvasElement,
    private readonly sizeOf: () => Size,
    type: string,
  ) {
    const size = sizeOf();
    this.#copy = element("canvas");
    this.#copy.width = even(size.width);
    this.#copy.height = even(size.height);
    this.#context = this.#copy.getContext("2d", { alpha: false });
    const bitrate = Math.round(this.#copy.width * this.#copy.height * BITS_PER_PIXEL);
    this.#media = new MediaRecorder(this.#copy.captureStream(), {
      mimeType: type,
      videoBitsPerSecond: bitrate,
    });
    this.#media.addEventListener("dataavailable", ({ data }) => this.#parts.push(data));
    this.#done = new Promise((resolve) => {
      // It stops by itself where the codec fails; what there is until then is kept.
      const stopped = () => resolve(new Blob(this.#parts, { type: this.#media.mimeType }));
      this.#media.addEventListener("stop", stopped);
    });
    this.#media.start(TIMESLICE_MS);
    this.draw();
    this.#repeat = setInterval(() => this.draw(), REPEAT_MS);
  }

  /** There is another picture on the canvas, which the page sees with the second frame after it. */
  presented(): void {
    requestAnimationFrame(() => requestAnimationFrame(() => this.draw()));
  }

  /** Records what the canvas shows now. */
  draw(): void {
    const context = this.#context;
    if (context === null || this.#media.state === "inactive") return;
    const room = { width: this.#copy.width, height: this.#copy.height };
    const size = this.sizeOf();
    const same = even(size.width) === room.width && even(size.height) === room.height;
    const box = same ? { x: 0, y: 0, ...size } : place(size, room, 1, "contain").box;
    context.fillRect(0, 0, room.width, room.height);
    context.drawImage(this.source, box.x, box.y, box.width, box.height);
  }

  /** Ends it, with the picture that is shown now as the last one. */
  stop(): Promise<Blob> {
    clearInterval(this.#repeat);
    this.draw();
    // The last picture is captured with the browser's next frame. A hidden page has none, and no new picture either.
    const end = () => {
      if (this.#media.state !== "inactive") this.#media.stop();
    };
    if (document.visibilityState === "visible") requestAnimationFrame(() => requestAnimationFrame(end));
    else end();
    return this.#done;
  }
}

/** The next even number below, at least 2. */
function even(length: number): number {
  return Math.max(2, length - (length % 2));
}
