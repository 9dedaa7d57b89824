/** Draws a picture on a canvas, pixel for pixel; the worker and the page both do. */

import type { Picture } from "./bridge";
import type { Size } from "./core/viewport";

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Gives the canvas the size of the picture and copies the picture's top left part onto it. */
export function paint(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  context: Context,
  picture: Picture,
  size: Size,
): void {
  const { width, height } = size;
  // Assigning a size clears the canvas, the same size too.
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, 0, 0, width, height, 0, 0, width, height);
}
