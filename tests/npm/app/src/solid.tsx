/** @jsxImportSource solid-js */
import { RfbView } from "rendercanvas-rfb-client/solid";
import { createSignal, Show } from "solid-js";
import { render } from "solid-js/web";
import { src } from "./src.ts";

function App() {
  const [shown, setShown] = createSignal(true);
  const [status, setStatus] = createSignal("");
  return (
    <>
      <button onClick={() => setShown(!shown())}>Switch</button>
      <output>{status()}</output>
      <Show when={shown()}>
        <RfbView src={src} class="figure" onStatus={({ status }) => setStatus(status)} />
      </Show>
    </>
  );
}

export const element = () => <rfb-view attr:src="/a/" attr:titlebar="" on:rfb-status={({ detail }) => detail.status} />;

render(() => <App />, document.getElementById("app") as HTMLElement);
