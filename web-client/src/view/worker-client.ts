/** The page's end of the worker. */

import type { FromWorker, ToWorker } from "../bridge";
import type { ViewSize } from "../core/client-messages";
import RfbWorker from "../worker/index?worker&inline";
import { pageAddress } from "./address";
import type { RfbViewOptions } from "./options";

declare const CLIENT_VERSION: string;

/** How long the worker may take to close the connection before it is ended, ms. */
const GOODBYE_MS = 500;

export interface WorkerHandlers {
  receive(message: FromWorker): void;
  /** There is no worker, or no more. */
  failed(reason: string): void;
}

export class WorkerClient {
  #worker: Worker | null = null;
  #closed = false;
  readonly #screenshots: ((blob: Blob | null) => void)[] = [];

  constructor(private readonly handlers: WorkerHandlers) {}

  /** Starts it: it connects, and draws on the canvas where that could be handed over. */
  start(options: RfbViewOptions, view: ViewSize, canvas: OffscreenCanvas | undefined): void {
    try {
      const { channel } = options;
      const page = channel === undefined ? pageAddress(options.src, document.baseURI) : options.src;
      this.#worker = new RfbWorker({ name: "rfb-view" });
      this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
      this.#worker.onerror = (event) => this.handlers.failed(event.message || "the worker did not start");
      const start = {
        type: "start",
        page,
        transport: options.transport ?? "auto",
        token: options.token ?? null,
        video: options.video ?? true,
        client: `rendercanvas-rfb-web/${CLIENT_VERSION}`,
        view,
        ...(channel && { channel }),
        ...(canvas && { canvas }),
      } as const;
      this.post(
        start,
        [channel, canvas].filter((each) => each !== undefined),
      );
    } catch (error) {
      // A malformed address, or a content security policy without `worker-src blob:`.
      this.handlers.failed(String(error));
    }
  }

  post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(message, transfer);
  }

  /** What the worker has drawn, as PNG; null where there is nothing. It answers in the order it is asked. */
  screenshot(): Promise<Blob | null> {
    if (this.#worker === null || this.#closed) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#screenshots.push(resolve);
      this.post({ type: "screenshot" });
    });
  }

  /** Has it end the connection, and ends it. */
  close(): void {
    this.#closed = true;
    for (const resolve of this.#screenshots.splice(0)) resolve(null);
    this.post({ type: "close" });
    setTimeout(() => this.#worker?.terminate(), GOODBYE_MS);
  }

  #receive(message: FromWorker): void {
    if (this.#closed) return;
    if (message.type === "screenshot") this.#screenshots.shift()?.(message.blob);
    else this.handlers.receive(message);
  }
}
