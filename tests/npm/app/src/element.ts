import "rendercanvas-rfb-client/element";
import { src } from "./src.ts";

const [button, output, view] = [
  document.createElement("button"),
  document.createElement("output"),
  document.createElement("rfb-view"),
];
button.textContent = "Switch";
button.onclick = () => (view.isConnected ? view.remove() : document.body.append(view));
view.className = "figure";
view.setAttribute("src", src);
view.addEventListener("rfb-status", () => {
  output.textContent = view.view?.status ?? "";
});
document.body.append(button, output, view);
