/** What makes a view like a window: title bar, minimising, a size of the person's own. */

import type { CanvasState } from "../core/server-messages";
import type { Size } from "../core/viewport";
import { HostSize } from "./host-size";
import { ResizeHandle } from "./resize-handle";
import { TitleBar, type TitleBarActions } from "./title-bar";

/** What the frame leaves to others, and what it tells. */
export interface FrameHandlers extends Omit<TitleBarActions, "minimize"> {
  minimized(on: boolean): void;
  /** The person has given the view a size, CSS pixels. */
  resized(size: Size): void;
}

export class WindowFrame {
  readonly size: HostSize;
  readonly titleBar: TitleBar;
  readonly handle = new ResizeHandle({
    size: () => this.#hostSize(),
    resize: (size) => this.#resize(size),
  });
  #titled = false;
  #minimized = false;

  /**
   * @param host the element that has the size.
   * @param root what the title bar is in.
   * @param fills whether the host fills a container.
   */
  constructor(
    readonly host: HTMLElement,
    private readonly root: HTMLElement,
    fills: boolean,
    private readonly handlers: FrameHandlers,
  ) {
    this.size = new HostSize(fills);
    this.titleBar = new TitleBar({
      fullscreen: () => handlers.fullscreen(),
      close: () => handlers.close(),
      minimize: () => {
        this.minimized = !this.minimized;
      },
    });
  }

  get titled(): boolean {
    return this.#titled;
  }

  set titled(on: boolean) {
    this.#titled = on;
    this.#show();
  }

  get resizable(): boolean {
    return !this.handle.root.hidden;
  }

  /** Without the handle, the view has its own size again. */
  set resizable(on: boolean) {
    this.handle.root.hidden = !on;
    if (!on) this.size.person = null;
  }

  get minimized(): boolean {
    return this.#minimized;
  }

  set minimized(on: boolean) {
    if (on === this.#minimized) return;
    this.#minimized = on;
    this.#show();
    this.handlers.minimized(on);
  }

  /** Takes what the program says of the view. */
  showState(state: CanvasState): void {
    this.titleBar.title = state.title ?? "";
    this.size.setProgram(state);
  }

  fullscreenChanged(): void {
    this.titleBar.fullscreen = this.host.matches(":fullscreen");
  }

  #hostSize(): Size {
    return { width: this.host.offsetWidth, height: this.host.offsetHeight };
  }

  #resize(size: Size | null): void {
    this.size.person = size;
    this.handlers.resized(this.#hostSize());
  }

  #show(): void {
    // A minimised view has nothing else by which it could be restored.
    this.titleBar.root.hidden = !this.#titled && !this.#minimized;
    this.titleBar.minimized = this.#minimized;
    this.root.toggleAttribute("data-titled", !this.titleBar.root.hidden);
    this.root.toggleAttribute("data-minimized", this.#minimized);
    this.size.titled = this.#titled;
    this.size.collapsed = this.#minimized;
  }
}
