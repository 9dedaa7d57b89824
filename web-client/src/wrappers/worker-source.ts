/** Where the worker of the views comes from: the package has it inside, and as a file of its own. */

import InlineWorker from "../worker/index?worker&inline";

let source: string | URL | null = null;

/**
 * Has the views that are made from now on load their worker from `url`, which is the file `rendercanvas-rfb-client/worker` on the
 * page's own origin; null: from within the package. Pages need it whose content security policy has no `worker-src blob:`.
 */
export function setWorkerUrl(url: string | URL | null): void {
  source = url;
}

/** Starts the worker; an own module, which the build puts in the place of the inlined worker of `view/worker-client.ts`. */
export default function makeWorker(options: WorkerOptions): Worker {
  return source === null ? new InlineWorker(options) : new Worker(source, options);
}
