/** How a view gets to its server: chooses the transport of each connection, and asks for what the choice depends on. */

import { type AfterClose, CloseCode } from "../core/closing";
import { Fallback, suspicionOf, type TransportChoice, type TransportName } from "../core/fallback";
import { socketAddress } from "./addresses";
import { HttpTransport } from "./http-transport";
import { httpAnswers, webSocketOpens } from "./reachability";
import type { Transport, TransportEnd, TransportHandlers } from "./transport";
import { WebSocketTransport } from "./websocket-transport";

/** What is known of a connection that has ended. */
export interface Ended extends TransportEnd {
  readonly transport: TransportName;
  /** For how long it was open, ms; null where it never was. */
  readonly openedMs: number | null;
  /** Whether the server has greeted us. */
  readonly greeted: boolean;
}

/** What chooses the transport of each connection of a view. */
export interface Way {
  /** Whether HTTP is used because no WebSocket gets through. */
  readonly fellBack: boolean;
  /** The credential of the next connection, where this way has one of its own. */
  readonly token: string | null;
  /** @throws SyntaxError where there can be no connection to the address. */
  connect(handlers: TransportHandlers): Transport;
  /** A connection has ended. Returns what is to happen next, or null for what the close asks for. */
  ended(ended: Ended): AfterClose | null;
  /** To be called all the time while a connection is up. */
  poll(now: number): void;
  /** The network may be another one. */
  wake(): void;
}

export class Route implements Way {
  readonly token = null;
  readonly #fallback: Fallback;
  #asking = false;

  /** @param changed another transport is the better one from now on. */
  constructor(
    private readonly page: string,
    choice: TransportChoice,
    private readonly changed: () => void,
  ) {
    this.#fallback = new Fallback(choice);
  }

  get fellBack(): boolean {
    return this.#fallback.active;
  }

  connect(handlers: TransportHandlers): Transport {
    const { name } = this.#fallback;
    return name === "websocket"
      ? new WebSocketTransport(socketAddress(this.page), handlers)
      : new HttpTransport(this.page, name, handlers);
  }

  ended({ transport, code, openedMs, greeted, heldBack = false }: Ended): null {
    if (transport !== "websocket") {
      this.#fallback.httpEnded(greeted, heldBack);
      return null;
    }
    const broke = code === CloseCode.lost || code === CloseCode.timeout;
    const suspicion = broke ? suspicionOf(openedMs) : null;
    if (suspicion === null) this.#fallback.clear();
    else if (this.#fallback.possible) {
      void httpAnswers(this.page).then((answers) => {
        if (!answers) this.#fallback.clear();
        else if (this.#fallback.suspect(suspicion, performance.now())) this.changed();
      });
    }
    return null;
  }

  poll(now: number): void {
    if (!this.#fallback.retryDue(now) || this.#asking) return;
    this.#fallback.retrying(now);
    this.#asking = true;
    void webSocketOpens(this.page).then((opens) => {
      this.#asking = false;
      if (!opens || !this.#fallback.active) return;
      this.#fallback.reopened();
      this.changed();
    });
  }

  wake(): void {
    this.#fallback.retrySoon();
  }
}
