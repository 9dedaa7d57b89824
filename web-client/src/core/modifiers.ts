/** Modifier keys as the renderview spec names them. */

import type { Modifier } from "./events";

/** The flags every DOM mouse and key event has. */
export interface ModifierFlags {
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** @param altGraph whether AltGr is down: Windows reports it as Control and Alt, which are then not meant. */
export function modifiersOf(flags: ModifierFlags, altGraph = false): readonly Modifier[] {
  const modifiers: Modifier[] = [];
  if (flags.shiftKey) modifiers.push("Shift");
  if (flags.ctrlKey && !altGraph) modifiers.push("Control");
  if (flags.altKey && !altGraph) modifiers.push("Alt");
  if (flags.metaKey) modifiers.push("Meta");
  return modifiers;
}
