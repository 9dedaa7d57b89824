/** One schedule's share of this process: its time, timers, randomness and sockets, which the client finds in the globals. */

interface Timer {
  readonly id: number;
  at: number;
  readonly period: number | null;
  readonly callback: () => void;
  readonly machine: Machine | null;
}

/** How the machine of one viewer behaves; the checker changes it. */
export interface Machine {
  /** How long a chunk of video takes in the decoder, and an image, ms. */
  decodeMs: number;
  imageMs: number;
  /** How many of the next chunks the decoder fails at, and how many images. */
  failures: number;
  imageFailures: number;
  /** Whether the decoder takes chunks and gives no pictures. */
  stuck: boolean;
  visible: boolean;
  openPictures: number;
}

/** What the checker is told, each with the time at its front. */
export type Observation = readonly [number, string, ...unknown[]];

/** Times are ms since the schedule began. */
export class World {
  now = 0;
  /** That of the viewer whose code runs. Timers and sockets belong to the viewer that made them. */
  machine: Machine | null = null;
  readonly observations: Observation[] = [];
  readonly sockets = new Map<number, FakeSocket>();
  readonly #timers = new Map<number, Timer>();
  #next = 1;
  #seed: number;

  constructor(
    seed: number,
    private readonly firstSocket: () => number,
  ) {
    this.#seed = seed >>> 0;
  }

  tell(kind: string, ...details: unknown[]): void {
    this.observations.push([this.now, kind, ...details]);
  }

  /** Uniform in [0, 1): mulberry32 (T. Ettinger). */
  random(): number {
    this.#seed = (this.#seed + 0x6d2b79f5) >>> 0;
    let value = Math.imul(this.#seed ^ (this.#seed >>> 15), this.#seed | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  }

  setTimer(callback: () => void, ms: number, repeat: boolean): number {
    const id = this.#next++;
    const wait = Math.max(1, ms || 0);
    const { machine } = this;
    this.#timers.set(id, { id, at: this.now + wait, period: repeat ? wait : null, callback, machine });
    return id;
  }

  clearTimer(id: number | undefined): void {
    if (id !== undefined) this.#timers.delete(id);
  }

  /** When the next timer is due; null where none is set. */
  get due(): number | null {
    return this.#first()?.at ?? null;
  }

  /** Lets time go on to the next timer and runs it, where that is before `end`. */
  runTimer(end: number): boolean {
    const timer = this.#first();
    if (timer === null || timer.at >= end) return false;
    this.now = Math.max(this.now, timer.at);
    if (timer.period === null) this.#timers.delete(timer.id);
    else timer.at += timer.period;
    this.machine = timer.machine;
    timer.callback();
    return true;
  }

  addSocket(socket: FakeSocket): number {
    const id = this.firstSocket();
    this.sockets.set(id, socket);
    return id;
  }

  #first(): Timer | null {
    let first: Timer | null = null;
    // Few timers are set at a time, and those of the same moment run in the order in which they were set.
    for (const timer of this.#timers.values()) {
      if (first === null || timer.at < first.at) first = timer;
    }
    return first;
  }
}

let current: World | null = null;

/** The world whose code runs. */
export function here(): World {
  if (current === null) throw new Error("no world is entered");
  return current;
}

export function enter(world: World): void {
  current = world;
}

/** A WebSocket whose other end is the checker. */
export class FakeSocket {
  static readonly OPEN = 1;
  readyState = 0;
  bufferedAmount = 0;
  binaryType = "";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly #world = here();
  readonly #machine = this.#world.machine;
  readonly #id: number;

  constructor(url: string) {
    this.#id = this.#world.addSocket(this);
    this.#world.tell("connect", this.#id, url);
  }

  send(text: string): void {
    this.#world.tell("send", this.#id, text);
  }

  close(code: number, reason: string): void {
    this.readyState = 3;
    this.#world.sockets.delete(this.#id);
    this.#world.tell("hang-up", this.#id, code, reason);
  }

  opened(): void {
    this.#world.machine = this.#machine;
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }

  received(data: string | ArrayBuffer): void {
    this.#world.machine = this.#machine;
    if (this.readyState === FakeSocket.OPEN) this.onmessage?.({ data });
  }

  ended(code: number, reason: string): void {
    this.#world.machine = this.#machine;
    this.readyState = 3;
    this.#world.sockets.delete(this.#id);
    this.onclose?.({ code, reason });
  }
}
