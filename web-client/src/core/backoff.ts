/** When to try a lost connection again. Randomness is an argument; the caller owns the clock. */

/** Longest first delay, seconds: a server that restarts quickly is back within it. */
const FIRST_S = 0.25;
/** Longest delay, seconds: a person who waits looks again about that often. */
const CAP_S = 15;
/** Part of the time since the loss that a delay is, at most: nobody waits much longer than the network was away. */
const SHARE = 0.5;
/** Tries that count still after a connection that did not hold: a server that dies again and again is not hurried. */
const DOUBTFUL_TRIES = 1;
/** Range of the delay, seconds, after a close that says there is nothing to show for now. */
const SLOW_S = [5, 15] as const;

/**
 * Exponential backoff with full jitter: the n-th delay is uniform in [0, min(15 s, 0.25 s * 2^n)], and its range no
 * longer than half of the time since the loss.
 * (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.)
 */
export class Backoff {
  #attempt = 0;

  /** Tries since the last success. */
  get attempt(): number {
    return this.#attempt;
  }

  /** Seconds to wait before the next try. `random` is in [0, 1), `lost` is in seconds since the loss. */
  next(random: number, lost = Number.POSITIVE_INFINITY): number {
    const ceiling = Math.min(CAP_S, FIRST_S * 2 ** this.#attempt, Math.max(FIRST_S, SHARE * lost));
    this.#attempt += 1;
    return random * ceiling;
  }

  /** Seconds to wait where a quick try would be pointless. `random` is in [0, 1). */
  slow(random: number): number {
    this.#attempt += 1;
    const [low, high] = SLOW_S;
    return low + random * (high - low);
  }

  /** A connection was there, and did not hold. */
  soften(): void {
    this.#attempt = Math.min(this.#attempt, DOUBTFUL_TRIES);
  }

  /** A connection held: the next loss is retried quickly. */
  reset(): void {
    this.#attempt = 0;
  }
}
