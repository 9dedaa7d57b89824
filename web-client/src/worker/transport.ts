/** What carries one connection. */

import type { TransportName } from "../core/fallback";

/** How a connection ended. */
export interface TransportEnd {
  readonly code: number;
  readonly reason: string;
  /** The response went on without bringing anything, though the server is there. */
  readonly heldBack?: boolean;
}

export interface TransportHandlers {
  /** Messages can be sent. */
  opened(): void;
  text(data: string): void;
  chunk(data: ArrayBuffer): void;
  /** It is over; nothing is heard after it. */
  closed(end: TransportEnd): void;
}

export interface Transport {
  readonly name: TransportName;
  /** Whether what was sent earlier has not left yet. */
  readonly congested: boolean;
  /** Sends a control message; left out where it is not open. */
  send(text: string): void;
  /** Lets go of it. Nothing is heard any more, `closed` neither. */
  close(code: number, reason: string): void;
}
