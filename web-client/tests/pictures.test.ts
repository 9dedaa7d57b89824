/** From a chunk to the canvas: the decoder's failures, and which pictures are drawn. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Picture } from "../src/bridge";
import type { Chunk, ChunkHeader } from "../src/core/chunk";
import type { StreamDescription } from "../src/core/server-messages";
import { ImagePipe } from "../src/worker/image";
import { Presenter } from "../src/worker/presenter";
import { VideoPipe } from "../src/worker/video";

function header(sequence: number, stream = 1, keyframe = true): ChunkHeader {
  return {
    format: "h264",
    keyframe,
    lossless: false,
    sequence,
    stream,
    width: 4,
    height: 4,
    pixelRatio: 1,
    frame: sequence,
    timestamp: 0,
  };
}

function chunk(sequence: number, stream = 1, keyframe = true): Chunk {
  return { header: header(sequence, stream, keyframe), payload: new Uint8Array([1]) };
}

function description(stream: number, codec = "avc1.F4001F"): StreamDescription {
  return {
    stream,
    codec,
    format: "h264",
    chroma: "444",
    coded_width: 4,
    coded_height: 4,
    color: { primaries: "bt709", transfer: "iec61966-2-1", matrix: "bt709", full_range: true },
    encoder: "libx264",
    reason: "",
  };
}

class FakePicture {
  closed = false;

  constructor(readonly timestamp: number) {}

  close(): void {
    this.closed = true;
  }
}

interface DecoderCallbacks {
  output(frame: FakePicture): void;
  error(error: Error): void;
}

class FakeDecoder {
  static all: FakeDecoder[] = [];

  state = "unconfigured";
  decodeQueueSize = 0;
  readonly configs: VideoDecoderConfig[] = [];
  readonly chunks: { readonly type: string; readonly timestamp: number }[] = [];

  constructor(readonly callbacks: DecoderCallbacks) {
    FakeDecoder.all.push(this);
  }

  configure(config: VideoDecoderConfig): void {
    if (config.codec === "nonsense") throw new TypeError("unknown codec");
    this.state = "configured";
    this.configs.push(config);
  }

  decode(encoded: { readonly type: string; readonly timestamp: number }): void {
    this.chunks.push(encoded);
  }

  close(): void {
    this.state = "closed";
  }

  /** Puts out the picture of the n-th chunk it was given. */
  output(index: number): FakePicture {
    const picture = new FakePicture(this.chunks[index]?.timestamp ?? -1);
    this.callbacks.output(picture);
    return picture;
  }
}

class FakeEncodedChunk {
  readonly type: string;
  readonly timestamp: number;

  constructor(init: { readonly type: string; readonly timestamp: number }) {
    this.type = init.type;
    this.timestamp = init.timestamp;
  }
}

beforeEach(() => {
  FakeDecoder.all = [];
  vi.useFakeTimers();
  vi.stubGlobal("VideoDecoder", FakeDecoder);
  vi.stubGlobal("EncodedVideoChunk", FakeEncodedChunk);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function newest(): FakeDecoder {
  const decoder = FakeDecoder.all.at(-1);
  if (decoder === undefined) throw new Error("no decoder was made");
  return decoder;
}

describe("VideoPipe", () => {
  function pipe() {
    const shown: number[] = [];
    const failures: [string, number][] = [];
    const video = new VideoPipe({
      picture: (_, { sequence }) => shown.push(sequence),
      failed: (reason, { sequence }) => failures.push([reason, sequence]),
    });
    return { video, shown, failures };
  }

  test("configures for low latency with the stream's codec and colours, once per stream", () => {
    const { video } = pipe();
    video.decode(chunk(1), description(1), 0);
    video.decode(chunk(2, 1, false), description(1), 0);
    video.decode(chunk(3, 2), description(2, "avc1.64001F"), 0);
    expect(FakeDecoder.all).toHaveLength(1);
    expect(newest().configs).toMatchObject([
      {
        codec: "avc1.F4001F",
        optimizeForLatency: true,
        colorSpace: { primaries: "bt709", transfer: "iec61966-2-1", matrix: "bt709", fullRange: true },
      },
      { codec: "avc1.64001F" },
    ]);
    expect(newest().configs[0]).not.toHaveProperty("description");
    expect(newest().chunks.map(({ type }) => type)).toEqual(["key", "delta", "key"]);
  });

  test("finds the header of each picture, also after one that the decoder left out", () => {
    const { video, shown } = pipe();
    for (const sequence of [10, 20, 30]) video.decode(chunk(sequence), description(1), 0);
    newest().output(0);
    newest().output(2);
    expect(shown).toEqual([10, 30]);
    // A picture nobody waits for is released.
    expect(newest().output(1).closed).toBe(true);
  });

  test("reports an error once, with the last chunk given, and begins with a new decoder", () => {
    const { video, failures, shown } = pipe();
    video.decode(chunk(1), description(1), 0);
    video.decode(chunk(2, 1, false), description(1), 0);
    const broken = newest();
    broken.callbacks.error(new Error("broken"));
    broken.callbacks.error(new Error("still broken"));
    expect(failures).toEqual([["decoder-error", 2]]);
    expect(broken.state).toBe("closed");
    video.decode(chunk(3), description(1), 0);
    newest().output(0);
    expect(newest()).not.toBe(broken);
    expect(shown).toEqual([3]);
  });

  test("a codec that the browser does not know is a decoder error", () => {
    const { video, failures } = pipe();
    video.decode(chunk(5), description(1, "nonsense"), 0);
    expect(failures).toEqual([["decoder-error", 5]]);
  });

  test("a decoder that takes chunks and gives nothing for 2 s is stuck", () => {
    const { video, failures } = pipe();
    video.decode(chunk(1), description(1), 0);
    vi.advanceTimersByTime(1_900);
    expect(failures).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(failures).toEqual([["decoder-stalled", 1]]);
  });

  test("an idle decoder, and a slow one that gets on, are not", () => {
    const { video, failures } = pipe();
    for (let index = 0; index < 6; index++) {
      video.decode(chunk(index), description(1), 0);
      video.decode(chunk(index + 100), description(1), 0);
      vi.advanceTimersByTime(1_500);
      newest().output(2 * index);
    }
    newest().output(11);
    vi.advanceTimersByTime(60_000);
    expect(failures).toEqual([]);
  });
});

describe("ImagePipe", () => {
  test("decodes the newest of those that wait, and says what it skipped", async () => {
    const finish: (() => void)[] = [];
    vi.stubGlobal(
      "createImageBitmap",
      () => new Promise((resolve) => finish.push(() => resolve(new FakePicture(0)))),
    );
    const shown: number[] = [];
    let skipped = 0;
    const images = new ImagePipe({
      picture: (_, { sequence }) => shown.push(sequence),
      failed: () => expect.unreachable(),
      skipped: () => {
        skipped += 1;
      },
    });
    for (const sequence of [1, 2, 3]) images.decode(chunk(sequence), "srgb", 0);
    finish.shift()?.();
    await vi.waitFor(() => expect(finish).toHaveLength(1));
    finish.shift()?.();
    await vi.waitFor(() => expect(shown).toEqual([1, 3]));
    expect(skipped).toBe(1);
  });

  test("reports a picture that is none, and throws away what a reset has overtaken", async () => {
    vi.stubGlobal("createImageBitmap", () => Promise.reject(new Error("no picture")));
    const failures: number[] = [];
    const images = new ImagePipe({
      picture: () => expect.unreachable(),
      failed: (_, { sequence }) => failures.push(sequence),
      skipped: () => {},
    });
    images.decode(chunk(7), "srgb", 0);
    await vi.waitFor(() => expect(failures).toEqual([7]));
    images.decode(chunk(8), "srgb", 0);
    images.reset();
    await vi.advanceTimersByTimeAsync(10);
    expect(failures).toEqual([7]);
  });
});

describe("ImagePipe and color", () => {
  test.each([
    ["srgb", "none"],
    ["display-p3", "default"],
  ] as const)("a picture in %s is decoded with the conversion %s", async (colorSpace, conversion) => {
    const options: ImageBitmapOptions[] = [];
    vi.stubGlobal("createImageBitmap", async (_: Blob, given: ImageBitmapOptions) => {
      options.push(given);
      return new FakePicture(0);
    });
    const shown: number[] = [];
    const images = new ImagePipe({
      picture: (_, { sequence }) => shown.push(sequence),
      failed: () => expect.unreachable(),
      skipped: () => expect.unreachable(),
    });
    images.decode(chunk(1), colorSpace, 0);
    await vi.waitFor(() => expect(shown).toEqual([1]));
    expect(options).toEqual([{ colorSpaceConversion: conversion, premultiplyAlpha: "none" }]);
  });
});

describe("Presenter", () => {
  function presenter() {
    const drawn: number[] = [];
    let skipped = 0;
    const surface = {
      draw: (picture: Picture, { sequence }: ChunkHeader) => {
        drawn.push(sequence);
        picture.close();
      },
      screenshot: () => Promise.resolve(null),
    };
    const presents = new Presenter(surface, () => {
      skipped += 1;
    });
    const pictures: FakePicture[] = [];
    const offer = (sequence: number, more: Partial<ChunkHeader> = {}) => {
      const picture = new FakePicture(0);
      pictures.push(picture);
      presents.offer(picture as unknown as Picture, { ...header(sequence), ...more });
    };
    return { presents, drawn, offer, pictures, skips: () => skipped };
  }

  test("draws the first at once, and of those in the same display frame only the newest", () => {
    const { drawn, offer, pictures, skips } = presenter();
    for (const sequence of [1, 2, 3]) offer(sequence);
    expect(drawn).toEqual([1]);
    vi.advanceTimersByTime(200);
    expect(drawn).toEqual([1, 3]);
    expect(skips()).toBe(1);
    expect(pictures.every(({ closed }) => closed)).toBe(true);
  });

  test("draws at once again after a quiet display frame", () => {
    const { drawn, offer } = presenter();
    offer(1);
    vi.advanceTimersByTime(200);
    offer(2);
    expect(drawn).toEqual([1, 2]);
  });

  test("never goes back, also where the numbers wrap around", () => {
    const { drawn, offer, skips } = presenter();
    for (const sequence of [0xffffffff, 0xfffffffe, 0xffffffff, 0]) {
      offer(sequence);
      vi.advanceTimersByTime(200);
    }
    expect(drawn).toEqual([0xffffffff, 0]);
    expect(skips()).toBe(2);
  });

  test("draws the exact pixels of the picture that it shows, though a keyframe of it has overtaken them", () => {
    const { drawn, offer } = presenter();
    for (const [sequence, more] of [
      [2, { frame: 7 }],
      [1, { frame: 7, lossless: true }],
      [1, { frame: 6, lossless: true }],
      [2, { frame: 7 }],
    ] as const) {
      offer(sequence, more);
      vi.advanceTimersByTime(200);
    }
    expect(drawn).toEqual([2, 1]);
  });

  test("takes any number after a reset: a server that restarted counts from anew", () => {
    const { presents, drawn, offer } = presenter();
    offer(1_000);
    presents.reset();
    vi.advanceTimersByTime(200);
    offer(1);
    expect(drawn).toEqual([1_000, 1]);
  });
});
