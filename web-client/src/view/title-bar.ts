/** The bar above the picture, as windows have one. */

import { iconButton, relabel } from "./button";
import { element } from "./dom";

export interface TitleBarActions {
  /** Collapse to the title bar, or show the picture again. */
  minimize(): void;
  fullscreen(): void;
  close(): void;
}

export class TitleBar {
  readonly root = element("header", { class: "titlebar", part: "titlebar", hidden: "" });
  readonly #title = element("span", { class: "title" }, "Canvas");
  readonly #minimize: HTMLButtonElement;
  readonly #fullscreen: HTMLButtonElement;

  constructor(actions: TitleBarActions) {
    this.#minimize = iconButton("minimize", "Minimise", () => actions.minimize());
    this.#fullscreen = iconButton("fullscreen", "Full screen", () => actions.fullscreen());
    this.#fullscreen.hidden = !document.fullscreenEnabled;
    const close = iconButton("close", "Close", () => actions.close());
    close.classList.add("close");
    this.#minimize.classList.add("minimize");
    this.root.append(this.#title, this.#minimize, this.#fullscreen, close);
  }

  set title(title: string) {
    this.#title.textContent = title || "Canvas";
    this.#title.title = title;
  }

  set minimized(on: boolean) {
    relabel(this.#minimize, on ? "Restore" : "Minimise", on ? "restore" : "minimize");
    this.#minimize.setAttribute("aria-expanded", String(!on));
  }

  set fullscreen(on: boolean) {
    relabel(this.#fullscreen, on ? "Leave full screen" : "Full screen");
    this.#fullscreen.setAttribute("aria-pressed", String(on));
  }
}
