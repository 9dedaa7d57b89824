/** Decodes still images, one at a time; the newest waits, those before it are skipped. */

import type { Chunk, ChunkHeader } from "../core/chunk";
import type { CanvasColorSpace } from "../core/server-messages";

export interface ImageHandlers {
  picture(bitmap: ImageBitmap, header: ChunkHeader, arrived: number): void;
  failed(reason: "image-error", header: ChunkHeader): void;
  /** A chunk that a newer one has replaced before its turn came. */
  skipped(): void;
}

interface Job {
  readonly chunk: Chunk;
  readonly colorSpace: CanvasColorSpace;
  readonly arrived: number;
}

export class ImagePipe {
  #running = false;
  #waiting: Job | null = null;
  /** Counts resets: a bitmap that was begun before one is thrown away. */
  #epoch = 0;

  constructor(private readonly handlers: ImageHandlers) {}

  get queue(): number {
    return this.#waiting === null ? 0 : 1;
  }

  decode(chunk: Chunk, colorSpace: CanvasColorSpace, arrived: number): void {
    if (this.#waiting !== null) this.handlers.skipped();
    this.#waiting = { chunk, colorSpace, arrived };
    if (!this.#running) void this.#run();
  }

  reset(): void {
    this.#waiting = null;
    this.#epoch += 1;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting !== null) {
      const job = this.#waiting;
      this.#waiting = null;
      await this.#show(job, this.#epoch);
    }
    this.#running = false;
  }

  async #show({ chunk, colorSpace, arrived }: Job, epoch: number): Promise<void> {
    const { header, payload } = chunk;
    let bitmap: ImageBitmap;
    try {
      const blob = new Blob([payload], { type: `image/${header.format}` });
      // The pixels are the canvas' own: no multiplication by alpha, and no color management. "none" makes every bitmap an
      // sRGB one; with "default" a bitmap has the color space of its profile, and thus that of the canvas.
      const colorSpaceConversion = colorSpace === "srgb" ? "none" : "default";
      bitmap = await createImageBitmap(blob, { colorSpaceConversion, premultiplyAlpha: "none" });
    } catch {
      if (epoch === this.#epoch) this.handlers.failed("image-error", header);
      return;
    }
    if (epoch === this.#epoch) this.handlers.picture(bitmap, header, arrived);
    else bitmap.close();
  }
}
