/** Seconds on this page's own monotonic clock: the `timestamp` of input events. */
export function seconds(event?: Event): number {
  return (event?.timeStamp ?? performance.now()) / 1_000;
}
