/** The worker's entry: one session per worker. */

import type { FromWorker, ToWorker } from "../bridge";
import { Session } from "./session";

/** The part of DedicatedWorkerGlobalScope used here; the page's library types describe `self` as a window. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;
let session: Session | null = null;

scope.onmessage = ({ data }) => {
  if (data.type === "start") {
    session = new Session(data, (message, transfer = []) => scope.postMessage(message, transfer));
  } else {
    session?.handle(data);
  }
};
