import fc from "fast-check";
import { expect, test } from "vitest";
import { KeyframeGate } from "../src/core/gate";

const chunk = fc.record({ keyframe: fc.boolean(), stream: fc.integer({ min: 1, max: 3 }) });
const step = fc.oneof(chunk, fc.constant("loss" as const));

test("a delta passes only when its stream's last keyframe passed, with no loss and no other stream between", () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const gate = new KeyframeGate();
      let reference: number | null = null;
      for (const next of steps) {
        if (next === "loss") {
          gate.close();
          reference = null;
          continue;
        }
        if (next.keyframe) reference = next.stream;
        expect(gate.admit(next)).toBe(next.stream === reference);
        expect(gate.open).toBe(reference !== null);
      }
    }),
  );
});

test("the first delta is discarded", () => {
  expect(new KeyframeGate().admit({ keyframe: false, stream: 1 })).toBe(false);
});
