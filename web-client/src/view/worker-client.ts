/** The page's end of the worker. */

import type { FromWorker, ToWorker } from "../bridge";
import RfbWorker from "../worker/index?worker&inline";

export class WorkerClient {
  readonly #worker: Worker;

  /** @throws DOMException where the page's content security policy forbids workers from blobs. */
  constructor(receive: (message: FromWorker) => void, failed: (reason: string) => void) {
    this.#worker = new RfbWorker({ name: "rfb-view" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => receive(data);
    this.#worker.onerror = (event) => failed(event.message || "the worker did not start");
  }

  post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  terminate(): void {
    this.#worker.terminate();
  }
}
