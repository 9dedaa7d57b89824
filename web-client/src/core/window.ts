/** Rates and means over the last seconds. Times are milliseconds of any monotonic clock. */

/** Length of the window, ms: short enough to follow a change, long enough for a steady number. */
const WINDOW_MS = 2_000;

export class RateWindow {
  readonly #samples: { readonly at: number; readonly value: number }[] = [];

  add(now: number, value = 1): void {
    this.#samples.push({ at: now, value });
    this.#drop(now);
  }

  /** Sum of the values per second over the window. */
  perSecond(now: number): number {
    this.#drop(now);
    return (this.#sum() * 1_000) / WINDOW_MS;
  }

  /** Mean of the values in the window, or null where there are none. */
  mean(now: number): number | null {
    this.#drop(now);
    return this.#samples.length === 0 ? null : this.#sum() / this.#samples.length;
  }

  #sum(): number {
    return this.#samples.reduce((sum, sample) => sum + sample.value, 0);
  }

  #drop(now: number): void {
    const kept = this.#samples.findIndex((sample) => now - sample.at < WINDOW_MS);
    this.#samples.splice(0, kept === -1 ? this.#samples.length : kept);
  }
}
