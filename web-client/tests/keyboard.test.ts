// @vitest-environment happy-dom
import { expect, test } from "vitest";
import type { InputEvent as RfbInputEvent } from "../src/core/events";
import { KeyboardBinding } from "../src/view/keyboard";

function key(type: "keydown" | "keyup", name: string): KeyboardEvent {
  return new KeyboardEvent(type, { key: name, code: name });
}

test("a key that goes down while input goes nowhere is no press, and has no release", () => {
  const sent: RfbInputEvent[] = [];
  let takes = false;
  const { input } = new KeyboardBinding(
    () => takes,
    (event) => sent.push(event),
  );
  input.dispatchEvent(key("keydown", "a"));
  takes = true;
  input.dispatchEvent(key("keyup", "a"));
  expect(sent).toEqual([]);
  input.dispatchEvent(key("keydown", "a"));
  input.dispatchEvent(key("keyup", "a"));
  expect(sent.map(({ type }) => type)).toEqual(["key_down", "key_up"]);
});
