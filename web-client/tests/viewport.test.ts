import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contains, FITS, place, toCanvas } from "../src/core/viewport";

const size = fc.record({
  width: fc.integer({ min: 1, max: 8192 }),
  height: fc.integer({ min: 1, max: 8192 }),
});
const ratio = fc.constantFrom(1, 1.25, 1.5, 2, 3);

describe("place", () => {
  test("maps a picture of the element's size to device pixels 1:1, in every fit and at every ratio", () => {
    fc.assert(
      fc.property(size, ratio, fc.constantFrom(...FITS), (picture, pixelRatio, fit) => {
        const { box, scale } = place(picture, picture, pixelRatio, fit);
        expect(scale).toBe(1);
        expect(box.x).toBeCloseTo(0);
        expect(box.y).toBeCloseTo(0);
        expect(box.width * pixelRatio).toBeCloseTo(picture.width, 6);
        expect(box.height * pixelRatio).toBeCloseTo(picture.height, 6);
      }),
    );
  });

  test("does not resample for a rounding error of one pixel", () => {
    expect(place({ width: 801, height: 600 }, { width: 800, height: 601 }, 2, "contain").scale).toBe(1);
  });

  test("contain shows all of the picture, cover leaves no gap, both keep the aspect", () => {
    fc.assert(
      fc.property(size, size, ratio, (picture, room, pixelRatio) => {
        const slack = 1.5 / pixelRatio;
        const within = place(picture, room, pixelRatio, "contain").box;
        expect(within.width * pixelRatio).toBeLessThanOrEqual(room.width + 1.5);
        expect(within.height * pixelRatio).toBeLessThanOrEqual(room.height + 1.5);
        const over = place(picture, room, pixelRatio, "cover").box;
        expect(over.width).toBeGreaterThanOrEqual(room.width / pixelRatio - slack);
        expect(over.height).toBeGreaterThanOrEqual(room.height / pixelRatio - slack);
        for (const box of [within, over]) {
          expect(box.width / box.height / (picture.width / picture.height)).toBeCloseTo(1, 6);
        }
      }),
    );
  });

  test("puts the corner on a whole device pixel", () => {
    fc.assert(
      fc.property(size, size, ratio, fc.constantFrom(...FITS), (picture, room, pixelRatio, fit) => {
        const { box } = place(picture, room, pixelRatio, fit);
        expect(Math.abs(box.x * pixelRatio - Math.round(box.x * pixelRatio))).toBeLessThan(1e-6);
        expect(Math.abs(box.y * pixelRatio - Math.round(box.y * pixelRatio))).toBeLessThan(1e-6);
      }),
    );
  });

  test.each([
    [2, true],
    [1, false],
    [1.5, false],
    [0.5, false],
  ])("at a scale of %d, squares for pixels: %s", (scale, pixelated) => {
    const room = { width: 400 * scale, height: 300 * scale };
    expect(place({ width: 400, height: 300 }, room, 1, "contain").pixelated).toBe(pixelated);
  });
});

describe("toCanvas", () => {
  test("sends the box' corners to the canvas' corners and is linear between", () => {
    fc.assert(
      fc.property(size, size, fc.double({ min: -1, max: 2, noNaN: true }), (box, canvas, part) => {
        const rect = { x: 10, y: 20, ...box };
        const point = { x: 10 + part * box.width, y: 20 + part * box.height };
        const { x, y } = toCanvas(point, rect, canvas);
        expect(x / canvas.width).toBeCloseTo(part, 6);
        expect(y / canvas.height).toBeCloseTo(part, 6);
      }),
    );
  });

  test("letterbox points lie outside the canvas", () => {
    const canvas = { width: 100, height: 50 };
    const box = { x: 0, y: 25, width: 100, height: 50 };
    expect(contains(canvas, toCanvas({ x: 50, y: 10 }, box, canvas))).toBe(false);
    expect(contains(canvas, toCanvas({ x: 50, y: 30 }, box, canvas))).toBe(true);
  });

  test("an element without a size maps to the origin, not to infinity", () => {
    const none = { x: 0, y: 0, width: 0, height: 0 };
    expect(toCanvas({ x: 5, y: 5 }, none, { width: 10, height: 10 })).toEqual({ x: 0, y: 0 });
  });
});
