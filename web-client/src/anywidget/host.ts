/** The element of a view among the output of a notebook's cell. */

import type { CanvasState } from "../core/server-messages";
import { element } from "../view/dom";

/** Makes the element. Without a size of the program's, a view is as wide as the cell. */
export function makeHost(): HTMLElement {
  // Lumino, of which JupyterLab is made, looks for this: else keys that are pressed in a figure would edit the notebook.
  const host = element("div", { "data-lm-suppress-shortcuts": "true" });
  host.style.maxWidth = "100%";
  host.style.colorScheme = colorScheme();
  return host;
}

/** Gives the view the size of the picture, until the program or the person says otherwise. */
export function adoptSize(host: HTMLElement, { width, height, css_width, css_height }: CanvasState): void {
  const { style } = host;
  if (css_width || css_height) style.width = style.aspectRatio = "";
  else if (width && height && style.width === "") {
    style.width = `${width}px`;
    style.aspectRatio = `${width} / ${height}`;
  }
}

/** The notebook's theme, where it can be told; else the system's. */
function colorScheme(): string {
  const { body, documentElement } = document;
  const light = body.dataset.jpThemeLight;
  if (light !== undefined) return light === "true" ? "light" : "dark";
  const dark = [body, documentElement].some(({ classList }) => /\b(vscode-)?dark\b/.test(classList.value));
  return dark ? "dark" : "light dark";
}
