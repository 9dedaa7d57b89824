/** Where the picture lies in the element, and how the element's pixels map to the canvas'. */

export type Fit = "contain" | "cover" | "fill";
export const FITS: readonly Fit[] = ["contain", "cover", "fill"];

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Placement {
  /** The picture's box in CSS pixels of the element; beyond it with `cover`. */
  readonly box: Rect;
  /** Device pixels per picture pixel, horizontally. 1 means that nothing is resampled. */
  readonly scale: number;
  /** Whether enlarged pixels are shown as squares: an integer scale above 1. */
  readonly pixelated: boolean;
}

/** A size this close to the element's, in device pixels, is shown 1:1: rounding must not cause resampling. */
const SNAP_PX = 1.5;

function scales(picture: Size, room: Size, fit: Fit): readonly [number, number] {
  const sx = room.width / picture.width;
  const sy = room.height / picture.height;
  if (fit === "fill") return [sx, sy];
  const snaps =
    Math.abs(room.width - picture.width) <= SNAP_PX && Math.abs(room.height - picture.height) <= SNAP_PX;
  if (snaps) return [1, 1];
  const scale = fit === "contain" ? Math.min(sx, sy) : Math.max(sx, sy);
  return [scale, scale];
}

/**
 * Places a picture in an element, centred, its corner on a whole device pixel.
 *
 * @param picture size in physical pixels.
 * @param room size of the element in device pixels.
 * @param pixelRatio device pixels per CSS pixel.
 */
export function place(picture: Size, room: Size, pixelRatio: number, fit: Fit): Placement {
  const [sx, sy] = scales(picture, room, fit);
  const width = picture.width * sx;
  const height = picture.height * sy;
  return {
    box: {
      x: Math.round((room.width - width) / 2) / pixelRatio,
      y: Math.round((room.height - height) / 2) / pixelRatio,
      width: width / pixelRatio,
      height: height / pixelRatio,
    },
    scale: sx,
    pixelated: sx > 1 && Number.isInteger(sx) && sx === sy,
  };
}

/**
 * A point of the page in logical pixels of the canvas; outside the box it lies outside [0, size).
 *
 * @param box where the picture is on the page, same units as `point`.
 * @param canvas logical size of the canvas.
 */
export function toCanvas(point: Point, box: Rect, canvas: Size): Point {
  if (box.width <= 0 || box.height <= 0) return { x: 0, y: 0 };
  return {
    x: ((point.x - box.x) / box.width) * canvas.width,
    y: ((point.y - box.y) / box.height) * canvas.height,
  };
}

export function contains(size: Size, point: Point): boolean {
  return point.x >= 0 && point.y >= 0 && point.x < size.width && point.y < size.height;
}
