/** A connection over a WebSocket. */

import { CloseCode } from "../core/closing";
import type { Transport, TransportHandlers } from "./transport";

/** Unsent bytes that count as congestion: a few acknowledgements wait for the event loop even on an idle link. */
const CONGESTED_BYTES = 1_024;
/** Longest reason in a close frame, bytes (RFC 6455, section 5.5). */
const REASON_BYTES_MAX = 123;

export class WebSocketTransport implements Transport {
  readonly name = "websocket";
  readonly #socket: WebSocket;

  /** @throws SyntaxError where the address is none of a WebSocket. */
  constructor(url: string, handlers: TransportHandlers) {
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => handlers.opened();
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === "string") handlers.text(data);
      else handlers.chunk(data);
    };
    socket.onclose = ({ code, reason }) => handlers.closed({ code, reason });
  }

  get congested(): boolean {
    return this.#socket.bufferedAmount > CONGESTED_BYTES;
  }

  send(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  /** Does not wait for the close handshake, which a dead link never finishes. */
  close(code: number, reason: string): void {
    const socket = this.#socket;
    socket.onopen = socket.onmessage = socket.onclose = null;
    if (socket.readyState > WebSocket.OPEN) return;
    const own = code === CloseCode.normal || (code >= 3000 && code <= 4999);
    socket.close(own ? code : CloseCode.normal, reason.replace(/[^ -~]/g, "?").slice(0, REASON_BYTES_MAX));
  }
}
