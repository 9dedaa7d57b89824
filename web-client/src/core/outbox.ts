/** Orders what the viewer sends: events keep their order, moves and sizes coalesce. Times are ms, monotonic. */

import type { ApplicationMessage } from "./application";
import type { ClientMessage, ViewSize } from "./client-messages";
import { Coalescer } from "./coalescer";
import type { InputEvent } from "./events";

/** Shortest time between two moves, ms: a display at 120 Hz shows no more. */
const MOVE_INTERVAL_MS = 8;
/** Shortest time between two sizes, ms: each one may rebuild an encoder. */
const VIEW_INTERVAL_MS = 50;
/** How soon to look again while the socket is congested, ms. */
const CONGESTED_RETRY_MS = 4;

/** Where messages go: the socket. */
export interface Wire {
  send(message: ClientMessage): void;
  /** Whether bytes sent earlier have not left yet. */
  readonly congested: boolean;
}

export class Outbox {
  readonly #moves = new Coalescer<InputEvent>(MOVE_INTERVAL_MS);
  readonly #views = new Coalescer<ViewSize>(VIEW_INTERVAL_MS);

  constructor(private readonly wire: Wire) {}

  /** Sends an event, or keeps a move for later. A waiting move goes before any other event. */
  event(event: InputEvent, now: number): void {
    if (event.type === "pointer_move") {
      this.#send(this.#moves.offer(event, now, this.wire.congested));
      return;
    }
    this.#send(this.#moves.flush(now));
    this.#send(event);
  }

  /** Sends a message of the application's, after a waiting move: it may be the answer to it. */
  message({ key, data }: ApplicationMessage, now: number): void {
    this.#send(this.#moves.flush(now));
    this.wire.send({ type: "message", key, data });
  }

  view(view: ViewSize, now: number): void {
    this.#sendView(this.#views.offer(view, now));
  }

  /** Sends what has become due; returns the ms until the next call, or null where nothing waits. */
  poll(now: number): number | null {
    this.#send(this.#moves.take(now, this.wire.congested));
    this.#sendView(this.#views.take(now));
    const waits = [this.#moves.wait(now), this.#views.wait(now)].filter((wait) => wait !== null);
    return waits.length === 0 ? null : Math.max(CONGESTED_RETRY_MS, Math.min(...waits));
  }

  /** A connection began or ended: what waits belongs to the one before. */
  reset(): void {
    this.#moves.reset();
    this.#views.reset();
  }

  #send(event: InputEvent | null): void {
    if (event !== null) this.wire.send({ type: "event", event });
  }

  #sendView(view: ViewSize | null): void {
    if (view !== null) this.wire.send({ type: "view", view });
  }
}
