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
/** Kept inputs at which a full ledger takes others again: far enough from full not to flicker. */
const ROOM_AGAIN = KEPT_MAX / 2;

export class InputLedger {
  #kept: NumberedInput[] = [];
  #last = 0;
  #full = false;

  /** Whether only releases are taken, until the server has confirmed half of what is kept. */
  get full(): boolean {
    return this.#full;
  }

  /** Numbers and keeps an input; null where there is no room for it. */
  offer(input: Input): NumberedInput | null {
    const release = isRelease(input);
    if (this.#kept.length >= KEPT_MAX - (release ? 0 : RELEASES_MAX)) this.#full = true;
    if (this.#kept.length >= KEPT_MAX || (this.#full && !release)) return null;
    this.#last += 1;
    const numbered = { ...input, n: this.#last };
    this.#kept.push(numbered);
    return numbered;
  }

  /**
   * The server has everything up to `n`.
   *
   * @throws ProtocolError where there was no such number.
   */
  taken(n: number): void {
    if (n > this.#last) throw new ProtocolError(`taken.n: ${n}, expected at most ${this.#last}`);
    this.#kept = this.#kept.filter((input) => input.n > n);
    if (this.#kept.length <= ROOM_AGAIN) this.#full = false;
  }

  /**
   * The session goes on, and the server has everything up to `n`. Returns what is to be sent again, in order.
   *
   * @throws ProtocolError where there was no such number, or the server lacks what it has confirmed.
   */
  resume(n: number): readonly NumberedInput[] {
    this.taken(n);
    const next = this.#kept[0]?.n ?? this.#last + 1;
    if (next !== n + 1) throw new ProtocolError(`welcome.input: ${n}, expected at least ${next - 1}`);
    return [...this.#kept];
  }

  /** Another session: forgets everything and counts from 1. */
  restart(): void {
    this.#kept = [];
    this.#last = 0;
    this.#full = false;
  }
}

function isRelease(input: Input): boolean {
  return input.type === "event" && ["pointer_up", "key_up", "pointer_leave"].includes(input.event.type);
}
