/** Wheel distances in pixels, whatever unit the browser reports. */

/** `WheelEvent.deltaMode`: pixels, lines, pages. */
const PIXELS_PER_UNIT: readonly number[] = [
  1,
  16, // a line, CSS pixels: the usual line height
  600, // a page, CSS pixels: about a window
];

/** A notch of a mouse wheel is at least this many pixels; a touchpad's pinch stays below it in each event. */
const PINCH_MAX_PX = 50;
/**
 * Browsers report a touchpad pinch by the factor f as a wheel event with Control and `deltaY = -100 * ln(f)`; the wire wants
 * `-1000 * log2(f)`.
 */
const PINCH_SCALE = 1_000 / (100 * Math.LN2);

/** The distances of a `WheelEvent`, and whether Control was down. */
export interface WheelSample {
  readonly deltaX: number;
  readonly deltaY: number;
  readonly deltaMode: number;
  readonly ctrlKey: boolean;
}

export interface WheelDistance {
  /** CSS pixels. */
  readonly dx: number;
  readonly dy: number;
  /** A touchpad pinch: its Control is the browser's invention. */
  readonly pinch: boolean;
}

/** @param controlHeld whether the Control key itself is known to be down. */
export function wheelDistance(wheel: WheelSample, controlHeld: boolean): WheelDistance {
  const unit = PIXELS_PER_UNIT[wheel.deltaMode] ?? 1;
  const pinch =
    wheel.ctrlKey && !controlHeld && wheel.deltaMode === 0 && Math.abs(wheel.deltaY) < PINCH_MAX_PX;
  if (pinch) return { dx: 0, dy: wheel.deltaY * PINCH_SCALE, pinch };
  return { dx: wheel.deltaX * unit, dy: wheel.deltaY * unit, pinch };
}
