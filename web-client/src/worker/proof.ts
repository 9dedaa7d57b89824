/** Finds out what the video decoder can really do, by decoding samples and looking at the pixels. */

import type { NoVideoReason, VideoCapability } from "../core/client-messages";
import { BLOCKS, exactColor, type Probe, SAMPLE_HEIGHT, SAMPLE_WIDTH, SAMPLES, STRIPES } from "./samples";

/** Largest error of a colour channel, of 255: the samples' own loss is 2, decoders round differently. */
const TOLERANCE = 8;
/**
 * Longest a sample may take, ms: the first decoder of a browser starts a process, which takes seconds on a busy machine. The server
 * waits 10 s for the hello that needs the result.
 */
const TIMEOUT_MS = 6_000;

export interface Proof {
  readonly video: readonly VideoCapability[];
  /** Why `video` is empty, where it is. */
  readonly noVideo: NoVideoReason;
}

let proof: Promise<Proof> | null = null;

/** The proven decoders, best first. Runs once in a worker's life. */
export function proveVideo(): Promise<Proof> {
  proof ??= prove();
  return proof;
}

async function prove(): Promise<Proof> {
  if (typeof VideoDecoder === "undefined" || typeof OffscreenCanvas === "undefined") {
    return { video: [], noVideo: globalThis.isSecureContext ? "unsupported" : "insecure-context" };
  }
  const decoded = await Promise.all(SAMPLES.map(decodes));
  const proven = SAMPLES.filter((_, index) => decoded[index]);
  // Who shows pictures in RGB is sent 4:4:4 too, where they do not fit.
  const full = proven.some(({ format, chroma }) => format === "h264" && chroma === "444");
  const video = proven
    .filter(({ chroma }) => chroma !== "rgb" || full)
    .map(({ format, chroma }) => ({ codec: format, chroma }));
  return { video, noVideo: "unsupported" };
}

type Sample = (typeof SAMPLES)[number];

/** Whether the decoder paints the sample in the right colours. */
async function decodes(sample: Sample): Promise<boolean> {
  let frame: VideoFrame;
  try {
    frame = await decodeSample(sample);
  } catch {
    return false;
  }
  try {
    const pixels = pixelsOf(frame);
    if (pixels === null) return false;
    if (sample.chroma === "rgb") return isExact(pixels);
    return showsProbes(pixels, sample.chroma === "444" ? [...BLOCKS, ...STRIPES] : BLOCKS);
  } finally {
    frame.close();
  }
}

function decodeSample({ codec, data }: Sample): Promise<VideoFrame> {
  return new Promise((resolve, reject) => {
    const decoder = new VideoDecoder({ output: settle, error: reject });
    const timer = setTimeout(() => reject(new Error("timeout")), TIMEOUT_MS);
    function settle(frame: VideoFrame): void {
      clearTimeout(timer);
      decoder.close();
      resolve(frame);
    }
    decoder.configure({
      codec,
      codedWidth: SAMPLE_WIDTH,
      codedHeight: SAMPLE_HEIGHT,
      optimizeForLatency: true,
    });
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    decoder.decode(new EncodedVideoChunk({ type: "key", timestamp: 0, data: bytes }));
    // A decoder that finds the sample beyond it rejects the flush; closing it after the frame does too, harmlessly.
    decoder.flush().catch(reject);
  });
}

/** What a canvas shows of the frame, RGBA in sRGB. */
function pixelsOf(frame: VideoFrame): Uint8ClampedArray | null {
  const context = new OffscreenCanvas(SAMPLE_WIDTH, SAMPLE_HEIGHT).getContext("2d", {
    willReadFrequently: true,
  });
  if (context === null) return null;
  context.drawImage(frame, 0, 0);
  return context.getImageData(0, 0, SAMPLE_WIDTH, SAMPLE_HEIGHT).data;
}

function showsProbes(pixels: Uint8ClampedArray, probes: readonly Probe[]): boolean {
  return probes.every(({ x, y, rgb }) =>
    rgb.every((value, channel) => {
      const painted = pixels[(y * SAMPLE_WIDTH + x) * 4 + channel] ?? Number.NaN;
      return Math.abs(painted - value) <= TOLERANCE;
    }),
  );
}

/** Whether each pixel of the lossless sample is right to the bit. */
function isExact(pixels: Uint8ClampedArray): boolean {
  for (let y = 0; y < SAMPLE_HEIGHT; y++) {
    for (let x = 0; x < SAMPLE_WIDTH; x++) {
      const at = (y * SAMPLE_WIDTH + x) * 4;
      if (!exactColor(x, y).every((value, channel) => pixels[at + channel] === value)) return false;
    }
  }
  return true;
}
