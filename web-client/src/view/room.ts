/** Watches how much room the element has: size, pixel ratio, visibility. */

import { VIEW_SIZE_MAX, type ViewSize } from "../core/client-messages";
import type { Size } from "../core/viewport";

/**
 * The browser's own device size of a box may differ from the product by rounding, device pixels. Where it differs by more, the
 * pixel ratio is an emulated one that the box does not know of.
 */
const ROUNDING_PX = 2;

function bounded(size: number): number {
  return Math.min(VIEW_SIZE_MAX, Math.max(1, size));
}

export class Room {
  /** The last size that was one: an element that is not laid out, as a minimised view's, keeps it. */
  #width = 1;
  #height = 1;
  #physical: Size | null = null;
  #empty = false;
  #onScreen = true;
  #told = "";
  readonly #stop = new AbortController();
  readonly #resizes: ResizeObserver;
  readonly #intersections: IntersectionObserver;

  constructor(
    private readonly element: HTMLElement,
    private readonly changed: (view: ViewSize) => void,
  ) {
    const { width, height } = element.getBoundingClientRect();
    this.#measured(width, height, null);
    this.#resizes = new ResizeObserver((entries) => this.#resized(entries));
    this.#observeSize();
    this.#intersections = new IntersectionObserver((entries) => {
      this.#onScreen = entries.at(-1)?.isIntersecting ?? true;
      this.#tell();
    });
    this.#intersections.observe(element);
    const { signal } = this.#stop;
    document.addEventListener("visibilitychange", () => this.#tell(), { signal });
    this.#watchPixelRatio();
  }

  get current(): ViewSize {
    const ratio = window.devicePixelRatio;
    const { width, height } = this.#deviceSize(ratio);
    return {
      width: bounded(this.#width),
      height: bounded(this.#height),
      physical_width: bounded(Math.round(width)),
      physical_height: bounded(Math.round(height)),
      pixel_ratio: ratio,
      visible: document.visibilityState === "visible" && this.#onScreen && !this.#empty,
    };
  }

  close(): void {
    this.#resizes.disconnect();
    this.#intersections.disconnect();
    this.#stop.abort();
  }

  #deviceSize(ratio: number): Size {
    const product = { width: this.#width * ratio, height: this.#height * ratio };
    const own = this.#physical ?? product;
    const agrees =
      Math.abs(own.width - product.width) < ROUNDING_PX &&
      Math.abs(own.height - product.height) < ROUNDING_PX;
    return agrees ? own : product;
  }

  #observeSize(): void {
    try {
      this.#resizes.observe(this.element, { box: "device-pixel-content-box" });
    } catch {
      this.#resizes.observe(this.element);
    }
  }

  #resized(entries: readonly ResizeObserverEntry[]): void {
    const entry = entries.at(-1);
    if (entry === undefined) return;
    const { width, height } = entry.contentRect;
    const device = entry.devicePixelContentBoxSize?.[0];
    this.#measured(width, height, device ? { width: device.inlineSize, height: device.blockSize } : null);
    this.#tell();
  }

  #measured(width: number, height: number, physical: Size | null): void {
    this.#empty = width === 0 || height === 0;
    if (this.#empty) return;
    this.#width = width;
    this.#height = height;
    this.#physical = physical;
  }

  /** A media query answers for one ratio only: a new one is needed after each change. */
  #watchPixelRatio(): void {
    const { signal } = this.#stop;
    const query = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    const changed = () => {
      this.#tell();
      this.#watchPixelRatio();
    };
    query.addEventListener("change", changed, { once: true, signal });
  }

  /** Reports the room where it has changed; observers and media queries often fire together. */
  #tell(): void {
    const view = this.current;
    const told = JSON.stringify(view);
    if (told === this.#told) return;
    this.#told = told;
    this.changed(view);
  }
}
