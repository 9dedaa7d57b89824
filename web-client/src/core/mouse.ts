/** Mouse and pen: DOM pointer events to renderview events, without a button that sticks. */

import type { Button, InputEvent, Modifier, PointerEventType, PointerInput } from "./events";
import type { Point } from "./viewport";

/** One DOM pointer event, reduced to what matters. */
export interface PointerSample extends Point {
  /** `lost`: the browser took the pointer away (cancelled, capture lost). */
  readonly kind: "down" | "move" | "up" | "leave" | "lost";
  /** `PointerEvent.pointerId`. */
  readonly id: number;
  /** Whether the point lies on the picture. */
  readonly inside: boolean;
  /** `PointerEvent.buttons`: a bit for each button that is down. */
  readonly mask: number;
  /** 0 to 1. */
  readonly pressure: number;
  readonly modifiers: readonly Modifier[];
  /** Seconds. */
  readonly timestamp: number;
}

/** Renderview buttons in the order of the bits of `PointerEvent.buttons`. */
const BITS: readonly Button[] = [1, 2, 3, 4, 5];

function buttonsOf(mask: number): readonly Button[] {
  return BITS.filter((_, bit) => (mask & (1 << bit)) !== 0);
}

/** A `PointerEvent.button` number as a renderview button. */
export function buttonOf(domButton: number): Button {
  return ([1, 3, 2, 4, 5] as const)[domButton] ?? 0;
}

/** Follows one mouse. Every `pointer_up` had its `pointer_down`, and every down gets its up. */
export class Mouse {
  #held: readonly Button[] = [];
  #inside = false;
  #last: PointerSample | null = null;

  get held(): readonly Button[] {
    return this.#held;
  }

  /** The events that a DOM event amounts to, in order. */
  handle(sample: PointerSample): InputEvent[] {
    this.#last = sample;
    const events = this.#enter(sample);
    const changes = this.#buttons(sample);
    events.push(...changes);
    if (changes.length === 0 && sample.kind === "move" && this.#inside) {
      events.push(this.#event("pointer_move", sample, 0));
    }
    return [...events, ...this.#leave(sample)];
  }

  /** Lifts every button where it was last seen; for when the window or the capture is lost. */
  release(timestamp: number): InputEvent[] {
    if (this.#last === null) return [];
    return this.handle({ ...this.#last, kind: "lost", mask: 0, timestamp });
  }

  /** Lifts every button and leaves the picture; for when nothing more is heard of the mouse, or nobody hears of it. */
  leave(timestamp: number): InputEvent[] {
    if (this.#last === null) return [];
    return this.handle({ ...this.#last, kind: "leave", mask: 0, timestamp });
  }

  /** Forgets what is held without saying so: the server has released it already. */
  reset(): void {
    this.#held = [];
    this.#inside = false;
  }

  #enter(sample: PointerSample): InputEvent[] {
    if (this.#inside || !sample.inside || sample.kind === "leave" || sample.kind === "lost") return [];
    this.#inside = true;
    return [this.#event("pointer_enter", sample, 0)];
  }

  #leave(sample: PointerSample): InputEvent[] {
    const stays = this.#held.length > 0 || (sample.inside && sample.kind !== "leave");
    if (!this.#inside || stays) return [];
    this.#inside = false;
    return [this.#event("pointer_leave", sample, 0)];
  }

  /**
   * Compares the mask with what is held: the DOM reports a second button as a move, and loses an up that happens over
   * a context menu. A button that went down elsewhere is no press.
   */
  #buttons(sample: PointerSample): InputEvent[] {
    const down = sample.kind === "lost" ? [] : buttonsOf(sample.mask);
    const events: InputEvent[] = [];
    for (const button of this.#held.filter((held) => !down.includes(held))) {
      this.#held = this.#held.filter((held) => held !== button);
      events.push(this.#event("pointer_up", sample, button));
    }
    const presses = this.#held.length > 0 || (sample.kind === "down" && sample.inside);
    for (const button of presses ? down.filter((pressed) => !this.#held.includes(pressed)) : []) {
      this.#held = [...this.#held, button];
      events.push(this.#event("pointer_down", sample, button));
    }
    return events;
  }

  #event(type: PointerEventType, sample: PointerSample, button: Button): PointerInput {
    return {
      type,
      x: sample.x,
      y: sample.y,
      button,
      buttons: this.#held,
      modifiers: sample.modifiers,
      ntouches: 0,
      touches: {},
      timestamp: sample.timestamp,
    };
  }
}
