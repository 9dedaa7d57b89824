/** The page that shows one display. */

import "../main";
import { tokenOf } from "./token";

const view = document.querySelector("rfb-view");
const token = tokenOf(location);

if (view !== null) {
  view.addEventListener("rfb-state", () => {
    document.title = view.view?.state.title || document.title;
  });
  if (token !== null) view.setAttribute("token", token);
  // Only now: the first hello is to carry the token.
  view.setAttribute("src", "./");
  view.focus();
}
