/** Which transport to use: a WebSocket, and where none gets through, HTTP. Times are ms of any monotonic clock. */

/** `http`: one response that goes on. `polling`: one response after the other, where a proxy holds back those that go on. */
export type NetworkTransport = "websocket" | "http" | "polling";
/** `channel`: what the page's host has for messages, such as the comm of a notebook's widget. */
export type TransportName = NetworkTransport | "channel";

/** What a page may ask for; `auto` tries WebSockets first. */
export const TRANSPORT_CHOICES = ["auto", "websocket", "http"] as const;
export type TransportChoice = (typeof TRANSPORT_CHOICES)[number];

/** How a connection over a WebSocket ended too early, while HTTP gets through: it never opened, or was soon cut. */
export type Suspicion = "unopened" | "cut";

/** A WebSocket that breaks within this time of opening, ms, was cut by something that looks into it. */
const SOON_MS = 5_000;
/** Two that do not open are enough; one that opens and is cut may be a server that dies, so it takes three. */
const WEIGHTS: Readonly<Record<Suspicion, number>> = { unopened: 3, cut: 2 };
const ENOUGH = 6;
/** How long HTTP is used before a WebSocket is tried again, ms: at first, and at most; it doubles each time it was in vain. */
const RETRY_MS = 3 * 60_000;
const RETRY_MAX_MS = 60 * 60_000;

/** What a connection over a WebSocket that broke makes one suspect; null for nothing. `openedMs`: how long it was open, null where never. */
export function suspicionOf(openedMs: number | null): Suspicion | null {
  if (openedMs === null) return "unopened";
  return openedMs < SOON_MS ? "cut" : null;
}

export class Fallback {
  #name: NetworkTransport;
  #weight = 0;
  #retryMs = RETRY_MS;
  #retryAt = Number.POSITIVE_INFINITY;

  constructor(private readonly choice: TransportChoice) {
    this.#name = choice === "http" ? "http" : "websocket";
  }

  /** The transport for the next connection. */
  get name(): NetworkTransport {
    return this.#name;
  }

  /** Whether HTTP is used because no WebSocket gets through. */
  get active(): boolean {
    return this.choice === "auto" && this.#name !== "websocket";
  }

  /** Whether the end of a WebSocket may lead to HTTP. */
  get possible(): boolean {
    return this.choice === "auto" && this.#name === "websocket";
  }

  /** A WebSocket ended like this, and HTTP gets through at the same time. Returns whether that is enough for HTTP. */
  suspect(suspicion: Suspicion, now: number): boolean {
    if (!this.possible) return false;
    this.#weight += WEIGHTS[suspicion];
    if (this.#weight < ENOUGH) return false;
    this.#weight = 0;
    this.#name = "http";
    this.#retryAt = now + this.#retryMs;
    this.#retryMs = Math.min(RETRY_MAX_MS, 2 * this.#retryMs);
    return true;
  }

  /** Nothing speaks against WebSockets: one held, or nothing at all gets through. */
  clear(): void {
    this.#weight = 0;
  }

  /** A connection over HTTP has ended. `heldBack`: its messages did not come while the response went on. */
  httpEnded(greeted: boolean, heldBack: boolean): void {
    if (heldBack) this.#name = "polling";
    else if (!greeted && this.choice === "auto") this.#name = "websocket";
  }

  /** Whether a WebSocket is to be tried beside HTTP. */
  retryDue(now: number): boolean {
    return this.active && now >= this.#retryAt;
  }

  /** The network may be another one: a WebSocket is to be tried soon. */
  retrySoon(): void {
    this.#retryAt = Number.NEGATIVE_INFINITY;
  }

  /** A WebSocket is being tried; the next time after this one is later. */
  retrying(now: number): void {
    this.#retryAt = now + this.#retryMs;
  }

  /** A WebSocket gets through again. */
  reopened(): void {
    this.#name = "websocket";
    this.#weight = 0;
  }
}
