/** Keys and text through a hidden input: it has the focus, so that input methods compose into it. */

import type { InputEvent as RfbInputEvent } from "../core/events";
import { browserOwns, type KeySample, Keys, typesText } from "../core/keys";
import { modifiersOf } from "../core/modifiers";
import { textPieces } from "../core/text";
import type { Point } from "../core/viewport";
import { seconds } from "./clock";
import { element } from "./dom";

export class KeyboardBinding {
  /** To be placed in the stage. */
  readonly input = element("input", {
    class: "keys",
    type: "text",
    inputmode: "none",
    autocapitalize: "off",
    autocomplete: "off",
    autocorrect: "off",
    spellcheck: "false",
    enterkeyhint: "enter",
    "aria-label": "Keyboard input for the canvas",
  });
  readonly #keys = new Keys();

  /** @param takes whether input goes anywhere: a key that goes down while it does not is no press, and has no release. */
  constructor(
    private readonly takes: () => boolean,
    private readonly send: (event: RfbInputEvent) => void,
  ) {
    const { input } = this;
    input.addEventListener("keydown", (event) => this.#down(event));
    input.addEventListener("keyup", (event) => this.#up(event));
    input.addEventListener("input", (event) => this.#typed(event as InputEvent));
    input.addEventListener("compositionend", (event) => this.#composed(event));
    input.addEventListener("blur", () => this.#blurred());
  }

  holds(key: string): boolean {
    return this.#keys.holds(key);
  }

  /** Takes the focus; an input method shows its candidates near `at`, in pixels of the stage. */
  focus(at?: Point): void {
    if (at !== undefined) {
      this.input.style.left = `${Math.max(0, at.x)}px`;
      this.input.style.top = `${Math.max(0, at.y)}px`;
    }
    this.input.focus({ preventScroll: true });
  }

  /** Brings up the on-screen keyboard, which a tap on the picture does not. */
  showOnScreenKeyboard(): void {
    this.input.inputMode = "text";
    this.input.blur();
    this.input.focus({ preventScroll: true });
  }

  release(): void {
    for (const event of this.#keys.release(seconds())) this.send(event);
  }

  /** Forgets what is held without saying so. */
  reset(): void {
    this.#keys.reset();
  }

  #down(event: KeyboardEvent): void {
    const sample = sampleOf(event);
    if (browserOwns(event.key, sample.modifiers)) {
      // Tab moves the focus on, and is a key of the plot all the same.
      if (event.key !== "Tab") return;
    } else if (!sample.composing && !typesText(event.key, sample.modifiers)) {
      event.preventDefault();
    }
    const key = this.takes() ? this.#keys.down(sample) : null;
    if (key !== null) this.send(key);
  }

  #up(event: KeyboardEvent): void {
    for (const key of this.#keys.up(sampleOf(event))) this.send(key);
  }

  #typed(event: InputEvent): void {
    if (event.isComposing) {
      this.#char(event.data ?? "", true, event.inputType);
      return;
    }
    const text = this.input.value;
    this.input.value = "";
    // Some browsers report the end of a composition here as well.
    const composed =
      event.inputType === "insertCompositionText" || event.inputType === "insertFromComposition";
    if (!composed) this.#char(text, false, event.inputType);
  }

  #composed(event: CompositionEvent): void {
    this.input.value = "";
    this.#char(event.data, false, "insertCompositionText");
  }

  #char(text: string, isComposing: boolean, inputType: string): void {
    for (const data of textPieces(text)) {
      this.send({
        type: "char",
        data,
        is_composing: isComposing,
        input_type: inputType,
        timestamp: seconds(),
      });
    }
  }

  #blurred(): void {
    this.input.inputMode = "none";
    this.input.value = "";
    this.release();
  }
}

function sampleOf(event: KeyboardEvent): KeySample {
  return {
    key: event.key,
    code: event.code,
    repeat: event.repeat,
    composing: event.isComposing,
    modifiers: modifiersOf(event, event.getModifierState("AltGraph")),
    timestamp: seconds(event),
  };
}
