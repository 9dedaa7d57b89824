import { describe, expect, test } from "vitest";
import { checkMessage, DATA_BYTES_MAX } from "../src/core/application";

describe("checkMessage", () => {
  test.each([null, 0, "text", [1, { a: null }], { deep: { deeper: [true] } }])("takes %j", (data) => {
    expect(checkMessage(data, "key")).toEqual({ key: "key", data });
  });

  test("is what JSON makes of the value, and shares nothing with it", () => {
    const data = { when: new Date(0), list: [1] };
    const message = checkMessage(data, null);
    data.list.push(2);
    expect(message).toEqual({ key: null, data: { when: "1970-01-01T00:00:00.000Z", list: [1] } });
  });

  test.each([[undefined], [() => 1], [Symbol("s")]])("refuses what JSON has no text for", (data) => {
    expect(() => checkMessage(data, null)).toThrow(TypeError);
  });

  test("refuses a circle", () => {
    const data: unknown[] = [];
    data.push(data);
    expect(() => checkMessage(data, null)).toThrow(TypeError);
  });

  test.each(["\ud800", ["a\udc00"], { "\ud800": 1 }])("refuses half a surrogate pair", (data) => {
    expect(() => checkMessage(data, null)).toThrow(TypeError);
    expect(() => checkMessage("\ud83d\ude00", null)).not.toThrow();
  });

  test("measures the JSON text in bytes", () => {
    expect(() => checkMessage("x".repeat(DATA_BYTES_MAX - 2), null)).not.toThrow();
    expect(() => checkMessage("x".repeat(DATA_BYTES_MAX - 1), null)).toThrow(RangeError);
    expect(() => checkMessage("好".repeat(10_923), null)).toThrow("32771 bytes");
  });

  test.each(["", "k".repeat(65)])("refuses the key %j", (key) => {
    expect(() => checkMessage(1, key)).toThrow(RangeError);
    expect(() => checkMessage(1, "😀".repeat(64))).not.toThrow();
  });
});
