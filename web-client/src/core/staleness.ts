/** For how long there has been no new picture, where the program has promised them. Times are ms of any monotonic clock. */

export interface Age {
  readonly ms: number;
  /** False where the last picture is older than this connection, nobody here knows by how much. */
  readonly exact: boolean;
}

export class Staleness {
  #stale = false;
  /** Version of the last picture; null before the first of this connection. */
  #version: number | null = null;
  #since: Age | null = null;

  /** The server says whether pictures are overdue. */
  told(stale: boolean): void {
    this.#stale = stale;
  }

  /** A picture is shown. One of another version is a new one, which ends the wait before the server says so. */
  shown(version: number, now: number): void {
    if (version === this.#version) return;
    this.#since = { ms: now, exact: this.#version !== null };
    if (this.#version !== null) this.#stale = false;
    this.#version = version;
  }

  /** A new connection: its first picture may be of any age. */
  reset(): void {
    this.#stale = false;
    this.#version = null;
    this.#since = null;
  }

  /** The age of the picture that is shown, or null where none is overdue. */
  age(now: number): Age | null {
    if (!this.#stale || this.#since === null) return null;
    return { ms: now - this.#since.ms, exact: this.#since.exact };
  }
}
