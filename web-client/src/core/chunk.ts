/** The binary message: a fixed header and one encoded picture (`docs/protocol.md`, "The chunk"). */

import { ProtocolError } from "./errors";

/** Bytes before the payload. */
export const CHUNK_HEADER_BYTES = 32;

const MAGIC = 0xfb;
const VERSION = 1;
const FLAG_KEYFRAME = 1;
const FLAG_LOSSLESS = 2;

const FORMATS = {
  1: "h264",
  2: "vp9",
  3: "av1",
  4: "hevc",
  16: "jpeg",
  17: "png",
  18: "webp",
} as const;

/** How the payload of a chunk is encoded. */
export type ChunkFormat = (typeof FORMATS)[keyof typeof FORMATS];

export const CHUNK_FORMATS: readonly ChunkFormat[] = Object.values(FORMATS);

/** The formats whose pictures may need the one before. */
export type VideoFormat = "h264" | "vp9" | "av1" | "hevc";

export function isVideo(format: ChunkFormat): format is VideoFormat {
  return format === "h264" || format === "vp9" || format === "av1" || format === "hevc";
}

/** The decoded header of a chunk. */
export interface ChunkHeader {
  readonly format: ChunkFormat;
  readonly keyframe: boolean;
  /** Bit-exact with the framebuffer. */
  readonly lossless: boolean;
  /** Serial number modulo 2^32. */
  readonly sequence: number;
  /** Number of the `stream` message that describes the payload. */
  readonly stream: number;
  /** Size of the picture in physical pixels: the top left part of the coded picture. */
  readonly width: number;
  readonly height: number;
  /** Physical over logical pixels. */
  readonly pixelRatio: number;
  /** Version of the picture; equal numbers show equal pictures. */
  readonly frame: number;
  /** Microseconds on the server's monotonic clock. Exact below 2^53. */
  readonly timestamp: number;
}

/** A header and a view of the payload that shares the message's memory. */
export interface Chunk {
  readonly header: ChunkHeader;
  readonly payload: Uint8Array<ArrayBuffer>;
}

function isFormat(code: number): code is keyof typeof FORMATS {
  return code in FORMATS;
}

/**
 * Reads one binary message.
 *
 * @throws ProtocolError where the header is short, of another version, or contradicts itself.
 */
export function parseChunk(data: ArrayBuffer): Chunk {
  if (data.byteLength <= CHUNK_HEADER_BYTES) {
    throw new ProtocolError(`chunk: ${data.byteLength} bytes, expected more than ${CHUNK_HEADER_BYTES}`);
  }
  const view = new DataView(data);
  const magic = view.getUint8(0);
  if (magic !== MAGIC) throw new ProtocolError(`chunk: magic ${magic}, expected ${MAGIC}`);
  const version = view.getUint8(1);
  if (version !== VERSION) throw new ProtocolError(`chunk: version ${version}, expected ${VERSION}`);
  const code = view.getUint8(2);
  if (!isFormat(code)) throw new ProtocolError(`chunk: unknown format ${code}`);
  const flags = view.getUint8(3);
  if ((flags & ~(FLAG_KEYFRAME | FLAG_LOSSLESS)) !== 0) {
    throw new ProtocolError(`chunk: flags ${flags}, expected only bits 0 and 1`);
  }
  const header: ChunkHeader = {
    format: FORMATS[code],
    keyframe: (flags & FLAG_KEYFRAME) !== 0,
    lossless: (flags & FLAG_LOSSLESS) !== 0,
    sequence: view.getUint32(4, true),
    stream: view.getUint32(8, true),
    width: view.getUint16(12, true),
    height: view.getUint16(14, true),
    pixelRatio: view.getFloat32(16, true),
    frame: view.getUint32(20, true),
    timestamp: Number(view.getBigUint64(24, true)),
  };
  if (header.width === 0 || header.height === 0) {
    throw new ProtocolError(`chunk: size ${header.width}x${header.height}, expected at least 1x1`);
  }
  if (!(header.pixelRatio > 0 && Number.isFinite(header.pixelRatio))) {
    throw new ProtocolError(`chunk: pixel_ratio ${header.pixelRatio}, expected a positive number`);
  }
  if (!isVideo(header.format) && !header.keyframe) {
    throw new ProtocolError(`chunk: ${header.format} without the keyframe flag`);
  }
  return { header, payload: new Uint8Array(data, CHUNK_HEADER_BYTES) };
}
