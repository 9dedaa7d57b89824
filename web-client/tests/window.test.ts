/** What makes a view like a window, without a browser: sizes by hand, overdue pictures, latency in words. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VIEW_SIZE_MAX } from "../src/core/client-messages";
import { gradeOf } from "../src/core/latency";
import { resizedBy, resizedByKey, SIZE_MIN } from "../src/core/resizing";
import { Staleness } from "../src/core/staleness";
import { ageInWords } from "../src/view/words";

describe("sizes by hand", () => {
  test("the corner follows the pointer", () => {
    expect(resizedBy({ width: 400, height: 300 }, 50.4, -20)).toEqual({ width: 450, height: 280 });
  });

  test("a size is whole pixels within its bounds, however far the pointer goes", () => {
    const any = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(any, any, (dx, dy) => {
        const { width, height } = resizedBy({ width: 400, height: 300 }, dx, dy);
        expect([width, height].every(Number.isInteger)).toBe(true);
        expect(Math.min(width - SIZE_MIN.width, height - SIZE_MIN.height)).toBeGreaterThanOrEqual(0);
        expect(Math.max(width, height)).toBeLessThanOrEqual(VIEW_SIZE_MAX);
      }),
    );
  });

  test.each([
    ["ArrowRight", false, { width: 410, height: 300 }],
    ["ArrowLeft", true, { width: 350, height: 300 }],
    ["ArrowDown", true, { width: 400, height: 350 }],
    ["ArrowUp", false, { width: 400, height: 290 }],
    ["Enter", false, null],
  ])("%s, with Shift %s", (key, shift, size) => {
    expect(resizedByKey({ width: 400, height: 300 }, key, shift)).toEqual(size);
  });
});

describe("Staleness", () => {
  test("counts from the last new picture, not from a still of the same", () => {
    const staleness = new Staleness();
    staleness.shown(1, 0);
    staleness.shown(2, 1_000);
    staleness.shown(2, 4_000);
    expect(staleness.age(5_000)).toBeNull();
    staleness.told(true);
    expect(staleness.age(5_000)).toEqual({ ms: 4_000, exact: true });
    staleness.shown(2, 6_000);
    expect(staleness.age(7_000)).toEqual({ ms: 6_000, exact: true });
  });

  test("ends with the next picture, or when the server says so", () => {
    const staleness = new Staleness();
    staleness.shown(1, 0);
    staleness.told(true);
    staleness.shown(2, 3_000);
    expect(staleness.age(3_000)).toBeNull();
    staleness.told(true);
    staleness.told(false);
    expect(staleness.age(9_000)).toBeNull();
  });

  test("knows no more than a bound of the age of a connection's first picture", () => {
    const staleness = new Staleness();
    staleness.told(true);
    expect(staleness.age(500)).toBeNull();
    staleness.shown(7, 1_000);
    expect(staleness.age(3_000)).toEqual({ ms: 2_000, exact: false });
    staleness.reset();
    expect(staleness.age(4_000)).toBeNull();
  });
});

test("latency is good, fair or poor", () => {
  expect([0, 100, 101, 300, 301].map(gradeOf)).toEqual(["good", "good", "fair", "fair", "poor"]);
});

test.each([
  [900, "0 s"],
  [119_999, "119 s"],
  [120_000, "2 min"],
  [7_200_000, "2 h"],
])("%i ms is %s", (ms, words) => {
  expect(ageInWords(ms)).toBe(words);
});
