/** Fingers: one drags like the left button, two pinch, which zooms like a touchpad does. */

import type { Button, InputEvent, PointerEventType, PointerInput, Touch, WheelInput } from "./events";
import type { PointerSample } from "./mouse";
import type { Point } from "./viewport";

/** `dy` of a wheel event for a zoom by 2: the scale of pygfx' controllers (`2 ** (-dy / 1000)`). */
const WHEEL_PER_OCTAVE = 1_000;
/** Fingers nearer than this, logical pixels, count as this far apart: the factor stays finite. */
const MIN_SPREAD_PX = 8;
/** A finger that moves no further, logical pixels, has tapped. */
const TAP_SLOP_PX = 12;
/** Longest time, seconds, and distance, logical pixels, between two taps that make a double click. */
const DOUBLE_TAP_S = 0.35;
const DOUBLE_TAP_PX = 40;

/** `spent`: a pinch has ended and a finger still rests; it does nothing until all are lifted. */
type Gesture = "none" | "drag" | "pinch" | "spent";

interface Tap extends Point {
  readonly timestamp: number;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** Follows the fingers on the picture. */
export class Fingers {
  readonly #touches = new Map<number, Touch>();
  #gesture: Gesture = "none";
  #spread = 0;
  #start: Point | null = null;
  #lastTap: Tap | null = null;
  #last: PointerSample | null = null;

  get held(): readonly Button[] {
    return this.#gesture === "drag" ? [1] : [];
  }

  /** The events that a DOM event of a touch pointer amounts to, in order. */
  handle(sample: PointerSample): InputEvent[] {
    switch (sample.kind) {
      case "down":
        return this.#down(sample);
      case "move":
        return this.#move(sample);
      case "up":
        return this.#up(sample, true);
      case "lost":
        return this.#up(sample, false);
      case "leave":
        return [];
    }
  }

  /** Lifts all fingers; for when the window or the capture is lost. */
  release(timestamp: number): InputEvent[] {
    const last = this.#last;
    if (last === null) return [];
    return [...this.#touches.keys()].flatMap((id) => this.#up({ ...last, id, timestamp }, false));
  }

  /** Forgets all fingers without saying so: the server has released them already. */
  reset(): void {
    this.#touches.clear();
    this.#gesture = "none";
    this.#lastTap = null;
  }

  #down(sample: PointerSample): InputEvent[] {
    if (this.#gesture === "none" && !sample.inside) return [];
    if (this.#gesture === "drag") return this.#startPinch(sample);
    this.#touches.set(sample.id, sample);
    if (this.#gesture !== "none") return [];
    const enter = this.#event("pointer_enter", sample, 0);
    this.#gesture = "drag";
    this.#last = sample;
    this.#start = sample;
    return [enter, this.#event("pointer_down", sample, 1)];
  }

  #startPinch(sample: PointerSample): InputEvent[] {
    const [resting] = this.#touches.values();
    const at = { ...sample, ...resting };
    this.#gesture = "pinch";
    const events = [this.#event("pointer_up", at, 1)];
    this.#touches.set(sample.id, sample);
    this.#spread = this.#pair()?.spread ?? MIN_SPREAD_PX;
    this.#start = null;
    return events;
  }

  #move(sample: PointerSample): InputEvent[] {
    if (!this.#touches.has(sample.id)) return [];
    this.#touches.set(sample.id, sample);
    this.#last = sample;
    if (this.#gesture === "pinch") return this.#pinch(sample);
    if (this.#gesture !== "drag") return [];
    if (this.#start !== null && distance(this.#start, sample) > TAP_SLOP_PX) this.#start = null;
    return [this.#event("pointer_move", sample, 0)];
  }

  #pinch(sample: PointerSample): InputEvent[] {
    const pair = this.#pair();
    if (pair === null || pair.spread === this.#spread) return [];
    const octaves = Math.log2(pair.spread / this.#spread);
    this.#spread = pair.spread;
    const wheel: WheelInput = {
      type: "wheel",
      x: pair.centre.x,
      y: pair.centre.y,
      dx: 0,
      dy: -WHEEL_PER_OCTAVE * octaves,
      buttons: [],
      modifiers: sample.modifiers,
      timestamp: sample.timestamp,
    };
    return [wheel];
  }

  #up(sample: PointerSample, lifted: boolean): InputEvent[] {
    if (!this.#touches.delete(sample.id)) return [];
    this.#last = sample;
    const dragged = this.#gesture === "drag";
    this.#gesture = this.#touches.size > 0 ? "spent" : "none";
    const events: InputEvent[] = [];
    if (dragged) {
      events.push(this.#event("pointer_up", sample, 1));
      if (lifted) events.push(...this.#tap(sample));
    }
    if (this.#gesture === "none") events.push(this.#event("pointer_leave", sample, 0));
    return events;
  }

  #tap(sample: PointerSample): InputEvent[] {
    const before = this.#lastTap;
    this.#lastTap = this.#start === null ? null : sample;
    if (this.#start === null || before === null) return [];
    if (sample.timestamp - before.timestamp > DOUBLE_TAP_S || distance(sample, before) > DOUBLE_TAP_PX)
      return [];
    this.#lastTap = null;
    const { x, y, modifiers, timestamp } = sample;
    return [{ type: "double_click", x, y, button: 1, buttons: [], modifiers, timestamp }];
  }

  /** The first two fingers, or null. */
  #pair(): { readonly centre: Point; readonly spread: number } | null {
    const [a, b] = this.#touches.values();
    if (a === undefined || b === undefined) return null;
    return {
      centre: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
      spread: Math.max(distance(a, b), MIN_SPREAD_PX),
    };
  }

  #event(type: PointerEventType, sample: PointerSample, button: Button): PointerInput {
    const touches = Object.fromEntries(
      [...this.#touches].map(([id, { x, y, pressure }]) => [String(id), { x, y, pressure }]),
    );
    return {
      type,
      x: sample.x,
      y: sample.y,
      button,
      buttons: type === "pointer_up" ? [] : this.held,
      modifiers: sample.modifiers,
      ntouches: this.#touches.size,
      touches,
      timestamp: sample.timestamp,
    };
  }
}
