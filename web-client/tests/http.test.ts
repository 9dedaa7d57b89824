/** What HTTP needs: messages in a stream of bytes, batches of messages, and when it is used at all. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Batches } from "../src/core/batches";
import { ProtocolError } from "../src/core/errors";
import { Fallback, suspicionOf } from "../src/core/fallback";
import { FRAME_BYTES_MAX, type Frame, FrameParser } from "../src/core/frames";
import { SleepWatch } from "../src/core/sleep";

const KINDS = ["text", "chunk", "end"] as const;

function encode(frames: readonly Frame[]): Uint8Array {
  return Uint8Array.from(
    frames.flatMap(({ kind, payload }) => {
      const { length } = payload;
      return [
        KINDS.indexOf(kind),
        length >>> 24,
        (length >> 16) & 255,
        (length >> 8) & 255,
        length & 255,
        ...payload,
      ];
    }),
  );
}

describe("FrameParser", () => {
  const frame = fc.record({
    kind: fc.constantFrom(...KINDS),
    payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Uint8Array.from(bytes)),
  });

  test("finds the messages wherever the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(frame),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (frames, sizes) => {
          const bytes = encode(frames);
          const parser = new FrameParser();
          const found: Frame[] = [];
          for (let at = 0, index = 0; at < bytes.length; index++) {
            const size = sizes[index % sizes.length] ?? 1;
            found.push(...parser.push(bytes.subarray(at, at + size)));
            at += size;
          }
          expect(found).toEqual(frames);
          expect(parser.complete).toBe(true);
        },
      ),
    );
  });

  test("knows that a message is not complete", () => {
    const parser = new FrameParser();
    expect(parser.push(Uint8Array.of(0, 0, 0, 0, 2, 65))).toEqual([]);
    expect(parser.complete).toBe(false);
  });

  test.each([
    ["kind", [3, 0, 0, 0, 0]],
    ["bytes", [1, ...[24, 16, 8, 0].map((shift) => ((FRAME_BYTES_MAX + 1) >>> shift) & 255)]],
  ])("refuses a wrong %s", (what, bytes) => {
    const push = () => new FrameParser().push(Uint8Array.from(bytes));
    expect(push).toThrow(ProtocolError);
    expect(push).toThrow(what);
  });

  test("throws nothing but ProtocolError, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (pieces) => {
        const parser = new FrameParser();
        try {
          // Lengths of millions are tested above; here they would only cost memory.
          for (const piece of pieces) parser.push(piece.map((byte) => byte & 3));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
    );
  });
});

describe("Batches", () => {
  test("lets a server that counts have every message once, in order, however often requests are repeated", () => {
    const step = fc.oneof(
      fc.nat(40_000).map((length) => length),
      fc.constantFrom("answered", "repeated"),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const batches = new Batches();
        const received: string[] = [];
        const made: string[] = [];
        let sent = batches.next();
        const deliver = () => {
          if (sent === null) return;
          expect(sent.first).toBeLessThanOrEqual(received.length);
          expect(new TextEncoder().encode(sent.body).length).toBeLessThanOrEqual(256 * 1024);
          received.push(...sent.body.split("\n").slice(received.length - sent.first));
        };
        for (const [index, step] of steps.entries()) {
          if (typeof step === "number") {
            made.push(`${index} ${"好".repeat(step / 2)}`);
            batches.add(made.at(-1) ?? "");
          } else {
            deliver();
            if (step === "answered" && sent !== null) {
              batches.delivered();
              sent = null;
            }
          }
          sent ??= batches.next();
        }
        const { first, body } = batches.rest();
        if (batches.busy) received.push(...body.split("\n").slice(received.length - first));
        expect(received).toEqual(made);
      }),
      { numRuns: 30 },
    );
  });

  test("has one request on its way at a time", () => {
    const batches = new Batches();
    batches.add("a");
    expect(batches.next()).toEqual({ first: 0, body: "a" });
    batches.add("b");
    batches.add("c");
    expect(batches.next()).toBeNull();
    batches.delivered();
    expect(batches.next()).toEqual({ first: 1, body: "b\nc" });
    batches.delivered();
    expect(batches.busy).toBe(false);
  });
});

describe("Fallback", () => {
  test("leads to HTTP after two WebSockets that do not open, or three that are soon cut", () => {
    const unopened = new Fallback("auto");
    expect(unopened.suspect("unopened", 0)).toBe(false);
    expect(unopened.name).toBe("websocket");
    expect(unopened.suspect("unopened", 0)).toBe(true);
    expect(unopened).toMatchObject({ name: "http", active: true });
    const cut = new Fallback("auto");
    expect([1, 2, 3].map(() => cut.suspect("cut", 0))).toEqual([false, false, true]);
  });

  test("does not, where a WebSocket held in between, or the network was down", () => {
    const fallback = new Fallback("auto");
    for (let round = 0; round < 5; round++) {
      expect(fallback.suspect("unopened", 0)).toBe(false);
      fallback.clear();
    }
  });

  test("suspects only WebSockets that never open, or are cut within seconds", () => {
    expect([null, 100, 60_000].map(suspicionOf)).toEqual(["unopened", "cut", null]);
  });

  test("asks for one response after the other where a proxy holds back those that go on", () => {
    const fallback = new Fallback("http");
    fallback.httpEnded(false, true);
    expect(fallback.name).toBe("polling");
    fallback.httpEnded(true, false);
    expect(fallback.name).toBe("polling");
  });

  test("goes back to WebSockets where HTTP does not lead to the server either", () => {
    const fallback = blocked();
    fallback.httpEnded(true, false);
    expect(fallback.name).toBe("http");
    fallback.httpEnded(false, false);
    expect(fallback).toMatchObject({ name: "websocket", active: false });
  });

  test("tries a WebSocket again after some minutes, or soon where the network may be another one", () => {
    const fallback = blocked();
    expect(fallback.retryDue(60_000)).toBe(false);
    expect(fallback.retryDue(180_000)).toBe(true);
    fallback.retrying(180_000);
    expect(fallback.retryDue(180_001)).toBe(false);
    fallback.retrySoon();
    expect(fallback.retryDue(180_001)).toBe(true);
    fallback.reopened();
    expect(fallback.name).toBe("websocket");
  });

  test.each(["websocket", "http"] as const)("stays with %s where the page has asked for it", (choice) => {
    const fallback = new Fallback(choice);
    for (let round = 0; round < 5; round++) {
      fallback.suspect("unopened", 0);
      fallback.httpEnded(false, false);
      expect(fallback).toMatchObject({ name: choice, active: false });
    }
  });

  function blocked(): Fallback {
    const fallback = new Fallback("auto");
    fallback.suspect("unopened", 0);
    fallback.suspect("unopened", 0);
    return fallback;
  }
});

test("SleepWatch tells sleep from a timer that is late", () => {
  const watch = new SleepWatch(500, 1_000);
  expect([1_500, 3_000, 2_500, 60_000, 60_500].map((clock) => watch.poll(clock))).toEqual([
    false,
    false,
    false,
    true,
    false,
  ]);
});
