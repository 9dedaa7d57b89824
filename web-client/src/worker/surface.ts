/** Where pictures end: a canvas of the worker's own, or the page's. */

import type { FromWorker, Picture } from "../bridge";
import type { ChunkHeader } from "../core/chunk";
import type { CanvasColorSpace } from "../core/server-messages";
import { contextOf, paint } from "../paint";

/** Takes over the picture it is given. */
export interface Surface {
  draw(picture: Picture, header: ChunkHeader): void;
  /** The current picture as PNG at its physical size, or null where there is none or the page holds it. */
  screenshot(): Promise<Blob | null>;
}

/** Draws on a canvas that the page has handed over. `drawn` is called in the same task. */
export class OwnSurface implements Surface {
  #context: OffscreenCanvasRenderingContext2D | null = null;

  constructor(
    private readonly canvas: OffscreenCanvas,
    private readonly drawn: (sequence: number) => void,
    private readonly colorSpaceOf: (header: ChunkHeader) => CanvasColorSpace,
  ) {}

  draw(picture: Picture, header: ChunkHeader): void {
    this.#context ??= contextOf(this.canvas, this.colorSpaceOf(header));
    if (this.#context !== null) paint(this.canvas, this.#context, picture, header);
    picture.close();
    this.drawn(header.sequence);
  }

  async screenshot(): Promise<Blob | null> {
    return this.#context !== null ? this.canvas.convertToBlob({ type: "image/png" }) : null;
  }
}

/** Sends pictures to the page, which answers with `drawn`. */
export class PageSurface implements Surface {
  constructor(
    private readonly post: (message: FromWorker, transfer: Transferable[]) => void,
    private readonly colorSpaceOf: (header: ChunkHeader) => CanvasColorSpace,
  ) {}

  draw(picture: Picture, header: ChunkHeader): void {
    this.post({ type: "draw", picture, header, colorSpace: this.colorSpaceOf(header) }, [picture]);
  }

  async screenshot(): Promise<Blob | null> {
    return null;
  }
}
