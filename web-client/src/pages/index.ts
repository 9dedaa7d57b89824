/** The page that lists the displays, live. */

import { type ListedStream, parseListing } from "../core/listing";
import { element } from "../view/dom";
import { tokenOf } from "./token";

/** How often the list is asked for while the page is visible, ms. */
const POLL_MS = 1_000;

const list = required("list");
const note = required("note");
const form = required("credential");

let token = tokenOf(location);
let shown = "";

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

async function update(): Promise<void> {
  let response: Response;
  try {
    const headers = token === null ? {} : { Authorization: `Bearer ${token}` };
    response = await fetch("streams", { headers, cache: "no-store" });
  } catch {
    say("The server does not answer. The list will be back when it does.");
    return;
  }
  if (response.status === 401 || response.status === 403) {
    show([]);
    say(
      token === null ? "This server needs the token from the address it printed." : "The token is not right.",
      true,
    );
    return;
  }
  if (!response.ok) {
    say(`The server answered with an error (${response.status}).`);
    return;
  }
  const streams = parseListing(await response.json());
  show(streams);
  say(
    streams.length === 0 ? "Nothing is shown yet. A canvas appears here as soon as a script opens one." : "",
  );
}

async function poll(): Promise<void> {
  if (document.visibilityState === "visible") await update();
  setTimeout(() => void poll(), POLL_MS);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const input = form.querySelector("input");
  token = input?.value.trim() || null;
  void update();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void update();
});
void poll();
