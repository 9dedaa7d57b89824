/** The page that shows one display. */

import "../main";
import { element } from "../view/dom";
import { tokenOf } from "./token";

/** Attributes of the view that the query of the page's address may give, as in `?titlebar&resizable&transport=http`. */
const ATTRIBUTES = ["titlebar", "resizable", "latency", "transport"];

const view = document.querySelector("rfb-view");
const token = tokenOf(location);
const query = new URLSearchParams(location.search);

/** Whether the page is part of another one, which shows its own picture behind it. */
const embedded = query.has("embedded");
document.documentElement.classList.toggle("alone", !embedded);

if (view !== null) {
  view.addEventListener("rfb-state", () => {
    document.title = view.view?.state.title || document.title;
  });
  view.addEventListener("rfb-close", () => {
    const again = element("a", { href: location.href }, "Show it again");
    again.addEventListener("click", () => location.reload());
    document.body.append(element("p", { id: "closed" }, "You have closed this view. ", again));
  });
  for (const name of ATTRIBUTES) if (query.has(name)) view.setAttribute(name, query.get(name) ?? "");
  if (embedded) view.setAttribute("background", "transparent");
  if (token !== null) view.setAttribute("token", token);
  // Only now: the first hello is to carry the token.
  view.setAttribute("src", "./");
  // The page around it has the focus, and shall keep it.
  if (!embedded) view.focus();
}
