/** The lower right corner of a view, for the mouse, the finger and the arrow keys. */

import { resizedBy, resizedByKey } from "../core/resizing";
import type { Size } from "../core/viewport";
import { iconButton } from "./button";

export interface ResizeTarget {
  /** Present size, CSS pixels. */
  size(): Size;
  /** The person wants this size, or with null the one that the view has of its own. */
  resize(size: Size | null): void;
}

interface Drag {
  readonly x: number;
  readonly y: number;
  readonly from: Size;
}

export class ResizeHandle {
  readonly root = iconButton("resize", "Resize: drag, or press arrow keys", () => {});
  #drag: Drag | null = null;

  constructor(private readonly target: ResizeTarget) {
    const { root } = this;
    root.classList.add("resize");
    root.setAttribute("aria-description", "Escape or a double click gives the view its own size back");
    root.hidden = true;
    root.addEventListener("pointerdown", (event) => this.#begin(event));
    root.addEventListener("pointermove", (event) => this.#move(event));
    root.addEventListener("lostpointercapture", () => {
      this.#drag = null;
    });
    root.addEventListener("dblclick", () => this.target.resize(null));
    root.addEventListener("keydown", (event) => this.#key(event));
  }

  #begin(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.root.setPointerCapture(event.pointerId);
    this.#drag = { x: event.clientX, y: event.clientY, from: this.target.size() };
  }

  #move(event: PointerEvent): void {
    const drag = this.#drag;
    if (drag === null) return;
    this.target.resize(resizedBy(drag.from, event.clientX - drag.x, event.clientY - drag.y));
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      const drag = this.#drag;
      this.#drag = null;
      this.target.resize(drag === null ? null : drag.from);
      return;
    }
    const size = resizedByKey(this.target.size(), event.key, event.shiftKey);
    if (size === null) return;
    event.preventDefault();
    this.target.resize(size);
  }
}
