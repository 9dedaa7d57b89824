/** What a view knows of its display: what the worker has told, merged. */

import type { FromWorker, StatusDetail } from "../bridge";
import type { CanvasState, StreamDescription } from "../core/server-messages";
import type { Emit } from "./options";
import { NO_STATS, type RfbStats } from "./stats";

/** What is held down in a view. */
export interface Held {
  /** The connection or the control is gone: it is let go of here. */
  lost(): void;
  /** The server knows of nothing that is held: it is forgotten. */
  reset(): void;
}

export class ViewModel {
  readonly messages = new Map<string, unknown>();
  detail: StatusDetail = {
    status: "connecting",
    code: null,
    reason: "",
    after: null,
    retryInMs: null,
    takesInput: false,
    resumed: null,
    transport: null,
    fallback: false,
  };
  state: CanvasState = {};
  stream: StreamDescription | null = null;
  stats: RfbStats = NO_STATS;

  constructor(private readonly emit: Emit) {}

  get connected(): boolean {
    return this.detail.status === "connected";
  }

  /** Whether what is done here counts. */
  get control(): boolean {
    return this.state.control !== false;
  }

  /** Whether what is done here is taken now, or kept while the connection comes back. */
  get takesInput(): boolean {
    return this.detail.takesInput && this.control;
  }

  /** Takes in a status. What is held is let go of first, while that still counts as taken. */
  statusChanged(detail: StatusDetail, held: Held): void {
    const lost = this.connected && detail.status !== "connected";
    if (lost || (this.detail.takesInput && !detail.takesInput)) held.lost();
    // Another session knows of nothing that was pressed in the one before.
    if (detail.status === "connected" && !this.connected && detail.resumed === false) held.reset();
    this.detail = detail;
    this.update({ transport: detail.transport });
  }

  /** Takes in changes of the state. */
  stateChanged(changes: CanvasState, held: Held): void {
    // While it still counts as taken: what is on its way to the server may count, for who soon has the control again.
    if (this.control && changes.control === false) held.lost();
    this.state = { ...this.state, ...changes };
  }

  update(changes: Partial<RfbStats>): void {
    this.stats = { ...this.stats, ...changes };
  }

  /** Takes in a message that is of no more than knowledge. */
  receive(message: FromWorker): void {
    switch (message.type) {
      case "welcome":
        this.state = {};
        this.messages.clear();
        return;
      case "stream": {
        const { codec, format, chroma, encoder, reason } = message.stream;
        this.stream = message.stream;
        this.update({ codec, format, chroma, encoder, reason });
        return;
      }
      case "capabilities":
        this.update({ noVideo: message.capabilities.no_video });
        return;
      case "server-stats":
        this.update({ server: message.stats });
        return;
      case "message": {
        const { key, data } = message;
        if (key !== null && data === null) this.messages.delete(key);
        else if (key !== null) this.messages.set(key, data);
        this.emit("message", { key, data });
        return;
      }
    }
  }
}
