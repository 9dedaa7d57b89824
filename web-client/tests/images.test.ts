/** Images beside video, lossless or not: what the decoder gets, what is drawn, and what is acknowledged. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { FromWorker } from "../src/bridge";
import { CHUNK_HEADER_BYTES } from "../src/core/chunk";
import { Session } from "../src/worker/session";

class FakeSocket {
  static readonly OPEN = 1;
  static newest: FakeSocket;

  readyState = FakeSocket.OPEN;
  bufferedAmount = 0;
  readonly sent: { readonly type: string; readonly sequence?: number }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor() {
    FakeSocket.newest = this;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {}
}

class FakePicture {
  close(): void {}
}

/** Puts out a picture for each chunk when the test says so. */
class FakeDecoder {
  static all: FakeDecoder[] = [];

  state = "unconfigured";
  decodeQueueSize = 0;
  configured = 0;
  readonly types: string[] = [];
  readonly #waiting: number[] = [];

  constructor(readonly callbacks: { output(frame: FakePicture & { timestamp: number }): void }) {
    FakeDecoder.all.push(this);
  }

  configure(): void {
    this.configured += 1;
  }

  decode(chunk: { readonly type: string; readonly timestamp: number }): void {
    this.types.push(chunk.type);
    this.#waiting.push(chunk.timestamp);
  }

  output(): void {
    for (const timestamp of this.#waiting.splice(0)) {
      this.callbacks.output(Object.assign(new FakePicture(), { timestamp }));
    }
  }

  close(): void {}
}

let finishImage: () => void;
let failImage: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  FakeDecoder.all = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("VideoDecoder", FakeDecoder);
  vi.stubGlobal(
    "EncodedVideoChunk",
    class {
      constructor(init: object) {
        Object.assign(this, init);
      }
    },
  );
  vi.stubGlobal(
    "createImageBitmap",
    () =>
      new Promise((resolve, reject) => {
        finishImage = () => resolve(new FakePicture());
        failImage = () => reject(new Error("broken"));
      }),
  );
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const VIDEO = { stream: 1, format: "h264", codec: "avc1.F4001F", chroma: "444" };
const STILL = { stream: 2, format: "webp", codec: "image/webp", chroma: null };

/** A lossless one, or one that is not. */
type ImageKind = "still" | "image";

function watch() {
  const posted: FromWorker[] = [];
  const view = { width: 4, height: 4, physical_width: 4, physical_height: 4, pixel_ratio: 1, visible: true };
  const start = {
    type: "start",
    page: "http://host/a/",
    transport: "websocket",
    token: null,
    video: false,
    client: "test",
    view,
  } as const;
  const session = new Session(start, (message) => {
    posted.push(message);
    if (message.type === "draw") session.handle({ type: "drawn", sequence: message.header.sequence });
  });
  const socket = FakeSocket.newest;
  socket.onopen?.();

  function describe(stream: object): void {
    const rest = { coded_width: 4, coded_height: 4, color: null, encoder: "test", reason: "" };
    socket.onmessage?.({ data: JSON.stringify({ type: "stream", ...stream, ...rest }) });
  }

  function chunk(sequence: number, frame: number, kind: "key" | "delta" | ImageKind): void {
    const view = new DataView(new ArrayBuffer(CHUNK_HEADER_BYTES + 1));
    view.setUint8(0, 0xfb);
    view.setUint8(1, 1);
    const image = kind === "still" || kind === "image";
    view.setUint8(2, image ? 18 : 1);
    view.setUint8(3, { key: 1, delta: 0, still: 3, image: 1 }[kind]);
    view.setUint32(4, sequence, true);
    view.setUint32(8, image ? 2 : 1, true);
    view.setUint16(12, 4, true);
    view.setUint16(14, 4, true);
    view.setFloat32(16, 1, true);
    view.setUint32(20, frame, true);
    socket.onmessage?.({ data: view.buffer });
  }

  /** Lets a display frame pass, so that the next picture is drawn at once. */
  async function settle(): Promise<void> {
    await vi.advanceTimersByTimeAsync(200);
  }

  async function still(sequence: number, frame: number, kind: ImageKind = "still"): Promise<void> {
    chunk(sequence, frame, kind);
    await settle();
    finishImage();
    await settle();
  }

  async function video(sequence: number, frame: number, kind: "key" | "delta"): Promise<void> {
    chunk(sequence, frame, kind);
    FakeDecoder.all.at(-1)?.output();
    await settle();
  }

  return {
    describe,
    chunk,
    still,
    video,
    settle,
    session,
    drawn: () => posted.flatMap((message) => (message.type === "frame" ? [message.frame.sequence] : [])),
    lossless: () => posted.flatMap((message) => (message.type === "frame" ? [message.frame.lossless] : [])),
    streams: () => posted.flatMap((message) => (message.type === "stream" ? [message.stream.stream] : [])),
    acks: () => socket.sent.flatMap(({ type, sequence }) => (type === "ack" ? [sequence] : [])),
    asked: () => socket.sent.filter(({ type }) => type === "keyframe").length,
  };
}

test("the decoder goes on after a still where it was, though its stream is not described again", async () => {
  const page = watch();
  page.describe(VIDEO);
  await page.video(1, 1, "key");
  await page.video(2, 2, "delta");
  page.describe(STILL);
  await page.still(3, 2);
  await page.video(4, 3, "delta");
  await page.still(5, 3);
  await page.video(6, 4, "delta");
  expect(page.drawn()).toEqual([1, 2, 3, 4, 5, 6]);
  expect(page.acks()).toEqual([1, 2, 3, 4, 5, 6]);
  expect(page.lossless()).toEqual([false, false, true, false, true, false]);
  expect(FakeDecoder.all).toHaveLength(1);
  expect(FakeDecoder.all[0]).toMatchObject({ configured: 1, types: ["key", "delta", "delta", "delta"] });
  expect(page.streams()).toEqual([1, 2, 1, 2, 1]);
  expect(page.asked()).toBe(0);
});

test("a still that is decoded after a newer picture of the video is not shown", async () => {
  const page = watch();
  page.describe(VIDEO);
  await page.video(1, 1, "key");
  page.describe(STILL);
  page.chunk(2, 1, "still");
  await page.video(3, 2, "delta");
  finishImage();
  await page.settle();
  expect(page.drawn()).toEqual([1, 3]);
  expect(page.acks().at(-1)).toBe(3);
});

test("a keyframe of the picture whose exact pixels are shown is decoded and acknowledged, not drawn", async () => {
  const page = watch();
  page.describe(VIDEO);
  await page.video(1, 1, "key");
  page.describe(STILL);
  await page.still(2, 1);
  await page.video(3, 1, "key");
  expect(page.drawn()).toEqual([1, 2]);
  expect(page.acks()).toEqual([1, 2, 3]);
  await page.video(4, 2, "delta");
  expect(page.drawn()).toEqual([1, 2, 4]);
  expect(FakeDecoder.all[0]?.types).toEqual(["key", "key", "delta"]);
});

test("a chunk of a stream that another one of its kind has replaced ends the connection", async () => {
  const page = watch();
  page.describe(VIDEO);
  page.describe({ ...VIDEO, stream: 3 });
  page.chunk(1, 1, "key");
  await page.settle();
  expect(FakeDecoder.all).toHaveLength(0);
  expect(page.drawn()).toEqual([]);
});

test("a newcomer sees an image of the picture that is there, and then the video that begins after it", async () => {
  const page = watch();
  page.describe(STILL);
  await page.still(1, 5, "image");
  expect(page.drawn()).toEqual([1]);
  page.describe(VIDEO);
  await page.video(2, 5, "key");
  await page.video(3, 6, "delta");
  expect(page.drawn()).toEqual([1, 2, 3]);
  expect(page.lossless()).toEqual([false, false, false]);
  expect(page.acks()).toEqual([1, 2, 3]);
  expect(page.streams()).toEqual([2, 1]);
  expect(page.asked()).toBe(0);
});

test("an image may come after the description of the video whose keyframe is still to come", async () => {
  const page = watch();
  page.describe(VIDEO);
  page.describe(STILL);
  await page.still(1, 5, "image");
  await page.video(2, 6, "key");
  expect(page.drawn()).toEqual([1, 2]);
});

test("an image that is decoded after the video has begun is not shown", async () => {
  const page = watch();
  page.describe(STILL);
  page.chunk(1, 5, "image");
  page.describe(VIDEO);
  await page.video(2, 5, "key");
  finishImage();
  await page.settle();
  await page.video(3, 6, "delta");
  expect(page.drawn()).toEqual([2, 3]);
});

test("an image amid video that is not lossless leaves the decoder alone", async () => {
  const page = watch();
  page.describe(VIDEO);
  await page.video(1, 1, "key");
  page.describe(STILL);
  await page.still(2, 2, "image");
  await page.video(3, 3, "delta");
  expect(page.drawn()).toEqual([1, 2, 3]);
  expect(FakeDecoder.all).toHaveLength(1);
});

test("an image that cannot be decoded is reported, and the video goes on", async () => {
  const page = watch();
  page.describe(VIDEO);
  await page.video(1, 1, "key");
  page.describe(STILL);
  page.chunk(2, 2, "image");
  await page.settle();
  failImage();
  await page.settle();
  await page.video(3, 3, "delta");
  expect(page.asked()).toBe(1);
  expect(page.acks()).toEqual([1, 2, 3]);
  expect(page.drawn()).toEqual([1, 3]);
});

test("a decoder that gives nothing for 2 s, with no chunk after, is replaced, and a keyframe asked for", async () => {
  const page = watch();
  page.describe(VIDEO);
  page.chunk(1, 1, "key");
  await vi.advanceTimersByTimeAsync(2_100);
  expect(page.asked()).toBe(1);
  expect(page.acks()).toEqual([1]);
  page.chunk(2, 2, "delta");
  await page.video(3, 3, "key");
  expect(FakeDecoder.all).toHaveLength(2);
  expect(FakeDecoder.all[1]?.types).toEqual(["key"]);
  expect(page.drawn()).toEqual([3]);
});
