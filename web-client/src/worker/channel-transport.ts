/** A connection over the message channel of the page's host, by way of a port to the page. */

import { Counts, type Delivery, parseDelivery } from "../core/channel";
import { CloseCode } from "../core/closing";
import { randomId } from "./random-id";
import type { Ended, Way } from "./route";
import type { Transport, TransportHandlers } from "./transport";

/** What the port carries to the page: content for the host. */
export type ToPort = Readonly<Record<string, unknown>>;
/** What it brings: what the host says to one of the views, and the bytes that belong to it. */
export interface FromPort {
  readonly content: Readonly<Record<string, unknown>>;
  readonly data: ArrayBuffer | null;
}

/** There is one way only, which is there for as long as the page. */
export class ChannelWay implements Way {
  readonly fellBack = false;

  constructor(private readonly port: MessagePort) {}

  connect(handlers: TransportHandlers): Transport {
    return new ChannelTransport(this.port, handlers);
  }

  ended(_: Ended): void {}
  poll(): void {}
  wake(): void {}
}

export class ChannelTransport implements Transport {
  readonly name = "channel";
  readonly #connection = randomId();
  readonly #counts = new Counts();
  #handlers: TransportHandlers | null;
  #open = false;

  constructor(
    private readonly port: MessagePort,
    handlers: TransportHandlers,
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

  #post(message: ToPort): void {
    this.port.postMessage({ connection: this.#connection, ...message } satisfies ToPort);
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
