/** What a view knows of its display: what the worker has told, merged. */

import type { FromWorker, StatusDetail } from "../bridge";
import type { CanvasState, StreamDescription } from "../core/server-messages";
import type { Emit } from "./options";
import { NO_STATS, type RfbStats } from "./stats";

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
