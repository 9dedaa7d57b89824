/** Says that this viewer only looks: another one has the control. */

import { element } from "./dom";

export class Badge {
  readonly root = element("div", { class: "badge", role: "status", hidden: "" }, "view only");

  show(shown: boolean): void {
    // Shown anew, it would fade in again.
    if (this.root.hidden === shown) this.root.hidden = !shown;
  }
}
