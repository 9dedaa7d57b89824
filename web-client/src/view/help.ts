/** What the mouse, the fingers and the keyboard do. */

import { element } from "./dom";

const ROWS: readonly (readonly [string, string])[] = [
  ["Drag", "left, middle and right button go to the plot"],
  ["Wheel", "zooms in most plots"],
  ["One finger", "drags, like the left button"],
  ["Two fingers", "pinch to zoom"],
  ["Double tap", "double click"],
  ["Keys", "go to the plot once it was clicked"],
  ["Shift + right click", "the browser's own menu"],
  ["Tab", "leaves the plot for the toolbar"],
];

export class Help {
  readonly root = element("section", { class: "help", "aria-label": "Help", hidden: "" });

  constructor() {
    const rows = ROWS.flatMap(([what, does]) => [element("dt", {}, what), element("dd", {}, does)]);
    this.root.append(
      element("h2", {}, "Mouse, touch and keys"),
      element("dl", {}, ...rows),
      element("p", {}, "Reload, tabs, zoom, find, copy and the developer tools keep their usual shortcuts."),
    );
  }

  get open(): boolean {
    return !this.root.hidden;
  }

  set open(open: boolean) {
    this.root.hidden = !open;
  }
}
