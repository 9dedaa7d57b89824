/** Keeps chunks that refer to a missing picture away from the decoder. */

/** Whether a chunk may be decoded: after a loss only a keyframe may, and it opens the gate for its stream. */
export class KeyframeGate {
  #stream: number | null = null;

  /** Whether deltas of some stream may pass. */
  get open(): boolean {
    return this.#stream !== null;
  }

  /** True where the chunk may be decoded, false where it must be discarded. */
  admit(chunk: { readonly keyframe: boolean; readonly stream: number }): boolean {
    if (chunk.keyframe) this.#stream = chunk.stream;
    return chunk.stream === this.#stream;
  }

  /** The reference picture is lost: a gap, a decoder error, a new connection. */
  close(): void {
    this.#stream = null;
  }
}
