import { RfbView, setWorkerUrl } from "rendercanvas-rfb-client";
import workerUrl from "rendercanvas-rfb-client/worker?url";
import { src } from "./src.ts";

setWorkerUrl(workerUrl);

const [button, output, place] = [
  document.createElement("button"),
  document.createElement("output"),
  document.createElement("div"),
];
button.textContent = "Switch";
place.className = "figure";
document.body.append(button, output, place);

let view: RfbView | null = null;
function show() {
  view = new RfbView(place, { src });
  view.addEventListener("status", () => {
    output.textContent = view?.status ?? "";
  });
}
button.onclick = () => {
  if (view === null) return show();
  view.close();
  view = null;
};
show();
