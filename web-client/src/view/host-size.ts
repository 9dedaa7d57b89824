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
  #wanted: CanvasState = {};
  #titled = false;

  /** @param fills whether the view fills a container, which no page has styles for. */
  constructor(fills: boolean) {
    if (!fills) return;
    this.#container.setProperty("height", "100%");
    this.#container.setProperty("aspect-ratio", "auto");
  }

  /** Takes the size that the program would like, where the state has one. What is no CSS length counts as none. */
  setProgram({ css_width = null, css_height = null }: CanvasState): void {
    const wanted = { css_width, css_height };
    if (wanted.css_width === this.#wanted.css_width && wanted.css_height === this.#wanted.css_height) return;
    this.#wanted = wanted;
    this.#showProgram();
  }

  /** Whether there is a title bar: the program's size is the picture's, and the bar comes on top. */
  set titled(on: boolean) {
    this.#titled = on;
    this.#showProgram();
  }

  /** The size that the person has given, CSS pixels, or null. */
  set person(size: Size | null) {
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

  #showProgram(): void {
    const { css_width = null, css_height = null } = this.#wanted;
    put(this.#program, "width", css_width);
    // A share of what the view is in is one of all of it.
    const bar = this.#titled && !css_height?.endsWith("%");
    put(this.#program, "height", bar && css_height ? `calc(${css_height} + var(--bar-height))` : css_height);
  }

  #rule(): CSSStyleDeclaration {
    const rules = this.sheet.cssRules;
    const index = this.sheet.insertRule(":host {}", rules.length);
    return (rules[index] as CSSStyleRule).style;
  }
}

/** Sets a property where the value is one that it takes; the value may be anything at all. */
function put(style: CSSStyleDeclaration, property: "width" | "height", value: string | null): void {
  const valid = value !== null && CSS.supports(property, value);
  if (value !== null && !valid) console.warn(`${property}: ${JSON.stringify(value)}, expected a CSS length`);
  if (valid) style.setProperty(property, value);
  else style.removeProperty(property);
}
