/** Counts what the worker does, for the statistics panel. Times are ms, monotonic. */

import type { ClientStats } from "../bridge";
import { RateWindow } from "../core/window";

export class Meter {
  readonly #frames = new RateWindow();
  readonly #bits = new RateWindow();
  readonly #delays = new RateWindow();
  readonly #arrivals = new Map<number, number>();
  #presented = 0;
  #skipped = 0;
  #errors = 0;

  received(bytes: number, now: number): void {
    this.#bits.add(now, bytes * 8);
  }

  /** A picture is about to be drawn whose chunk came at `arrived`. */
  decoded(sequence: number, arrived: number): void {
    this.#arrivals.set(sequence, arrived);
  }

  presented(sequence: number, now: number): void {
    this.#presented += 1;
    this.#frames.add(now);
    const arrived = this.#arrivals.get(sequence);
    if (arrived !== undefined) this.#delays.add(now, now - arrived);
    // Pictures are presented in order: what is older never will be.
    for (const older of this.#arrivals.keys()) {
      this.#arrivals.delete(older);
      if (older === sequence) break;
    }
  }

  skipped(): void {
    this.#skipped += 1;
  }

  failed(): void {
    this.#errors += 1;
  }

  stats(now: number, roundTripMs: number | null): ClientStats {
    return {
      fps: this.#frames.perSecond(now),
      bitrate: this.#bits.perSecond(now),
      presentMs: this.#delays.mean(now),
      roundTripMs,
      presented: this.#presented,
      skipped: this.#skipped,
      errors: this.#errors,
    };
  }
}
