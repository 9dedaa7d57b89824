/** Mouse, pen, touch and wheel on the stage, as renderview events. */

import type { InputEvent } from "../core/events";
import { modifiersOf } from "../core/modifiers";
import { buttonOf, Mouse, type PointerSample } from "../core/mouse";
import { Fingers } from "../core/touch";
import { contains, type Point, type Size, toCanvas } from "../core/viewport";
import { wheelDistance } from "../core/wheel";
import { seconds } from "./clock";

export interface PointerTarget {
  readonly stage: HTMLElement;
  readonly canvas: HTMLElement;
  /** Logical size of the canvas, or null while there is no picture to point at. */
  logicalSize(): Size | null;
  /** Whether the Control key is known to be down. */
  controlHeld(): boolean;
  /** The stage was pressed; coordinates in the viewport. */
  pressed(at: Point): void;
  send(event: InputEvent): void;
}

export class PointerBinding {
  readonly #mouse = new Mouse();
  readonly #fingers = new Fingers();
  readonly #stop = new AbortController();
  #lastType = "";

  constructor(private readonly target: PointerTarget) {
    const { stage } = target;
    const { signal } = this.#stop;
    stage.addEventListener("pointerdown", (event) => this.#down(event), { signal });
    stage.addEventListener("pointermove", (event) => this.#pointer(event, "move"), { signal });
    stage.addEventListener("pointerup", (event) => this.#pointer(event, "up"), { signal });
    stage.addEventListener("pointerleave", (event) => this.#pointer(event, "leave"), { signal });
    stage.addEventListener("pointercancel", (event) => this.#pointer(event, "lost"), { signal });
    stage.addEventListener("lostpointercapture", (event) => this.#pointer(event, "lost"), { signal });
    stage.addEventListener("dblclick", (event) => this.#doubleClick(event), { signal });
    stage.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false });
    // Shift lets the browser's own menu through, as it does elsewhere.
    stage.addEventListener("contextmenu", (event) => !event.shiftKey && event.preventDefault(), { signal });
  }

  /** Whether a button or finger is down. */
  get holding(): boolean {
    return this.#mouse.held.length > 0 || this.#fingers.held.length > 0;
  }

  release(): void {
    this.#send(this.#mouse.release(seconds()));
    this.#send(this.#fingers.release(seconds()));
  }

  /** Lets go of everything, and leaves the picture. */
  leave(): void {
    this.#send(this.#mouse.leave(seconds()));
    this.#send(this.#fingers.release(seconds()));
  }

  /** Forgets what is held without saying so. */
  reset(): void {
    this.#mouse.reset();
    this.#fingers.reset();
  }

  close(): void {
    this.#stop.abort();
  }

  #down(event: PointerEvent): void {
    event.preventDefault();
    this.#lastType = event.pointerType;
    this.target.stage.setPointerCapture(event.pointerId);
    this.target.pressed({ x: event.clientX, y: event.clientY });
    this.#pointer(event, "down");
  }

  #pointer(event: PointerEvent, kind: PointerSample["kind"]): void {
    const place = this.#locate(event);
    if (place === null) return;
    const sample: PointerSample = {
      ...place,
      kind,
      id: event.pointerId,
      mask: event.buttons,
      pressure: event.pressure,
      modifiers: modifiersOf(event),
      timestamp: seconds(event),
    };
    this.#send((event.pointerType === "touch" ? this.#fingers : this.#mouse).handle(sample));
  }

  /** Fingers find their double taps themselves: not all browsers report them, and those do so without the pointer's type. */
  #doubleClick(event: MouseEvent): void {
    const place = this.#locate(event);
    if (place === null || !place.inside || this.#lastType === "touch") return;
    const { x, y } = place;
    this.target.send({
      type: "double_click",
      x,
      y,
      button: buttonOf(event.button),
      buttons: this.#mouse.held,
      modifiers: modifiersOf(event),
      timestamp: seconds(event),
    });
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const place = this.#locate(event);
    if (place === null || !place.inside) return;
    const { dx, dy, pinch } = wheelDistance(event, this.target.controlHeld());
    const modifiers = modifiersOf(event).filter((modifier) => !(pinch && modifier === "Control"));
    const { x, y } = place;
    const buttons = this.#mouse.held;
    this.target.send({ type: "wheel", x, y, dx, dy, buttons, modifiers, timestamp: seconds(event) });
  }

  #locate(event: MouseEvent): (Point & { readonly inside: boolean }) | null {
    const size = this.target.logicalSize();
    if (size === null) return null;
    const box = this.target.canvas.getBoundingClientRect();
    const point = toCanvas({ x: event.clientX, y: event.clientY }, box, size);
    return { ...point, inside: contains(size, point) };
  }

  #send(events: readonly InputEvent[]): void {
    for (const event of events) this.target.send(event);
  }
}
