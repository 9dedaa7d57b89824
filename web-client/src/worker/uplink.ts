/** What goes up over HTTP: one request at a time, each sent again as it was until it is answered. */

import { Backoff } from "../core/backoff";
import { type Batch, Batches } from "../core/batches";

export interface UplinkHandlers {
  /** The server has taken messages. */
  delivered(): void;
  /** The server refuses them. */
  refused(reason: string): void;
}

export class Uplink {
  readonly #batches = new Batches();
  readonly #abort = new AbortController();
  #delivered = false;

  /** @param url the address, up to the number of the first message. */
  constructor(
    private readonly url: string,
    private readonly handlers: UplinkHandlers,
  ) {}

  get busy(): boolean {
    return this.#batches.busy;
  }

  send(message: string): void {
    this.#batches.add(message);
    void this.#next();
  }

  /** Gives up what has not been answered. */
  abort(): void {
    this.#abort.abort();
  }

  /** Sends the rest in a request that outlives the page; resolves when it is answered or lost. */
  async finish(): Promise<void> {
    this.abort();
    if (!this.busy) return;
    await this.#post(this.#batches.rest(), { keepalive: true }).catch(() => undefined);
  }

  async #next(): Promise<void> {
    const batch = this.#batches.next();
    if (batch === null || !(await this.#deliver(batch))) return;
    this.#batches.delivered();
    this.#delivered = true;
    this.handlers.delivered();
    void this.#next();
  }

  /** Returns whether the server has it; not so once it was given up or refused. */
  async #deliver(batch: Batch): Promise<boolean> {
    const { signal } = this.#abort;
    const backoff = new Backoff();
    while (!signal.aborted) {
      const status = await this.#post(batch, { signal }).catch(() => null);
      if (signal.aborted) break;
      if (status !== null && status < 300) return true;
      if (status !== null && !this.#passes(status)) {
        this.handlers.refused(`HTTP status ${status}`);
        return false;
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000 * backoff.next(Math.random())));
    }
    return false;
  }

  /** Whether it may be otherwise the next time: a proxy in between, or the request that opens the connection has not come yet. */
  #passes(status: number): boolean {
    return status >= 500 || (status === 404 && !this.#delivered);
  }

  async #post({ first, body }: Batch, init: RequestInit): Promise<number> {
    const response = await fetch(this.url + first, { ...init, method: "POST", body, cache: "no-store" });
    return response.status;
  }
}
