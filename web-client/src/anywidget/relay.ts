/** Hands messages on between the model of a widget, of which all views in all tabs see everything, and the worker of one view. */

import { connectionOf } from "../core/channel";
import type { FromPort } from "../worker/channel-transport";
import type { CustomListener, Model } from "./model";

/** What browsers close a WebSocket with whose page is left (RFC 6455, section 7.4.1). */
const GOING_AWAY = 1001;

export class Relay {
  readonly #channel = new MessageChannel();
  /** Of the view, the connection that it opened last. */
  #connection: string | null = null;

  constructor(private readonly model: Model) {
    this.#channel.port1.onmessage = ({ data }) => this.#up(data);
    model.on("msg:custom", this.#down);
    globalThis.addEventListener?.("pagehide", this.#leave);
  }

  /** The worker's end. */
  get port(): MessagePort {
    return this.#channel.port2;
  }

  /** What the worker still says is sent, and nothing is handed to it any more. */
  close(): void {
    this.model.off("msg:custom", this.#down);
    globalThis.removeEventListener?.("pagehide", this.#leave);
  }

  #up(content: unknown): void {
    this.#connection = connectionOf(content);
    this.#send(content);
  }

  /** The page is closed or left: the worker has no time to say so any more. */
  readonly #leave = () => {
    if (this.#connection !== null)
      this.#send({
        connection: this.#connection,
        type: "close",
        code: GOING_AWAY,
        reason: "the page was left",
      });
  };

  #send(content: unknown): void {
    try {
      this.model.send(content);
    } catch (error) {
      // The kernel is gone, and with it the comm. The view finds out by itself: nothing comes any more.
      console.warn(`rendercanvas-rfb: ${String(error)}`);
    }
  }

  readonly #down: CustomListener = (content, buffers = []) => {
    if (this.#connection === null || connectionOf(content) !== this.#connection) return;
    const data = buffers[0] === undefined ? null : ownBytes(buffers[0]);
    const message = { content, data } as FromPort;
    this.#channel.port1.postMessage(message, data === null ? [] : [data]);
  };
}

/** A copy: the bytes are a part of a message that other views of the model look at too. */
function ownBytes(buffer: DataView | ArrayBuffer): ArrayBuffer {
  if (buffer instanceof ArrayBuffer) return buffer.slice();
  return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength) as ArrayBuffer;
}
