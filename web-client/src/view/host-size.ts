/**
 * The size of a view's element where it is not the page that gives it, in a style sheet of the shadow root.
 *
 * The cascade decides between them: what the page's own styles say stands above the program's size, and below what the person at
 * the handle wants. Nothing is written into the element's `style`, which belongs to the page.
 */

import type { CanvasState } from "../core/server-messages";
import type { Size } from "../core/viewport";

export class HostSize {
  readonly sheet = new CSSStyleSheet();
  readonly #container = this.#rule();
  readonly #program = this.#rule();
  readonly #person = this.#rule();
  readonly #collapsed = this.#rule();
  #size: Size | null = null;
  #wanted = "";

  /** @param fills whether the view fills a container, which no page has styles for. */
  constructor(fills: boolean) {
    if (!fills) return;
    this.#container.setProperty("height", "100%");
    this.#container.setProperty("aspect-ratio", "auto");
  }

  /** Takes the size that the program would like, where the state has one. What is no CSS length counts as none. */
  setProgram({ css_width, css_height }: CanvasState): void {
    const wanted = JSON.stringify([css_width ?? null, css_height ?? null]);
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    put(this.#program, "width", css_width ?? null);
    put(this.#program, "height", css_height ?? null);
  }

  /** The size that the person has given, CSS pixels, or null. */
  get person(): Size | null {
    return this.#size;
  }

  set person(size: Size | null) {
    this.#size = size;
    const style = this.#person;
    style.cssText = "";
    if (size === null) return;
    style.setProperty("width", `${size.width}px`, "important");
    style.setProperty("height", `${size.height}px`, "important");
    style.setProperty("box-sizing", "border-box", "important");
    style.setProperty("flex", "none", "important");
  }

  /** Whether the element is only as high as what is in it. */
  set collapsed(on: boolean) {
    const style = this.#collapsed;
    style.cssText = "";
    if (!on) return;
    style.setProperty("height", "min-content", "important");
    style.setProperty("min-height", "0", "important");
    style.setProperty("aspect-ratio", "auto", "important");
  }

  #rule(): CSSStyleDeclaration {
    const rules = this.sheet.cssRules;
    const index = this.sheet.insertRule(":host {}", rules.length);
    return (rules[index] as CSSStyleRule).style;
  }
}

function put(style: CSSStyleDeclaration, property: "width" | "height", value: string | null): void {
  const valid = value !== null && CSS.supports(property, value);
  if (value !== null && !valid)
    console.warn(`css_${property}: ${JSON.stringify(value)}, expected a CSS length`);
  if (valid) style.setProperty(property, value);
  else style.removeProperty(property);
}
