/** Messages that go up over HTTP: numbered from 0, in one request at a time (`docs/protocol.md`, "Over plain HTTP"). */

/** Longest request, UTF-16 code units: three bytes of UTF-8 each are less than the 256 KiB that the server takes. */
const BATCH_UNITS_MAX = 64 * 1024;

/** The body of a request, and the number of its first message. */
export interface Batch {
  readonly first: number;
  readonly body: string;
}

export class Batches {
  #waiting: string[] = [];
  /** On its way: sent again as it is until there is an answer. */
  #sent: readonly string[] = [];
  #first = 0;

  /** Whether anything has not been answered yet. */
  get busy(): boolean {
    return this.#sent.length + this.#waiting.length > 0;
  }

  /** @param message without a line break. */
  add(message: string): void {
    this.#waiting.push(message);
  }

  /** What is to be requested next, or null where a request is on its way or nothing waits. */
  next(): Batch | null {
    if (this.#sent.length > 0 || this.#waiting.length === 0) return null;
    let units = 0;
    const later = this.#waiting.findIndex((message, index) => {
      units += message.length + 1;
      return index > 0 && units > BATCH_UNITS_MAX;
    });
    this.#sent = this.#waiting.splice(0, later === -1 ? this.#waiting.length : later);
    return { first: this.#first, body: this.#sent.join("\n") };
  }

  /** The server has what was on its way. */
  delivered(): void {
    this.#first += this.#sent.length;
    this.#sent = [];
  }

  /** Everything that the server may not have yet, for a last request. */
  rest(): Batch {
    return { first: this.#first, body: [...this.#sent, ...this.#waiting].join("\n") };
  }
}
