/**
 * Sends the newest of many values: at once when idle, at most one per interval under load, the last one always.
 * Times are milliseconds of any monotonic clock.
 */
export class Coalescer<T> {
  #pending: { readonly value: T } | null = null;
  #sent = Number.NEGATIVE_INFINITY;

  /** @param interval shortest time between two values, ms. */
  constructor(private readonly interval: number) {}

  get pending(): boolean {
    return this.#pending !== null;
  }

  /** Takes a value; returns it where it is to be sent now. `congested`: earlier bytes still wait in the socket. */
  offer(value: T, now: number, congested = false): T | null {
    this.#pending = { value };
    return this.take(now, congested);
  }

  /** The pending value where it is due. */
  take(now: number, congested = false): T | null {
    if (congested || now - this.#sent < this.interval) return null;
    return this.flush(now);
  }

  /** The pending value, due or not: something that must come after it is about to be sent. */
  flush(now: number): T | null {
    if (this.#pending === null) return null;
    const { value } = this.#pending;
    this.#pending = null;
    this.#sent = now;
    return value;
  }

  /** Milliseconds until the pending value is due, or null where nothing waits. */
  wait(now: number): number | null {
    return this.#pending === null ? null : Math.max(0, this.#sent + this.interval - now);
  }

  /** Forgets the pending value and the last time of sending. */
  reset(): void {
    this.#pending = null;
    this.#sent = Number.NEGATIVE_INFINITY;
  }
}
