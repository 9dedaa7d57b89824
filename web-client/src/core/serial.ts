/** Serial number arithmetic (RFC 1982, SERIAL_BITS = 32) for the sequence and frame numbers of the wire. */

const HALF = 0x80000000;

/** Whether `a` comes after `b`. Numbers exactly half the circle apart count as not after. */
export function serialAfter(a: number, b: number): boolean {
  const distance = (a - b) >>> 0;
  return distance !== 0 && distance < HALF;
}

/** The later of the two serial numbers. */
export function serialMax(a: number, b: number): number {
  return serialAfter(a, b) ? a : b;
}
