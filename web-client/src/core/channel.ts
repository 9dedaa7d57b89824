/**
 * What goes over the message channel of a host, such as the comm of a notebook's widget: whole messages in order, of all views at once.
 *
 * Both sides count what they have got of a connection, and say so with what they send: the channel itself takes any amount, and
 * tells nobody when it was delivered.
 */

import { CloseCode } from "./closing";
import { isObject, type JsonObject, Members } from "./members";

/** Messages got after which the other side is told without waiting for something else to send. */
const TELL_AFTER = 8;
/** Messages on their way that count as congestion: twice what the other side gets before it says so. */
const CONGESTED = 16;
const PORT_MAX = 65_535;
const PATH = /^[\w-]{1,64}\/$/;

/** What is sent over the channel. */
export type ChannelMessage =
  | { readonly type: "open" }
  | { readonly type: "text"; readonly text: string; readonly got: number }
  | { readonly type: "got"; readonly got: number }
  | { readonly type: "close"; readonly code: number; readonly reason: string };

/** A server for the same display, on the machine of the other side. */
export interface OfferedServer {
  readonly port: number;
  /** Of the display's page, relative to the root of the server, with a slash at its end. */
  readonly path: string;
  /** The credential that it asks for. */
  readonly token: string;
}

/** What comes over the channel for one connection; `got` says what the other side has got, where it is positive. */
export type Delivery =
  | { readonly type: "opened"; readonly server: OfferedServer | null }
  | { readonly type: "text"; readonly text: string; readonly got: number }
  | { readonly type: "chunk"; readonly got: number }
  | { readonly type: "got"; readonly got: number }
  | { readonly type: "close"; readonly code: number; readonly reason: string };

/** Whose message it is, or null where it is none of ours: other widgets may use the channel too. */
export function connectionOf(content: unknown): string | null {
  return isObject(content) && typeof content.connection === "string" ? content.connection : null;
}

/** @throws ProtocolError where it is no message of the protocol. */
export function parseDelivery(content: unknown): Delivery {
  const message = new Members("channel message", isObject(content) ? content : {});
  const type = message.string("type");
  switch (type) {
    case "opened":
      return { type, server: message.has("server") ? serverOf(message.child("server")) : null };
    case "text":
      return { type, text: message.string("text"), got: gotOf(message) };
    case "chunk":
    case "got":
      return { type, got: gotOf(message) };
    case "close":
      return { type, code: message.integer("code", 0, CloseCode.max), reason: message.string("reason") };
    default:
      return message.fail("type", "opened, text, chunk, got or close");
  }
}

function serverOf(object: JsonObject): OfferedServer {
  const server = new Members("offered server", object);
  const path = server.string("path");
  // Below the proxy's address, and nowhere else.
  if (!PATH.test(path)) return server.fail("path", "a name and a slash");
  return { port: server.integer("port", 1, PORT_MAX), path, token: server.string("token") };
}

function gotOf(message: Members): number {
  return message.integer("got", 0, Number.MAX_SAFE_INTEGER);
}

/** Counts the messages of one connection, texts and chunks, in both directions. */
export class Counts {
  #sent = 0;
  #delivered = 0;
  #got = 0;
  #told = 0;

  get congested(): boolean {
    return this.#sent - this.#delivered >= CONGESTED;
  }

  /** A message is sent; returns what is to be told with it. */
  sent(): number {
    this.#sent += 1;
    return this.tell();
  }

  /** A message came; returns whether the other side is to be told now. */
  received(): boolean {
    this.#got += 1;
    return this.#got - this.#told >= TELL_AFTER;
  }

  /** What the other side is told now. */
  tell(): number {
    this.#told = this.#got;
    return this.#got;
  }

  /** The other side has got so many. */
  delivered(count: number): void {
    this.#delivered = Math.max(this.#delivered, count);
  }
}
