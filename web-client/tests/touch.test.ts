import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { InputEvent } from "../src/core/events";
import type { PointerSample } from "../src/core/mouse";
import { Fingers } from "../src/core/touch";

function finger(kind: PointerSample["kind"], id: number, x: number, y = 0, timestamp = 0): PointerSample {
  return { kind, id, x, y, inside: true, mask: 1, pressure: 0.5, modifiers: [], timestamp };
}

function all(fingers: Fingers, ...samples: PointerSample[]): InputEvent[] {
  return samples.flatMap((each) => fingers.handle(each));
}

function types(events: readonly InputEvent[]): string[] {
  return events.map(({ type }) => type);
}

describe("Fingers", () => {
  test("one finger drags like the left button", () => {
    const events = all(new Fingers(), finger("down", 5, 1), finger("move", 5, 30), finger("up", 5, 30));
    expect(types(events)).toEqual([
      "pointer_enter",
      "pointer_down",
      "pointer_move",
      "pointer_up",
      "pointer_leave",
    ]);
    expect(events[0]).toMatchObject({ buttons: [] });
    expect(events[1]).toMatchObject({
      button: 1,
      buttons: [1],
      ntouches: 1,
      touches: { "5": { x: 1, y: 0, pressure: 0.5 } },
    });
    expect(events[3]).toMatchObject({ button: 1, buttons: [], ntouches: 0, touches: {} });
  });

  test("the second finger ends the drag, where the first one is", () => {
    const fingers = new Fingers();
    all(fingers, finger("down", 1, 10), finger("move", 1, 40));
    expect(fingers.handle(finger("down", 2, 140))).toMatchObject([{ type: "pointer_up", button: 1, x: 40 }]);
  });

  test("spreading two fingers by f is a wheel at their centre with dy = -1000 log2 f", () => {
    const fingers = new Fingers();
    all(fingers, finger("down", 1, 100), finger("down", 2, 200));
    expect(fingers.handle(finger("move", 2, 300))).toMatchObject([
      { type: "wheel", x: 200, y: 0, dx: 0, dy: -1000 },
    ]);
    expect(fingers.handle(finger("move", 1, 250))).toMatchObject([{ type: "wheel", x: 275, dy: 2000 }]);
  });

  test("after a pinch the finger that stays does nothing until all are lifted", () => {
    const fingers = new Fingers();
    all(fingers, finger("down", 1, 100), finger("down", 2, 200), finger("up", 2, 200));
    expect(all(fingers, finger("move", 1, 150), finger("down", 3, 10), finger("up", 3, 10))).toEqual([]);
    expect(types(fingers.handle(finger("up", 1, 150)))).toEqual(["pointer_leave"]);
    expect(types(fingers.handle(finger("down", 4, 1)))).toEqual(["pointer_enter", "pointer_down"]);
  });

  test("two quick taps at one place are a double click", () => {
    const fingers = new Fingers();
    all(fingers, finger("down", 1, 10, 0, 0), finger("up", 1, 10, 0, 0.1));
    const events = all(fingers, finger("down", 2, 14, 0, 0.2), finger("up", 2, 14, 0, 0.3));
    expect(types(events)).toContain("double_click");
    const third = all(fingers, finger("down", 3, 14, 0, 0.4), finger("up", 3, 14, 0, 0.5));
    expect(types(third)).not.toContain("double_click");
  });

  test.each([
    ["too late", 2, 10],
    ["too far away", 0.3, 90],
  ])("two taps %s are two clicks", (_, time, x) => {
    const fingers = new Fingers();
    all(fingers, finger("down", 1, 10, 0, 0), finger("up", 1, 10, 0, 0.1));
    const events = all(fingers, finger("down", 2, x, 0, time), finger("up", 2, x, 0, time));
    expect(types(events)).not.toContain("double_click");
  });

  test("release lifts a drag", () => {
    const fingers = new Fingers();
    fingers.handle(finger("down", 1, 10));
    expect(types(fingers.release(1))).toEqual(["pointer_up", "pointer_leave"]);
    expect(fingers.release(2)).toEqual([]);
  });

  test("pairs downs and ups, and the zooms of a pinch multiply to the whole of it", () => {
    const any = fc.record({
      kind: fc.constantFrom("down", "move", "up", "lost") as fc.Arbitrary<PointerSample["kind"]>,
      id: fc.integer({ min: 1, max: 3 }),
      x: fc.integer({ min: 0, max: 500 }),
    });
    fc.assert(
      fc.property(fc.array(any), (steps) => {
        const fingers = new Fingers();
        let down = 0;
        const samples = steps.map(({ kind, id, x }) => finger(kind, id, x));
        for (const event of [...samples.flatMap((each) => fingers.handle(each)), ...fingers.release(0)]) {
          if (event.type === "pointer_down") down += 1;
          if (event.type === "pointer_up") down -= 1;
          if (event.type === "wheel") expect(Number.isFinite(event.dy)).toBe(true);
          expect(down === 0 || down === 1).toBe(true);
        }
        expect(down).toBe(0);
      }),
    );
    const spreads = fc.array(fc.integer({ min: 20, max: 500 }), { minLength: 1 });
    fc.assert(
      fc.property(spreads, (positions) => {
        const fingers = new Fingers();
        all(fingers, finger("down", 1, 0), finger("down", 2, 100));
        const dy = positions
          .flatMap((x) => fingers.handle(finger("move", 2, x)))
          .reduce((sum, event) => sum + (event.type === "wheel" ? event.dy : 0), 0);
        expect(dy).toBeCloseTo(-1000 * Math.log2((positions.at(-1) ?? 100) / 100), 6);
      }),
    );
  });
});
