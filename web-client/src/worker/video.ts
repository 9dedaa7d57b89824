/** The WebCodecs decoder of one viewer: one chunk in, one picture out, rebuilt when it fails. */

import type { Chunk, ChunkHeader } from "../core/chunk";
import type { ColorDescription, StreamDescription } from "../core/server-messages";

/** How often progress is checked, ms, and how many checks without any mean that the decoder is stuck: 2 s. */
const WATCH_MS = 500;
const WATCH_TICKS = 4;

export interface VideoHandlers {
  picture(frame: VideoFrame, header: ChunkHeader, arrived: number): void;
  /** The decoder is gone and all it held; the header is that of the last chunk it was given. */
  failed(reason: "decoder-error" | "decoder-stalled", header: ChunkHeader): void;
}

interface Submitted {
  readonly header: ChunkHeader;
  /** `performance.now()` when the chunk came. */
  readonly arrived: number;
}

export class VideoPipe {
  #decoder: VideoDecoder | null = null;
  #stream: number | null = null;
  /** Chunks without a picture yet, by the timestamp that the decoder hands through. */
  readonly #submitted = new Map<number, Submitted>();
  #next = 0;
  #idleTicks = 0;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly handlers: VideoHandlers) {}

  /** Chunks waiting for the decoder. */
  get queue(): number {
    return this.#decoder?.decodeQueueSize ?? 0;
  }

  /** Decodes a chunk; the first of a stream must be a keyframe. */
  decode({ header, payload }: Chunk, description: StreamDescription, arrived: number): void {
    const index = this.#next++;
    this.#submitted.set(index, { header, arrived });
    try {
      const decoder = this.#configured(description);
      const type = header.keyframe ? "key" : "delta";
      decoder.decode(new EncodedVideoChunk({ type, timestamp: index, data: payload }));
    } catch {
      // A codec string or colour the browser does not know, or a decoder that closed itself meanwhile.
      this.#fail("decoder-error");
    }
  }

  /** Drops the decoder and what it holds. */
  reset(): void {
    clearInterval(this.#watch);
    this.#submitted.clear();
    this.#stream = null;
    const decoder = this.#decoder;
    this.#decoder = null;
    if (decoder !== null && decoder.state !== "closed") decoder.close();
  }

  #configured(description: StreamDescription): VideoDecoder {
    const decoder = this.#decoder ?? this.#build();
    if (this.#stream === description.stream) return decoder;
    this.#stream = description.stream;
    const { codec, coded_width, coded_height, color } = description;
    decoder.configure({
      codec,
      codedWidth: coded_width,
      codedHeight: coded_height,
      optimizeForLatency: true,
      ...(color && { colorSpace: videoColorSpace(color) }),
    });
    return decoder;
  }

  #build(): VideoDecoder {
    const decoder = new VideoDecoder({
      output: (frame) => this.#output(frame),
      error: () => {
        if (this.#decoder === decoder) this.#fail("decoder-error");
      },
    });
    this.#decoder = decoder;
    this.#idleTicks = 0;
    this.#watch = setInterval(() => this.#check(), WATCH_MS);
    return decoder;
  }

  #output(frame: VideoFrame): void {
    this.#idleTicks = 0;
    const index = frame.timestamp;
    const found = this.#submitted.get(index);
    // Pictures come in the order of the chunks: what is older has been left out by the decoder.
    for (const older of this.#submitted.keys()) {
      if (older > index) break;
      this.#submitted.delete(older);
    }
    if (found === undefined) frame.close();
    else this.handlers.picture(frame, found.header, found.arrived);
  }

  /** Counts ticks, not time: a suspended tab must not look like a stuck decoder. */
  #check(): void {
    this.#idleTicks = this.#submitted.size === 0 ? 0 : this.#idleTicks + 1;
    if (this.#idleTicks >= WATCH_TICKS) this.#fail("decoder-stalled");
  }

  #fail(reason: "decoder-error" | "decoder-stalled"): void {
    const last = [...this.#submitted.values()].at(-1);
    this.reset();
    if (last !== undefined) this.handlers.failed(reason, last.header);
  }
}

function videoColorSpace({ primaries, transfer, matrix, full_range }: ColorDescription): VideoColorSpaceInit {
  // TypeScript's library lists fewer names than WebCodecs has.
  return { primaries, transfer, matrix, fullRange: full_range } as VideoColorSpaceInit;
}
