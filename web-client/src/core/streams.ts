/** The streams of one connection: one of video and one of still images at a time. */

import { type ChunkHeader, isVideo } from "./chunk";
import { ProtocolError } from "./errors";
import type { StreamDescription } from "./server-messages";

/** Descriptions of each kind that are kept: pictures of the stream before may still be on their way to the screen. */
const KEPT = 4;

export class Streams {
  #video: readonly StreamDescription[] = [];
  #images: readonly StreamDescription[] = [];

  /** A description takes the place of the one before it of its kind, and leaves the other kind alone. */
  describe(stream: StreamDescription): void {
    if (isVideo(stream.format)) this.#video = [stream, ...this.#video].slice(0, KEPT);
    else this.#images = [stream, ...this.#images].slice(0, KEPT);
  }

  /** The description of a picture's stream, or undefined where it has none. */
  find({ stream, format }: ChunkHeader): StreamDescription | undefined {
    return this.#of(format).find((known) => known.stream === stream);
  }

  /**
   * The description of the stream that a chunk has come for.
   *
   * @throws ProtocolError where it is not the present one of its kind.
   */
  current({ stream, format }: ChunkHeader): StreamDescription {
    const known = this.#of(format)[0];
    if (known === undefined || known.stream !== stream || known.format !== format) {
      throw new ProtocolError(`chunk: stream ${stream} of ${format} has not been described`);
    }
    return known;
  }

  /** A new connection describes its streams itself. */
  clear(): void {
    this.#video = [];
    this.#images = [];
  }

  #of(format: ChunkHeader["format"]): readonly StreamDescription[] {
    return isVideo(format) ? this.#video : this.#images;
  }
}
