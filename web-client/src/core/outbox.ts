/**
 * Orders what the viewer sends: events keep their order, moves and sizes coalesce, and what a session's server has not confirmed
 * is sent again over the next connection. Times are ms, monotonic.
 */

import type { ApplicationMessage } from "./application";
import type { ClientMessage, ViewSize } from "./client-messages";
import { Coalescer } from "./coalescer";
import type { InputEvent } from "./events";
import { type Input, InputLedger } from "./ledger";
import type { Session } from "./server-messages";

/** Shortest time between two moves, ms: a display at 120 Hz shows no more. */
const MOVE_INTERVAL_MS = 8;
/** Shortest time between two sizes, ms: each one may rebuild an encoder. */
const VIEW_INTERVAL_MS = 50;
/** How soon to look again while the link is congested, ms. */
const CONGESTED_RETRY_MS = 4;

/** Where messages go: the connection. */
export interface Sender {
  send(message: ClientMessage): void;
  /** Whether bytes sent earlier have not left yet. */
  readonly congested: boolean;
}

export class Outbox {
  readonly #moves = new Coalescer<InputEvent>(MOVE_INTERVAL_MS);
  readonly #views = new Coalescer<ViewSize>(VIEW_INTERVAL_MS);
  readonly #ledger = new InputLedger();
  #greeted = false;
  /** Whether there is a session, over which input is numbered. */
  #numbered = false;

  constructor(private readonly sender: Sender) {}

  /** Whether input other than releases is taken: sent now, or kept for the session's next connection. */
  get takesInput(): boolean {
    return (this.#greeted || this.#numbered) && !this.#ledger.full;
  }

  /**
   * The server has greeted us on a new connection: what it lacks of a session that goes on is sent again.
   *
   * @throws ProtocolError where it lacks what it has confirmed, or has what was never sent.
   */
  greeted(session: Session | null): void {
    this.#greeted = true;
    this.#numbered = session !== null;
    if (session?.resumed) for (const input of this.#ledger.resume(session.input)) this.sender.send(input);
    else this.#ledger.restart();
  }

  /** Sends an event, or keeps a move for later. A waiting move goes before any other event. */
  event(event: InputEvent, now: number): void {
    if (event.type === "pointer_move") {
      if (this.#greeted) this.#sendMove(this.#moves.offer(event, now, this.sender.congested));
      return;
    }
    this.#sendMove(this.#moves.flush(now));
    this.#input({ type: "event", event });
  }

  /** Sends a message of the application's, after a waiting move: it may be the answer to it. */
  message({ key, data }: ApplicationMessage, now: number): void {
    this.#sendMove(this.#moves.flush(now));
    this.#input({ type: "message", key, data });
  }

  view(view: ViewSize, now: number): void {
    this.#sendView(this.#views.offer(view, now));
  }

  /**
   * The server has all input up to `n`.
   *
   * @throws ProtocolError where it cannot.
   */
  taken(n: number): void {
    this.#ledger.taken(n);
  }

  /** Sends what has become due; returns the ms until the next call, or null where nothing waits. */
  poll(now: number): number | null {
    this.#sendMove(this.#moves.take(now, this.sender.congested));
    this.#sendView(this.#views.take(now));
    const waits = [this.#moves.wait(now), this.#views.wait(now)].filter((wait) => wait !== null);
    return waits.length === 0 ? null : Math.max(CONGESTED_RETRY_MS, Math.min(...waits));
  }

  /** The connection is gone: what waits belongs to it, and the session's input stays. */
  lost(): void {
    this.#greeted = false;
    this.#moves.reset();
    this.#views.reset();
  }

  /** The session is over as well: nobody will want its input. */
  endSession(): void {
    this.#numbered = false;
    this.#ledger.restart();
  }

  #input(input: Input): void {
    const sent = this.#numbered ? this.#ledger.offer(input) : input;
    if (sent !== null && this.#greeted) this.sender.send(sent);
  }

  #sendMove(event: InputEvent | null): void {
    if (event !== null) this.sender.send({ type: "event", event });
  }

  #sendView(view: ViewSize | null): void {
    if (view !== null) this.sender.send({ type: "view", view });
  }
}
