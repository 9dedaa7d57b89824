/** The page that lists the displays, live. */

import { ProtocolError } from "../core/errors";
import { type ListedStream, parseListing } from "../core/listing";
import { element } from "../view/dom";
import { tokenOf } from "./token";

/** How often the list is asked for while the page is visible, ms. */
const POLL_MS = 1_000;
/** Longest wait for an answer, ms. */
const ANSWER_MS = 5_000;

const list = required("list");
const note = required("note");
const form = required("credential");

let token = tokenOf(location);
let shown = "";
/** The server wants another token. */
let refused = false;

function required(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element #${id}`);
  return found;
}

function entry({ name, title, width, height, viewers }: ListedStream): HTMLElement {
  const fragment = token === null ? "" : `#token=${encodeURIComponent(token)}`;
  const size = width === null || height === null ? "" : `${width} × ${height}, `;
  const watched = viewers === 1 ? "1 viewer" : `${viewers} viewers`;
  const link = element(
    "a",
    { href: `${encodeURIComponent(name)}/${fragment}` },
    element("strong", {}, title || name),
    element("span", {}, name),
    element("span", {}, `${size}${watched}`),
  );
  return element("li", {}, link);
}

function say(text: string, asks = false): void {
  note.textContent = text;
  note.hidden = text === "";
  form.hidden = !asks;
  document.body.toggleAttribute("data-stale", text !== "");
}

/** Rewrites the list only where it has changed, so that the focus stays where it is. */
function show(streams: readonly ListedStream[]): void {
  const now = JSON.stringify([token, streams]);
  if (now !== shown) list.replaceChildren(...streams.map(entry));
  shown = now;
}

/** Asks for the list and shows it, or what is wrong. */
async function update(): Promise<void> {
  const headers = token === null ? {} : { Authorization: `Bearer ${token}` };
  let response: Response;
  let streams: readonly ListedStream[] = [];
  try {
    response = await fetch("streams", { headers, cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
    if (response.ok) streams = parseListing(await response.json());
  } catch (error) {
    const answered = error instanceof ProtocolError || error instanceof SyntaxError;
    const problem = answered ? "The server's answer is no list." : "The server does not answer.";
    say(`${problem} The list will be back by itself.`);
    return;
  }
  refused = response.status === 401 || response.status === 403;
  if (response.ok) {
    show(streams);
    say(
      streams.length === 0
        ? "Nothing is shown yet. A canvas appears here as soon as a script opens one."
        : "",
    );
  } else if (refused) {
    show([]);
    say(
      token === null ? "This server needs the token from the address it printed." : "The token is not right.",
      true,
    );
  } else {
    say(`The server answered with an error (${response.status}).`);
  }
}

async function poll(): Promise<void> {
  // A refusal lasts until another token is entered.
  if (document.visibilityState === "visible" && !refused) await update();
  setTimeout(() => void poll(), POLL_MS);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const input = form.querySelector("input");
  token = input?.value.trim() || null;
  void update();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && !refused) void update();
});
void poll();
