import { describe, expect, test } from "vitest";
import { browserOwns, type KeySample, Keys, typesText } from "../src/core/keys";
import { modifiersOf } from "../src/core/modifiers";

function sample(key: string, code = "", extra: Partial<KeySample> = {}): KeySample {
  return { key, code, repeat: false, composing: false, modifiers: [], timestamp: 1, ...extra };
}

describe("Keys", () => {
  test("a key that is held down goes down once", () => {
    const keys = new Keys();
    expect(keys.down(sample("a", "KeyA"))).toMatchObject({ type: "key_down", key: "a" });
    expect(keys.down(sample("a", "KeyA", { repeat: true }))).toBeNull();
    expect(keys.down(sample("a", "KeyA"))).toBeNull();
    expect(keys.up(sample("a", "KeyA"))).toMatchObject([{ type: "key_up", key: "a" }]);
    expect(keys.up(sample("a", "KeyA"))).toEqual([]);
  });

  test("goes up under the name it went down with", () => {
    const keys = new Keys();
    keys.down(sample("a", "KeyA"));
    keys.down(sample("Shift", "ShiftLeft"));
    expect(keys.up(sample("A", "KeyA"))).toMatchObject([{ key: "a" }]);
  });

  test.each([
    sample("a", "KeyA", { composing: true }),
    sample("Process", "KeyA"),
    sample("Unidentified"),
    sample("Dead", "Quote"),
  ])("a key that only feeds an input method is none: $key", (key) => {
    expect(new Keys().down(key)).toBeNull();
  });

  test("lifts all of them when the focus is lost", () => {
    const keys = new Keys();
    keys.down(sample("Control", "ControlLeft"));
    keys.down(sample("ArrowUp", "ArrowUp"));
    expect(keys.holds("Control")).toBe(true);
    expect(keys.release(5).map(({ key }) => key)).toEqual(["Control", "ArrowUp"]);
    expect(keys.release(6)).toEqual([]);
  });

  test("Command takes the keys with it whose release macOS does not report", () => {
    const keys = new Keys();
    keys.down(sample("Meta", "MetaLeft"));
    keys.down(sample("Shift", "ShiftLeft"));
    keys.down(sample("z", "KeyZ"));
    expect(keys.up(sample("Meta", "MetaLeft")).map(({ key }) => key)).toEqual(["Meta", "z"]);
  });

  test("forgets after a reset", () => {
    const keys = new Keys();
    keys.down(sample("a", "KeyA"));
    keys.reset();
    expect(keys.up(sample("a", "KeyA"))).toEqual([]);
  });
});

describe("browserOwns", () => {
  test.each([
    ["r", ["Control"]],
    ["R", ["Control", "Shift"]],
    ["t", ["Meta"]],
    ["w", ["Control"]],
    ["l", ["Meta"]],
    ["+", ["Control"]],
    ["-", ["Control"]],
    ["0", ["Meta"]],
    ["F5", []],
    ["F11", []],
    ["F12", []],
    ["Tab", []],
    ["I", ["Control", "Shift"]],
    ["ArrowLeft", ["Alt"]],
  ] as const)("%s with %j", (key, modifiers) => {
    expect(browserOwns(key, modifiers)).toBe(true);
  });

  test.each([
    ["r", []],
    ["ArrowLeft", []],
    [" ", []],
    ["s", ["Control"]],
    ["z", ["Control"]],
    ["F1", []],
    ["Escape", []],
    ["Backspace", []],
    ["R", ["Shift"]],
  ] as const)("not %s with %j", (key, modifiers) => {
    expect(browserOwns(key, modifiers)).toBe(false);
  });
});

test.each([
  ["a", [], true],
  ["é", [], true],
  ["😀", [], true],
  ["@", ["Alt"], true],
  ["a", ["Control"], false],
  ["Enter", [], false],
  ["Shift", ["Shift"], false],
] as const)("%s with %j types text: %s", (key, modifiers, expected) => {
  expect(typesText(key, modifiers)).toBe(expected);
});

test("AltGr is neither Control nor Alt", () => {
  const flags = { shiftKey: true, ctrlKey: true, altKey: true, metaKey: false };
  expect(modifiersOf(flags)).toEqual(["Shift", "Control", "Alt"]);
  expect(modifiersOf(flags, true)).toEqual(["Shift"]);
});
