/** The view of a display as an anywidget: what notebooks load with the model of the widget. */

import { RfbView } from "../view/rfb-view";
import { adoptSize, makeHost } from "./host";
import type { Model } from "./model";
import { proxyAddress } from "./proxy";
import { Relay } from "./relay";
import { SavedPicture } from "./saved-picture";

/** Shows the display of the model in `el`; returns what ends that. */
function render({ model, el }: { readonly model: Model; readonly el: HTMLElement }): () => void {
  const host = makeHost();
  el.append(host);
  const relay = new Relay(model);
  const saved = new SavedPicture(model);
  const view = new RfbView(host.attachShadow({ mode: "open" }), {
    src: proxyAddress(),
    channel: relay.port,
    background: saved.background,
    resizable: true,
  });
  view.addEventListener("state", () => adoptSize(host, view.state));
  view.addEventListener("frame", () => saved.presented(view));
  Object.assign(host, { view });
  return () => {
    view.close();
    saved.close();
    relay.close();
    host.remove();
  };
}

export default { render };
