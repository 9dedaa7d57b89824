/** The buttons of the view: an icon, and a name for those who do not see it. */

import { element, icon } from "./dom";
import { ICONS } from "./icons";

export function iconButton(name: keyof typeof ICONS, label: string, action: () => void): HTMLButtonElement {
  const node = element("button", { type: "button" }, icon(ICONS[name]));
  node.addEventListener("click", action);
  relabel(node, label);
  return node;
}

/** Gives a button another name, and another icon where that is given. */
export function relabel(button: HTMLButtonElement, label: string, name?: keyof typeof ICONS): void {
  button.setAttribute("aria-label", label);
  button.title = label;
  if (name !== undefined) button.replaceChildren(icon(ICONS[name]));
}
