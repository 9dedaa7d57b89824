/** Keyboard: no repeats, no key that sticks, and the browser keeps the shortcuts that a plot never needs. */

import type { KeyInput, Modifier } from "./events";

/** One DOM key event, reduced to what matters. */
export interface KeySample {
  /** `KeyboardEvent.key`. */
  readonly key: string;
  /** `KeyboardEvent.code`, the physical key; empty on some on-screen keyboards. */
  readonly code: string;
  readonly repeat: boolean;
  /** Part of a composition: the text comes as `char` events. */
  readonly composing: boolean;
  readonly modifiers: readonly Modifier[];
  /** Seconds. */
  readonly timestamp: number;
}

/** Names that stand for no key of their own. */
const NO_KEY: ReadonlySet<string> = new Set(["Dead", "Process", "Unidentified", "Compose", ""]);
const MODIFIER_KEYS: ReadonlySet<string> = new Set([
  "Shift",
  "Control",
  "Alt",
  "Meta",
  "AltGraph",
  "CapsLock",
]);

const BROWSER_KEYS: ReadonlySet<string> = new Set(["F5", "F6", "F11", "F12", "Tab"]);
/** With Control or Command: reload, tabs, windows, address, find, print, copy and paste, zoom, full screen. */
const BROWSER_CHORDS: ReadonlySet<string> = new Set([
  ..."rtwnlfpdcvx0123456789+-=",
  "PageUp",
  "PageDown",
  "Tab",
  "F4",
  "F5",
]);
/** With Control or Command and Shift: developer tools, reopen a tab, private windows, reload past the cache. */
const BROWSER_SHIFT_CHORDS: ReadonlySet<string> = new Set([..."ijcrtnpw+", "Tab"]);

/** Whether the key with these modifiers belongs to the browser and must keep its default action. */
export function browserOwns(key: string, modifiers: readonly Modifier[]): boolean {
  if (BROWSER_KEYS.has(key)) return true;
  const alt = modifiers.includes("Alt");
  if (alt && (key === "ArrowLeft" || key === "ArrowRight" || key === "F4")) return true;
  if (!modifiers.includes("Control") && !modifiers.includes("Meta")) return false;
  const name = key.length === 1 ? key.toLowerCase() : key;
  return (modifiers.includes("Shift") ? BROWSER_SHIFT_CHORDS : BROWSER_CHORDS).has(name);
}

/** Whether a key types a character, so that its default action feeds the text input. */
export function typesText(key: string, modifiers: readonly Modifier[]): boolean {
  return [...key].length === 1 && !modifiers.includes("Control") && !modifiers.includes("Meta");
}

/** Follows the keys that are down, by physical key: the name may change in between (a, Shift, A). */
export class Keys {
  readonly #held = new Map<string, string>();

  /** Whether a key of this name is down. */
  holds(key: string): boolean {
    return [...this.#held.values()].includes(key);
  }

  /** The `key_down`, or null for a repeat and for keys that have no name. */
  down(sample: KeySample): KeyInput | null {
    const id = sample.code || sample.key;
    if (sample.composing || NO_KEY.has(sample.key) || this.#held.has(id)) return null;
    if (sample.repeat) return null;
    this.#held.set(id, sample.key);
    return { type: "key_down", key: sample.key, modifiers: sample.modifiers, timestamp: sample.timestamp };
  }

  /** The `key_up`s that the DOM event amounts to; none where the key was not down. */
  up(sample: KeySample): KeyInput[] {
    const id = sample.code || sample.key;
    const ids = this.#held.has(id) ? [id] : [];
    // macOS reports no keyup for a key that is lifted while Command is down.
    if (sample.key === "Meta") {
      ids.push(...[...this.#held].filter(([, key]) => !MODIFIER_KEYS.has(key)).map(([other]) => other));
    }
    return ids.map((each) => this.#lift(each, sample.modifiers, sample.timestamp));
  }

  /** Lifts every key; for when the focus is lost. */
  release(timestamp: number): KeyInput[] {
    return [...this.#held.keys()].map((id) => this.#lift(id, [], timestamp));
  }

  /** Forgets what is held without saying so: the server has released it already. */
  reset(): void {
    this.#held.clear();
  }

  #lift(id: string, modifiers: readonly Modifier[], timestamp: number): KeyInput {
    const key = this.#held.get(id) ?? id;
    this.#held.delete(id);
    return { type: "key_up", key, modifiers, timestamp };
  }
}
