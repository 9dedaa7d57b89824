import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buttonOf, Mouse, type PointerSample } from "../src/core/mouse";

function sample(kind: PointerSample["kind"], mask = 0, inside = true): PointerSample {
  return { kind, id: 1, x: 1, y: 2, inside, mask, pressure: 0.5, modifiers: [], timestamp: 3 };
}

function types(mouse: Mouse, ...samples: PointerSample[]): string[] {
  return samples.flatMap((each) => mouse.handle(each).map(({ type }) => type));
}

describe("Mouse", () => {
  test("enters, moves, presses, releases and leaves", () => {
    const sequence = [sample("move"), sample("down", 1), sample("move", 1), sample("up"), sample("leave")];
    expect(types(new Mouse(), ...sequence)).toEqual([
      "pointer_enter",
      "pointer_move",
      "pointer_down",
      "pointer_move",
      "pointer_up",
      "pointer_leave",
    ]);
  });

  test("names the button and those that are down", () => {
    const mouse = new Mouse();
    mouse.handle(sample("move"));
    expect(mouse.handle(sample("down", 1))).toMatchObject([
      { type: "pointer_down", button: 1, buttons: [1] },
    ]);
    // The DOM reports the second button as a move.
    expect(mouse.handle(sample("move", 3))).toMatchObject([
      { type: "pointer_down", button: 2, buttons: [1, 2] },
    ]);
    expect(mouse.handle(sample("move", 2))).toMatchObject([{ type: "pointer_up", button: 1, buttons: [2] }]);
    expect(mouse.handle(sample("up", 0))).toMatchObject([{ type: "pointer_up", button: 2, buttons: [] }]);
  });

  test("a drag goes on outside the picture, and leaves it with the release", () => {
    const mouse = new Mouse();
    expect(types(mouse, sample("down", 1), sample("move", 1, false), sample("up", 0, false))).toEqual([
      "pointer_enter",
      "pointer_down",
      "pointer_move",
      "pointer_up",
      "pointer_leave",
    ]);
  });

  test("nothing outside the picture, and no press for a button that went down elsewhere", () => {
    const mouse = new Mouse();
    expect(types(mouse, sample("move", 0, false), sample("down", 1, false))).toEqual([]);
    expect(types(mouse, sample("move", 1))).toEqual(["pointer_enter", "pointer_move"]);
  });

  test("a release over a context menu is noticed with the next move", () => {
    const mouse = new Mouse();
    mouse.handle(sample("down", 2));
    expect(types(mouse, sample("move", 0))).toEqual(["pointer_up"]);
  });

  test.each(["lost", "release"] as const)("lifts everything when the pointer is taken away: %s", (how) => {
    const mouse = new Mouse();
    mouse.handle(sample("down", 1));
    mouse.handle(sample("move", 7));
    const events = how === "lost" ? mouse.handle(sample("lost", 7)) : mouse.release(9);
    expect(events.map(({ type }) => type)).toEqual(["pointer_up", "pointer_up", "pointer_up"]);
    expect(mouse.held).toEqual([]);
  });

  test("says nothing after a reset until the next press", () => {
    const mouse = new Mouse();
    mouse.handle(sample("down", 1));
    mouse.reset();
    expect(types(mouse, sample("move", 1), sample("up", 0))).toEqual(["pointer_enter", "pointer_move"]);
  });

  test("pairs every down with one up and every enter with one leave, whatever the browser reports", () => {
    const any = fc.record({
      kind: fc.constantFrom("down", "move", "up", "leave", "lost") as fc.Arbitrary<PointerSample["kind"]>,
      mask: fc.integer({ min: 0, max: 31 }),
      inside: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(any), (steps) => {
        const mouse = new Mouse();
        const down = new Set<number>();
        let entered = false;
        const all = [
          ...steps.map(({ kind, mask, inside }) => sample(kind, mask, inside)),
          sample("lost"),
          sample("leave"),
        ];
        for (const event of all.flatMap((step) => mouse.handle(step))) {
          if (event.type === "pointer_down") {
            expect(down.has(event.button)).toBe(false);
            down.add(event.button);
          }
          if (event.type === "pointer_up") expect(down.delete(event.button)).toBe(true);
          if (event.type === "pointer_enter") expect(entered).toBe(false);
          else expect(entered).toBe(true);
          entered = event.type !== "pointer_leave";
          if (event.type.startsWith("pointer_")) {
            expect("buttons" in event && [...event.buttons].sort()).toEqual([...down].sort());
          }
        }
        expect([down.size, entered]).toEqual([0, false]);
      }),
    );
  });
});

test("DOM buttons become those of the renderview spec", () => {
  expect([0, 1, 2, 3, 4, -1, 7].map(buttonOf)).toEqual([1, 3, 2, 4, 5, 0, 0]);
});
