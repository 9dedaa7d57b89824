/** Draws a picture on a canvas, pixel for pixel; the worker and the page both do. */

import type { Picture } from "./bridge";
import type { CanvasColorSpace } from "./core/server-messages";
import type { Size } from "./core/viewport";

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/**
 * The context to paint with. A canvas keeps the color space that it is first given, which is that of its first picture: it
 * shows the pictures of that one without conversion, and those of another one as close as it can.
 */
export function contextOf(
  canvas: HTMLCanvasElement,
  colorSpace: CanvasColorSpace,
): CanvasRenderingContext2D | null;
export function contextOf(
  canvas: OffscreenCanvas,
  colorSpace: CanvasColorSpace,
): OffscreenCanvasRenderingContext2D | null;
export function contextOf(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  colorSpace: CanvasColorSpace,
): Context | null {
  return canvas.getContext("2d", { alpha: false, colorSpace }) as Context | null;
}

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
