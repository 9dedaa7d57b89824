/** Notices that the machine has slept: a timer that should fire all the time has not. */

/** How much later than due a call must be, ms: far more than a busy machine or a hidden tab's throttled timer (1 s) delays it. */
const ASLEEP_MS = 5_000;

export class SleepWatch {
  /** @param clock ms of a clock that goes on while the machine sleeps: that of the day. */
  constructor(
    private readonly period: number,
    private clock: number,
  ) {}

  /** To be called once in each period; true where the machine has slept since the last call. */
  poll(clock: number): boolean {
    const elapsed = clock - this.clock;
    this.clock = clock;
    return elapsed > this.period + ASLEEP_MS;
  }
}
