/** The buttons in the corner: out of sight until the pointer, the focus or a tap comes near. */

import { iconButton, relabel } from "./button";
import { element } from "./dom";

export interface ToolbarActions {
  screenshot(): void;
  /** Start or end a recording. */
  record(): void;
  fullscreen(): void;
  /** Open or close the panel. */
  statistics(): void;
  help(): void;
  keyboard(): void;
}

/** The corner, CSS pixels, that a pointer must enter for the buttons to appear. */
const CORNER_WIDTH_PX = 294;
const CORNER_HEIGHT_PX = 80;

const RECORD = "Record a video";
const STOP_RECORDING = "Stop recording and save the video";

export class Toolbar {
  readonly root = element("div", { class: "toolbar", role: "toolbar", "aria-label": "View" });
  readonly #handle: HTMLButtonElement;
  readonly #statistics: HTMLButtonElement;
  readonly #help: HTMLButtonElement;
  readonly #record: HTMLButtonElement;

  constructor(actions: ToolbarActions) {
    this.#handle = iconButton("menu", "Show the toolbar", () => this.#toggle());
    this.#handle.classList.add("handle");
    this.#handle.setAttribute("aria-expanded", "false");
    this.#statistics = iconButton("statistics", "Statistics", () => actions.statistics());
    this.#help = iconButton("help", "Help", () => actions.help());
    this.#record = iconButton("record", RECORD, () => actions.record());
    const keyboard = iconButton("keyboard", "On-screen keyboard", () => actions.keyboard());
    keyboard.classList.add("touch-only");
    const fullscreen = iconButton("fullscreen", "Full screen", () => actions.fullscreen());
    fullscreen.hidden = !document.fullscreenEnabled;
    const buttons = element(
      "div",
      { class: "buttons" },
      iconButton("camera", "Save a screenshot (PNG)", () => actions.screenshot()),
      this.#record,
      fullscreen,
      this.#statistics,
      keyboard,
      this.#help,
    );
    this.root.append(buttons, this.#handle);
  }

  set statisticsOpen(open: boolean) {
    this.#statistics.setAttribute("aria-pressed", String(open));
  }

  set helpOpen(open: boolean) {
    this.#help.setAttribute("aria-pressed", String(open));
  }

  /** Whether there is a button for recordings. */
  set canRecord(possible: boolean) {
    this.#record.hidden = !possible;
  }

  set recording(on: boolean) {
    this.#record.setAttribute("aria-pressed", String(on));
    relabel(this.#record, on ? STOP_RECORDING : RECORD);
  }

  /** The pointer is at this distance from the right and the top edge of the view, CSS pixels. */
  pointerNear(fromRight: number, fromTop: number): void {
    const near = fromRight >= 0 && fromRight < CORNER_WIDTH_PX && fromTop >= 0 && fromTop < CORNER_HEIGHT_PX;
    this.root.classList.toggle("near", near);
  }

  /** Puts the buttons away after a tap had brought them. */
  collapse(): void {
    if (this.root.classList.contains("expanded")) this.#toggle();
  }

  #toggle(): void {
    const expanded = this.root.classList.toggle("expanded");
    this.#handle.setAttribute("aria-expanded", String(expanded));
    relabel(this.#handle, expanded ? "Hide the toolbar" : "Show the toolbar");
  }
}
