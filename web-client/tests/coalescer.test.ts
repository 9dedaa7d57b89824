import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Coalescer } from "../src/core/coalescer";

const INTERVAL = 10;

describe("Coalescer", () => {
  test("sends at once when idle, and only the newest of what comes within the interval", () => {
    const moves = new Coalescer<string>(INTERVAL);
    expect(moves.offer("a", 100)).toBe("a");
    expect(moves.offer("b", 103)).toBeNull();
    expect(moves.offer("c", 106)).toBeNull();
    expect(moves.wait(106)).toBe(4);
    expect(moves.take(109)).toBeNull();
    expect(moves.take(110)).toBe("c");
    expect(moves.wait(110)).toBeNull();
  });

  test("holds back while the socket is congested", () => {
    const moves = new Coalescer<string>(INTERVAL);
    expect(moves.offer("a", 100, true)).toBeNull();
    expect(moves.take(200, true)).toBeNull();
    expect(moves.take(201, false)).toBe("a");
  });

  test("gives up what waits when something must come after it", () => {
    const moves = new Coalescer<string>(INTERVAL);
    moves.offer("a", 100);
    moves.offer("b", 101);
    expect(moves.flush(101)).toBe("b");
    expect(moves.flush(101)).toBeNull();
  });

  test("keeps the order, never sends faster than the interval, and loses only what was replaced", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean(), fc.boolean()));
    fc.assert(
      fc.property(steps, (all) => {
        const moves = new Coalescer<number>(INTERVAL);
        const sent: { value: number; at: number }[] = [];
        let now = 0;
        let offered = 0;
        for (const [elapsed, congested, offers] of all) {
          now += elapsed;
          const value = offers ? moves.offer(++offered, now, congested) : moves.take(now, congested);
          if (value !== null) sent.push({ value, at: now });
        }
        const last = moves.flush(now);
        expect(last ?? sent.at(-1)?.value ?? 0).toBe(offered);
        for (const [index, { value, at }] of sent.entries()) {
          const before = sent[index - 1];
          if (before === undefined) continue;
          expect(value).toBeGreaterThan(before.value);
          expect(at - before.at).toBeGreaterThanOrEqual(INTERVAL);
        }
      }),
    );
  });
});
