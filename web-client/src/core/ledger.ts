/** Numbered input: kept until the server has confirmed it, so that a connection that breaks neither loses nor doubles any. */

import type { ApplicationMessage } from "./application";
import { ProtocolError } from "./errors";
import type { InputEvent } from "./events";

/** What must arrive exactly once: an event other than a move, or a message of the application's. */
export type Input =
  | { readonly type: "event"; readonly event: InputEvent }
  | ({ readonly type: "message" } & ApplicationMessage);

/** The n-th input of the session; the first is 1. */
export type NumberedInput = Input & { readonly n: number };

/** Most inputs that are kept: what a person does in a minute, in the time that a lost connection may take to come back. */
export const KEPT_MAX = 256;
/** Of these, kept free for releases: all buttons, ten fingers and a handful of keys can be let go when nothing else is taken. */
const RELEASES_MAX = 32;
/** Further ones kept free for what is done before the page has heard that nothing is taken: it is told in messages. */
const UNAWARE_MAX = 32;
/** Kept inputs from which on the page is to take none. */
const FULL = KEPT_MAX - RELEASES_MAX - UNAWARE_MAX;
/** Kept inputs at which a full ledger takes others again: far enough from full not to flicker. */
const ROOM_AGAIN = KEPT_MAX / 2;

/** A kept input, its number, and for a release the press that it ends. */
interface Entry {
  n: number;
  readonly input: Input;
  readonly press: Entry | null;
}

export class InputLedger {
  #kept: Entry[] = [];
  #last = 0;
  #full = false;
  /** What is held down, by `heldBy`. */
  readonly #presses = new Map<string, Entry>();

  /** Whether nothing but releases should be offered, until the server has confirmed half of what can be kept. */
  get full(): boolean {
    return this.#full;
  }

  /** Numbers and keeps an input; null where there is no room for it. */
  offer(input: Input): NumberedInput | null {
    const [kind, held] = heldBy(input);
    const release = kind === "release";
    if (this.#kept.length >= KEPT_MAX - (release ? 0 : RELEASES_MAX)) return null;
    this.#last += 1;
    const entry = { n: this.#last, input, press: release ? (this.#presses.get(held) ?? null) : null };
    this.#kept.push(entry);
    if (this.#kept.length >= FULL) this.#full = true;
    if (kind === "press") this.#presses.set(held, entry);
    if (release) this.#presses.delete(held);
    return numbered(entry);
  }

  /**
   * The server has everything up to `n`.
   *
   * @throws ProtocolError where there was no such number.
   */
  taken(n: number): void {
    if (n > this.#last) throw new ProtocolError(`taken.n: ${n}, expected at most ${this.#last}`);
    this.#kept = this.#kept.filter((entry) => entry.n > n);
    if (this.#kept.length <= ROOM_AGAIN) this.#full = false;
  }

  /**
   * The session goes on, and the server has everything up to `n`. Returns what is to be sent again, in order.
   *
   * When it lost the connection, the server let go of what it had seen pressed: releases of that are left out, and the numbers,
   * which it has not seen, close up.
   *
   * @throws ProtocolError where there was no such number, or the server lacks what it has confirmed.
   */
  resume(n: number): readonly NumberedInput[] {
    this.taken(n);
    const next = this.#kept[0]?.n ?? this.#last + 1;
    if (next !== n + 1) throw new ProtocolError(`welcome.input: ${n}, expected at least ${next - 1}`);
    this.#kept = this.#kept.filter(({ press }) => press === null || press.n > n);
    for (const [index, entry] of this.#kept.entries()) entry.n = n + 1 + index;
    this.#last = n + this.#kept.length;
    return this.#kept.map(numbered);
  }

  /** Another session: forgets everything and counts from 1. */
  restart(): void {
    this.#kept = [];
    this.#last = 0;
    this.#full = false;
    this.#presses.clear();
  }
}

function numbered({ input, n }: Entry): NumberedInput {
  return { ...input, n };
}

/** Whether an input presses or releases something, and what. */
function heldBy(input: Input): readonly ["press" | "release" | "other", string] {
  if (input.type === "message") return ["other", ""];
  const { event } = input;
  switch (event.type) {
    case "pointer_down":
      return ["press", `button ${event.button}`];
    case "pointer_up":
      return ["release", `button ${event.button}`];
    case "pointer_enter":
      return ["press", "pointer"];
    case "pointer_leave":
      return ["release", "pointer"];
    case "key_down":
      return ["press", `key ${event.key}`];
    case "key_up":
      return ["release", `key ${event.key}`];
    default:
      return ["other", ""];
  }
}
