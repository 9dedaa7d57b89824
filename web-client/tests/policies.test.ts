/** The small decisions: when to retry, when to ping, which decoder remains, how far a wheel went. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Backoff } from "../src/core/backoff";
import { afterClose } from "../src/core/closing";
import { DROP_AFTER_MS, Heartbeat, PING_AFTER_MS } from "../src/core/heartbeat";
import { CapabilityLadder } from "../src/core/ladder";
import { parseListing } from "../src/core/listing";
import { serialAfter, serialMax } from "../src/core/serial";
import { textPieces } from "../src/core/text";
import { wheelDistance } from "../src/core/wheel";
import { RateWindow } from "../src/core/window";

describe("Backoff", () => {
  test("doubles the range of the delay from 0.25 s to 15 s, and begins anew after a success", () => {
    const backoff = new Backoff();
    const longest = Array.from({ length: 8 }, () => backoff.next(1));
    expect(longest).toEqual([0.25, 0.5, 1, 2, 4, 8, 15, 15]);
    backoff.reset();
    expect(backoff.next(1)).toBe(0.25);
  });

  test("waits no longer than half of the time since the loss, but for the first range", () => {
    const backoff = new Backoff();
    expect([0, 0.1, 1, 1, 4, 100, 100].map((lost) => backoff.next(1, lost))).toEqual([
      0.25, 0.25, 0.5, 0.5, 2, 8, 15,
    ]);
  });

  test("a connection that did not hold is soon tried again, and not as soon as one that did", () => {
    const backoff = new Backoff();
    for (let attempt = 0; attempt < 6; attempt++) backoff.next(1);
    backoff.soften();
    expect(backoff.next(1)).toBe(0.5);
    backoff.reset();
    backoff.soften();
    expect(backoff.next(1)).toBe(0.25);
  });

  test("spreads the delay over the whole range", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(2_000), (random, tries) => {
        const backoff = new Backoff();
        for (let attempt = 0; attempt < tries; attempt++) backoff.next(0);
        expect(backoff.next(random)).toBeCloseTo(random * Math.min(15, 0.25 * 2 ** tries));
        expect(backoff.slow(random)).toBeCloseTo(5 + 10 * random);
      }),
    );
  });
});

test.each([
  [1000, "slow"],
  [1001, "reconnect"],
  [1006, "reconnect"],
  [1012, "reconnect"],
  [4400, "report"],
  [4401, "token"],
  [4403, "report"],
  [4404, "slow"],
  [4408, "reconnect"],
  [4413, "report"],
  [4420, "slow"],
  [4426, "reload"],
  [4429, "slow"],
  [4500, "reconnect"],
] as const)("after a close with %d: %s", (code, after) => {
  expect(afterClose(code)).toBe(after);
});

describe("Heartbeat", () => {
  test("pings after 3 s of silence, again 3 s later, and drops after 10 s", () => {
    const heartbeat = new Heartbeat(0);
    expect(heartbeat.poll(PING_AFTER_MS - 1)).toBe("none");
    expect(heartbeat.poll(PING_AFTER_MS)).toBe("ping");
    expect(heartbeat.poll(PING_AFTER_MS + 500)).toBe("none");
    expect(heartbeat.poll(2 * PING_AFTER_MS)).toBe("ping");
    expect(heartbeat.poll(DROP_AFTER_MS)).toBe("drop");
  });

  test("anything heard starts the silence anew", () => {
    const heartbeat = new Heartbeat(0);
    heartbeat.heard(9_000);
    expect(heartbeat.poll(11_000)).toBe("none");
    expect(heartbeat.poll(12_000)).toBe("ping");
  });
});

describe("CapabilityLadder", () => {
  const both = [
    { codec: "h264", chroma: "444" },
    { codec: "h264", chroma: "420" },
  ] as const;

  function fail(ladder: CapabilityLadder, times: number, from = 0): boolean {
    return Array.from({ length: times }, (_, index) => ladder.failed(from + index, "h264")).at(-1) ?? false;
  }

  test("steps down to 4:2:0 and then to images, three errors each", () => {
    const ladder = new CapabilityLadder(both, "unsupported");
    expect(ladder.capabilities).toMatchObject({ video: both, no_video: null });
    expect(fail(ladder, 2)).toBe(false);
    expect(fail(ladder, 1)).toBe(true);
    expect(ladder.capabilities).toMatchObject({ video: [both[1]], no_video: null });
    expect(fail(ladder, 3)).toBe(true);
    expect(ladder.capabilities).toMatchObject({ video: [], no_video: "decoder-failed" });
    expect(fail(ladder, 9)).toBe(false);
  });

  test("forgives errors that lie more than 10 s apart", () => {
    const ladder = new CapabilityLadder(both, "unsupported");
    for (let now = 0; now < 100_000; now += 5_001) expect(ladder.failed(now, "h264")).toBe(false);
  });

  test("gives up the codec that fails, and no other one", () => {
    const video = [...both, { codec: "vp9", chroma: "444" }, { codec: "vp9", chroma: "420" }] as const;
    const ladder = new CapabilityLadder(video, "unsupported");
    for (let error = 0; error < 3; error++) ladder.failed(error, "vp9");
    expect(ladder.capabilities.video).toEqual([...both, video[3]]);
    for (let error = 3; error < 6; error++) ladder.failed(error, "vp9");
    expect(ladder.capabilities).toMatchObject({ video: both, no_video: null });
    for (let error = 6; error < 12; error++) expect(ladder.failed(error, "av1")).toBe(false);
  });

  test("says why there is no video from the beginning", () => {
    const { capabilities } = new CapabilityLadder([], "insecure-context");
    expect(capabilities).toEqual({
      video: [],
      images: ["webp", "jpeg", "png"],
      no_video: "insecure-context",
    });
  });
});

describe("wheelDistance", () => {
  const wheel = { deltaX: 1, deltaY: 3, ctrlKey: false };

  test.each([
    [0, 1],
    [1, 16],
    [2, 600],
    [9, 1],
  ])("mode %d: %d pixels per unit", (deltaMode, pixels) => {
    const expected = { dx: pixels, dy: 3 * pixels, pinch: false };
    expect(wheelDistance({ ...wheel, deltaMode }, false)).toEqual(expected);
  });

  test("a touchpad pinch by f is dy = -1000 log2 f", () => {
    const deltaY = -100 * Math.log(1.25);
    const { dx, dy, pinch } = wheelDistance({ deltaX: 0, deltaY, deltaMode: 0, ctrlKey: true }, false);
    expect(pinch).toBe(true);
    expect(dx).toBe(0);
    expect(dy).toBeCloseTo(-1000 * Math.log2(1.25));
  });

  test("a wheel with the Control key is no pinch", () => {
    expect(wheelDistance({ ...wheel, deltaMode: 0, ctrlKey: true }, true).pinch).toBe(false);
    expect(wheelDistance({ deltaX: 0, deltaY: 120, deltaMode: 0, ctrlKey: true }, false).pinch).toBe(false);
  });
});

describe("RateWindow", () => {
  test("counts over the last two seconds", () => {
    const rate = new RateWindow();
    for (let now = 0; now < 4_000; now += 100) rate.add(now, 5);
    expect(rate.perSecond(3_900)).toBe(50);
    expect(rate.mean(3_900)).toBe(5);
    expect(rate.perSecond(9_000)).toBe(0);
    expect(rate.mean(9_000)).toBeNull();
  });
});

test("serial numbers go on after 2^32", () => {
  expect(serialAfter(0, 0xffffffff)).toBe(true);
  expect(serialAfter(0xffffffff, 0)).toBe(false);
  expect(serialAfter(5, 5)).toBe(false);
  expect(serialMax(0xfffffff0, 3)).toBe(3);
});

test("parseListing takes what the server lists and refuses the rest", () => {
  const stream = { name: "a", title: "A", width: 640, height: null, viewers: 0 };
  expect(parseListing({ streams: [stream] })).toEqual([stream]);
  expect(() => parseListing({ streams: [{ ...stream, viewers: "0" }] })).toThrow("stream.viewers");
  expect(() => parseListing([])).toThrow("streams");
});

test("text is cut into pieces that the wire takes, between code points, without halves of them", () => {
  const pieces = textPieces(`\ud800${"😀".repeat(300)}`);
  expect(pieces.map((piece) => Array.from(piece).length)).toEqual([256, 44]);
  expect(pieces.join("")).toBe("😀".repeat(300));
  expect(textPieces("")).toEqual([]);
});
