/** The sizes that a person gives a view, by its handle. CSS pixels. */

import { VIEW_SIZE_MAX } from "./client-messages";
import type { Size } from "./viewport";

/** Smallest size: the title bar's buttons and some of the title stay in sight, and the handle in reach. */
export const SIZE_MIN: Size = { width: 160, height: 96 };

/** How far one press of an arrow key goes, and with Shift. */
const STEP_PX = 10;
const LEAP_PX = 50;

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

/** The size with its lower right corner moved. */
export function resizedBy({ width, height }: Size, dx: number, dy: number): Size {
  return {
    width: Math.min(VIEW_SIZE_MAX, Math.max(SIZE_MIN.width, Math.round(width + dx))),
    height: Math.min(VIEW_SIZE_MAX, Math.max(SIZE_MIN.height, Math.round(height + dy))),
  };
}

/** The size after a key was pressed on the handle, or null where the key means nothing there. */
export function resizedByKey(size: Size, key: string, shift: boolean): Size | null {
  const direction = DIRECTIONS[key];
  if (direction === undefined) return null;
  const step = shift ? LEAP_PX : STEP_PX;
  return resizedBy(size, direction[0] * step, direction[1] * step);
}
