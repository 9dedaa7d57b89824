/** A connection over the message channel of the page's host, by way of a port to the page. */

import {
  type ChannelMessage,
  Counts,
  type Delivery,
  type OfferedServer,
  parseDelivery,
} from "../core/channel";
import { CloseCode } from "../core/closing";
import { randomId } from "./random-id";
import type { Transport, TransportHandlers } from "./transport";

/** What the port brings: what the host says to one of the views, and the bytes that belong to it. */
export interface FromPort {
  readonly content: Readonly<Record<string, unknown>>;
  readonly data: ArrayBuffer | null;
}

export class ChannelTransport implements Transport {
  readonly name = "channel";
  readonly #connection = randomId();
  readonly #counts = new Counts();
  #handlers: TransportHandlers | null;
  #open = false;

  /** @param offered the other side is there, and has a server, or null where it has none. */
  constructor(
    private readonly port: MessagePort,
    handlers: TransportHandlers,
    private readonly offered: (server: OfferedServer | null) => void = () => undefined,
  ) {
    this.#handlers = handlers;
    port.onmessage = ({ data }: MessageEvent<FromPort>) => this.#receive(data);
    this.#post({ type: "open" });
  }

  get congested(): boolean {
    return this.#counts.congested;
  }

  send(text: string): void {
    if (this.#open && this.#handlers !== null) this.#post({ type: "text", text, got: this.#counts.sent() });
  }

  close(code: number, reason: string): void {
    if (this.#handlers === null) return;
    this.#handlers = null;
    this.port.onmessage = null;
    this.#post({ type: "close", code, reason });
  }

  #post(message: ChannelMessage): void {
    this.port.postMessage({ connection: this.#connection, ...message });
  }

  #receive({ content, data }: FromPort): void {
    const handlers = this.#handlers;
    if (handlers === null || content.connection !== this.#connection) return;
    let delivery: Delivery;
    try {
      delivery = parseDelivery(content);
    } catch (error) {
      const end = { code: CloseCode.malformed, reason: String(error) };
      this.close(end.code, end.reason);
      handlers.closed(end);
      return;
    }
    this.#deliver(handlers, delivery, data);
  }

  #deliver(handlers: TransportHandlers, delivery: Delivery, data: ArrayBuffer | null): void {
    switch (delivery.type) {
      case "opened":
        this.#open = true;
        this.offered(delivery.server);
        handlers.opened();
        return;
      case "close":
        this.#handlers = null;
        handlers.closed(delivery);
        return;
      case "got":
        this.#counts.delivered(delivery.got);
        return;
      default:
        this.#counts.delivered(delivery.got);
        if (this.#counts.received()) this.#post({ type: "got", got: this.#counts.tell() });
        if (delivery.type === "text") handlers.text(delivery.text);
        else if (data !== null) handlers.chunk(data);
    }
  }
}
