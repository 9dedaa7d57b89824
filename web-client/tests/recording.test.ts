import { afterEach, expect, test, vi } from "vitest";
import { recordingType, suffixOf } from "../src/view/recorder";
import { clockTime } from "../src/view/recording";

afterEach(() => vi.unstubAllGlobals());

/** A browser that records these types, and can capture a canvas or not. */
function browser(types: readonly string[], capture = true): void {
  vi.stubGlobal("MediaRecorder", { isTypeSupported: (type: string) => types.includes(type) });
  vi.stubGlobal("HTMLCanvasElement", { prototype: capture ? { captureStream() {} } : {} });
}

test("a recording is an MP4 where the browser makes one, else a WebM", () => {
  browser(["video/mp4;codecs=avc1.640033", "video/webm"]);
  expect(suffixOf(recordingType() ?? "")).toBe("mp4");
  browser(["video/webm"]);
  expect(suffixOf(recordingType() ?? "")).toBe("webm");
});

test("a browser without MediaRecorder, captureStream or a codec cannot record", () => {
  expect(recordingType()).toBeNull();
  browser(["video/webm"], false);
  expect(recordingType()).toBeNull();
  browser([]);
  expect(recordingType()).toBeNull();
});

test("times are minutes and seconds", () => {
  expect([0, 999, 1_000, 65_000, 3_600_000].map(clockTime)).toEqual([
    "0:00",
    "0:00",
    "0:01",
    "1:05",
    "60:00",
  ]);
});
