/** The canvas element of a view: where it lies, what it shows, how the page's pixels map to it. */

import type { Picture, PresentedFrame } from "../bridge";
import type { ViewSize } from "../core/client-messages";
import type { CanvasColorSpace, CanvasState } from "../core/server-messages";
import { type Fit, place, type Size } from "../core/viewport";
import { contextOf, paint } from "../paint";
import { element } from "./dom";

export class PictureBox {
  readonly canvas = element("canvas", { part: "canvas", role: "img", "aria-label": "Canvas" });
  /** Draws on the page's side; null before the first picture, and where the worker has the canvas. */
  #context: CanvasRenderingContext2D | null = null;
  #frame: PresentedFrame | null = null;

  /** The picture that is shown, or null before the first. */
  get frame(): PresentedFrame | null {
    return this.#frame;
  }

  /** Logical size of the picture, or null before the first. */
  get logicalSize(): Size | null {
    const frame = this.#frame;
    return frame && { width: frame.width / frame.pixelRatio, height: frame.height / frame.pixelRatio };
  }

  /** Hands the canvas over for the worker to draw on; undefined where the browser cannot, and `draw` is to be used. */
  transfer(): OffscreenCanvas | undefined {
    if ("transferControlToOffscreen" in this.canvas && typeof OffscreenCanvas !== "undefined") {
      return this.canvas.transferControlToOffscreen();
    }
    return undefined;
  }

  /** Draws a picture of the worker's, and takes it over. */
  draw(picture: Picture, size: Size, colorSpace: CanvasColorSpace): void {
    this.#context ??= contextOf(this.canvas, colorSpace);
    if (this.#context !== null) paint(this.canvas, this.#context, picture, size);
    picture.close();
  }

  /** Whether `screenshot` is to be asked here, not in the worker. */
  get ownsPixels(): boolean {
    return this.#context !== null;
  }

  screenshot(): Promise<Blob | null> {
    return new Promise((resolve) => this.canvas.toBlob(resolve, "image/png"));
  }

  /** Notes the picture that is now on the canvas; true where its size is new, and `layout` is due. */
  presented(frame: PresentedFrame): boolean {
    const before = this.#frame;
    this.#frame = frame;
    return before?.width !== frame.width || before.height !== frame.height;
  }

  /** Takes the title and the cursor of the display. */
  describe({ title, cursor }: CanvasState): void {
    if (cursor !== undefined) this.canvas.style.cursor = cursor;
    if (title !== undefined) this.canvas.setAttribute("aria-label", title);
  }

  /** Places the canvas in the room there is; returns device pixels per picture pixel. */
  layout(room: ViewSize, fit: Fit): number {
    if (this.#frame === null) return 1;
    const size = { width: room.physical_width, height: room.physical_height };
    const { box, scale, pixelated } = place(this.#frame, size, room.pixel_ratio, fit);
    const { style } = this.canvas;
    style.left = `${box.x}px`;
    style.top = `${box.y}px`;
    style.width = `${box.width}px`;
    style.height = `${box.height}px`;
    this.canvas.classList.toggle("pixelated", pixelated);
    return scale;
  }
}
