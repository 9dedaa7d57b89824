/** Whether anything gets through to the server, and how: asked without using the answer. */

import { healthAddress, socketAddress } from "./addresses";
import { WebSocketTransport } from "./websocket-transport";

/** Longest wait for an answer, ms. */
const ANSWER_MS = 5_000;

/** Whether the server answers over HTTP. That of another origin may answer anything: its answer cannot be read. */
export async function httpAnswers(page: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const response = await fetch(healthAddress(page), { mode: "no-cors", cache: "no-store", signal });
    return response.ok || response.type === "opaque";
  } catch {
    return false;
  }
}

/** Whether a WebSocket to the display opens. It is closed again at once. */
export function webSocketOpens(page: string): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (opens: boolean) => {
      clearTimeout(timer);
      socket.close(1000, "only asked whether it opens");
      resolve(opens);
    };
    const ignore = () => undefined;
    const socket = new WebSocketTransport(socketAddress(page), {
      opened: () => answer(true),
      text: ignore,
      chunk: ignore,
      closed: () => answer(false),
    });
    const timer = setTimeout(() => answer(false), ANSWER_MS);
  });
}
