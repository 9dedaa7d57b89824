/** What the client needs of a browser, in virtual time. Pictures are words: see `Payload`. */

import { FakeSocket, here, type Machine, type World } from "./world";

/** Milliseconds between two frames of the screen. */
const SCREEN_FRAME_MS = 16;
/** Pictures that are open at once, at most: those that a window of the server's lets through. More are a leak. */
const OPEN_PICTURES_MAX = 40;

/** A picture that the fake encoder made: its place in its stream, and the content that it shows. */
interface Payload {
  readonly encoder: number;
  readonly index: number;
  /** Place of the picture that it refers to; null for a keyframe. */
  readonly reference: number | null;
  readonly content: number;
}

function read(bytes: Uint8Array): Payload {
  const [magic, encoder, index, reference, content] = new TextDecoder().decode(bytes).split(" ");
  if (magic !== "model") throw new Error("not a picture of the model's encoder");
  return {
    encoder: Number(encoder),
    index: Number(index),
    reference: reference === "-" ? null : Number(reference),
    content: Number(content),
  };
}

/** A decoded picture, to be closed once. */
export class FakePicture {
  #open = true;

  constructor(
    readonly content: number,
    readonly timestamp: number,
    private readonly machine: Machine,
    private readonly world: World,
  ) {
    machine.openPictures += 1;
    if (machine.openPictures > OPEN_PICTURES_MAX) world.tell("violation", "decoded pictures are not closed");
  }

  close(): void {
    if (!this.#open) this.world.tell("violation", "a decoded picture was closed twice");
    this.#open = false;
    this.machine.openPictures -= 1;
  }

  /** Whether it can be drawn. */
  get drawable(): boolean {
    return this.#open;
  }
}

function used(): Machine {
  const { machine } = here();
  if (machine === null) throw new Error("no viewer's code runs");
  return machine;
}

interface Decoding {
  readonly type: "key" | "delta";
  readonly timestamp: number;
  readonly data: Uint8Array;
}

export class FakeVideoDecoder {
  state = "unconfigured";
  decodeQueueSize = 0;
  readonly #world = here();
  readonly #machine = used();
  #needsKey = true;
  #hangs = false;
  #busyUntil = 0;
  #last: { readonly encoder: number; readonly index: number } | null = null;

  constructor(private readonly init: { output(frame: unknown): void; error(error: Error): void }) {}

  configure(): void {
    this.state = "configured";
    this.#needsKey = true;
  }

  decode(chunk: Decoding): void {
    if (this.state !== "configured") throw new Error("InvalidStateError");
    if (this.#needsKey && chunk.type !== "key") {
      this.#world.tell("violation", "a delta is handed to a decoder that has no reference");
      throw new Error("DataError");
    }
    this.#needsKey = false;
    this.decodeQueueSize += 1;
    const world = this.#world;
    this.#busyUntil = Math.max(this.#busyUntil, world.now) + this.#machine.decodeMs;
    world.setTimer(() => this.#done(chunk), this.#busyUntil - world.now, false);
  }

  close(): void {
    this.state = "closed";
  }

  #done(chunk: Decoding): void {
    // One that hangs does so for good.
    this.#hangs ||= this.#machine.stuck;
    if (this.state === "closed" || this.#hangs) return;
    this.decodeQueueSize -= 1;
    if (this.#machine.failures > 0) {
      this.#machine.failures -= 1;
      this.state = "closed";
      this.init.error(new Error("EncodingError"));
      return;
    }
    const picture = read(chunk.data);
    const isKey = picture.reference === null;
    if (isKey !== (chunk.type === "key"))
      this.#world.tell("violation", "a chunk lies about being a keyframe");
    const last = this.#last;
    if (!isKey && (last?.encoder !== picture.encoder || last.index !== picture.reference)) {
      const has = last === null ? "nothing" : `${last.encoder}/${last.index}`;
      const needs = `${picture.encoder}/${picture.reference}`;
      this.#world.tell("violation", `a delta without its reference: needs ${needs}, the decoder has ${has}`);
    }
    this.#last = picture;
    this.init.output(new FakePicture(picture.content, chunk.timestamp, this.#machine, this.#world));
  }
}

/** Holds its parts, which can be read at once. */
class FakeBlob {
  constructor(readonly parts: readonly Uint8Array[]) {}
}

function createFakeBitmap(blob: FakeBlob): Promise<FakePicture> {
  const [world, owner] = [here(), used()];
  return new Promise((resolve, reject) => {
    world.setTimer(
      () => {
        const [bytes] = blob.parts;
        if (bytes === undefined || owner.imageFailures > 0) {
          owner.imageFailures -= 1;
          reject(new Error("InvalidStateError"));
        } else {
          resolve(new FakePicture(read(bytes).content, 0, owner, world));
        }
      },
      owner.imageMs,
      false,
    );
  });
}

function requestFrame(callback: () => void): number {
  const world = here();
  // A hidden tab has no frames.
  if (!used().visible) return 0;
  return world.setTimer(callback, SCREEN_FRAME_MS - (world.now % SCREEN_FRAME_MS), false);
}

/** Puts the fakes in the place of what the client finds in a worker. */
export function install(): void {
  const set = (name: string, value: unknown) =>
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  set("performance", { now: () => here().now });
  set("setTimeout", (callback: () => void, ms = 0) => here().setTimer(callback, ms, false));
  set("setInterval", (callback: () => void, ms = 0) => here().setTimer(callback, ms, true));
  set("clearTimeout", (id?: number) => here().clearTimer(id));
  set("clearInterval", (id?: number) => here().clearTimer(id));
  set("requestAnimationFrame", requestFrame);
  set("WebSocket", FakeSocket);
  set("VideoDecoder", FakeVideoDecoder);
  set(
    "EncodedVideoChunk",
    class {
      constructor(init: Decoding) {
        Object.assign(this, init);
      }
    },
  );
  set("Blob", FakeBlob);
  set("createImageBitmap", createFakeBitmap);
  set("fetch", () => Promise.reject(new TypeError("no network")));
  Math.random = () => here().random();
  Date.now = () => here().now;
}
