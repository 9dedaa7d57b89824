/** Messages in a stream of bytes, as they come down over HTTP (`docs/protocol.md`, "Over plain HTTP"). */

import { ProtocolError } from "./errors";

/** Bytes before a message: its kind, and its length as a big-endian u32. */
const HEADER_BYTES = 5;
/** Longest message, bytes: more than a picture of 4096 × 4096 pixels of noise that is coded without loss. */
export const FRAME_BYTES_MAX = 64 * 1024 * 1024;

const KINDS = ["text", "chunk", "end"] as const;

/** `text`: a control message. `chunk`: a picture. `end`: JSON with the `code` and the `reason` of the close. */
export interface Frame {
  readonly kind: (typeof KINDS)[number];
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** Finds the messages, however the bytes are cut into pieces. Each payload has memory of its own. */
export class FrameParser {
  readonly #header = new Uint8Array(HEADER_BYTES);
  #headerLength = 0;
  #kind: Frame["kind"] = "text";
  #payload: Uint8Array<ArrayBuffer> | null = null;
  #payloadLength = 0;

  /** Whether the bytes so far end with a whole message. */
  get complete(): boolean {
    return this.#headerLength === 0;
  }

  /**
   * Takes the next piece; returns the messages that it completes.
   *
   * @throws ProtocolError for an unknown kind, or a message that is too long.
   */
  push(piece: Uint8Array): readonly Frame[] {
    const frames: Frame[] = [];
    let rest = piece;
    while (rest.length > 0) {
      rest = this.#payload === null ? this.#readHeader(rest) : this.#readPayload(this.#payload, rest);
      if (this.#payload !== null && this.#payloadLength === this.#payload.length) {
        frames.push({ kind: this.#kind, payload: this.#payload });
        this.#payload = null;
        this.#headerLength = 0;
      }
    }
    return frames;
  }

  #readHeader(bytes: Uint8Array): Uint8Array {
    const taken = bytes.subarray(0, HEADER_BYTES - this.#headerLength);
    this.#header.set(taken, this.#headerLength);
    this.#headerLength += taken.length;
    if (this.#headerLength === HEADER_BYTES) this.#begin();
    return bytes.subarray(taken.length);
  }

  #begin(): void {
    const code = this.#header[0] ?? 0;
    const kind = KINDS[code];
    if (kind === undefined) throw new ProtocolError(`frame: kind ${code}, expected 0, 1 or 2`);
    const length = new DataView(this.#header.buffer).getUint32(1);
    if (length > FRAME_BYTES_MAX) {
      throw new ProtocolError(`frame: ${length} bytes, expected at most ${FRAME_BYTES_MAX}`);
    }
    this.#kind = kind;
    this.#payload = new Uint8Array(length);
    this.#payloadLength = 0;
  }

  #readPayload(payload: Uint8Array, bytes: Uint8Array): Uint8Array {
    const taken = bytes.subarray(0, payload.length - this.#payloadLength);
    payload.set(taken, this.#payloadLength);
    this.#payloadLength += taken.length;
    return bytes.subarray(taken.length);
  }
}
