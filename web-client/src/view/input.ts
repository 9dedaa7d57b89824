/** The input of a view: pointer and keyboard together, and what the connection means for them. */

import type { InputEvent } from "../core/events";
import type { Point, Size } from "../core/viewport";
import { element } from "./dom";
import { KeyboardBinding } from "./keyboard";
import { PointerBinding } from "./pointer";

export interface InputTarget {
  readonly canvas: HTMLElement;
  /** Logical size of the canvas, or null while input has nowhere to go. */
  logicalSize(): Size | null;
  /** Whether input goes anywhere. */
  takes(): boolean;
  /** The picture was pressed. */
  pressed(): void;
  send(event: InputEvent): void;
}

export class InputBinding {
  /** Holds the canvas and takes the input. */
  readonly stage = element("div", { class: "stage" });
  readonly #keyboard: KeyboardBinding;
  readonly #pointer: PointerBinding;
  readonly #stop = new AbortController();

  constructor(private readonly target: InputTarget) {
    this.#keyboard = new KeyboardBinding(
      () => target.takes(),
      (event) => target.send(event),
    );
    this.stage.append(target.canvas, this.#keyboard.input);
    this.#pointer = new PointerBinding({
      stage: this.stage,
      canvas: target.canvas,
      logicalSize: () => target.logicalSize(),
      controlHeld: () => this.#keyboard.holds("Control"),
      pressed: (at) => this.#pressed(at),
      send: (event) => target.send(event),
    });
    const { input } = this.#keyboard;
    // Inputs match :focus-visible however they were focused; the ring is for those who came with the Tab key, whose
    // release is the first thing the newly focused input hears.
    input.addEventListener("keyup", ({ key }) => key === "Tab" && this.stage.classList.add("focus-ring"));
    input.addEventListener("blur", () => this.stage.classList.remove("focus-ring"));
    window.addEventListener("blur", () => this.release(), { signal: this.#stop.signal });
  }

  /** Whether a button or a dragging finger is down. */
  get holding(): boolean {
    return this.#pointer.holding;
  }

  focus(): void {
    this.#keyboard.focus();
  }

  showOnScreenKeyboard(): void {
    this.#keyboard.showOnScreenKeyboard();
  }

  /** Lifts what is held. */
  release(): void {
    this.#pointer.release();
    this.#keyboard.release();
  }

  /** The connection or the control is gone: the server lets go of what it knows to be held, and here the rest is. */
  lost(): void {
    this.#pointer.leave();
    this.#keyboard.release();
    this.reset();
  }

  /** The server knows of nothing that is held, so it is forgotten here. */
  reset(): void {
    this.#pointer.reset();
    this.#keyboard.reset();
  }

  close(): void {
    this.#stop.abort();
    this.#pointer.close();
  }

  #pressed(at: Point): void {
    const box = this.stage.getBoundingClientRect();
    this.#keyboard.focus({ x: at.x - box.left, y: at.y - box.top });
    this.stage.classList.remove("focus-ring");
    this.target.pressed();
  }
}
