// @vitest-environment happy-dom
import { act, createElement, type ReactNode, StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RfbView as View } from "../../src/view/rfb-view";
import { RfbView, type RfbViewProps, type UseRfbView, useRfbView } from "../../src/wrappers/react";
import { FakeView, settled } from "./fake-view";

vi.mock("../../src/view/rfb-view", async () => ({ RfbView: (await import("./fake-view")).FakeView }));
vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);

let root: Root;

beforeEach(() => {
  FakeView.made = [];
  document.body.innerHTML = "<div id='app'></div>";
  root = createRoot(document.getElementById("app") as HTMLElement);
});

afterEach(() => act(async () => root.unmount()));

async function render(node: ReactNode): Promise<void> {
  await act(async () => {
    root.render(node);
    await settled();
  });
}

const view = (props: Partial<RfbViewProps> = {}) => createElement(RfbView, { src: "/canvas-1/", ...props });
const shown = () => document.querySelector<HTMLElement>("#app div");

test("the component shows a view, follows its props and closes it in the end", async () => {
  await render(view());
  expect(FakeView.only.options.src).toBe("/canvas-1/");
  await render(view({ fit: "cover" }));
  expect(FakeView.only.fit).toBe("cover");
  expect(FakeView.made).toHaveLength(1);
  await render(null);
  expect(FakeView.open).toEqual([]);
});

test("strict mode, which mounts everything twice, makes one connection", async () => {
  await render(createElement(StrictMode, null, view()));
  expect(FakeView.made).toHaveLength(1);
  expect(FakeView.open).toHaveLength(1);
  await render(null);
  expect(FakeView.open).toEqual([]);
});

test("attributes go to the element around the view, options do not", async () => {
  await render(view({ className: "figure", style: { height: 400 }, id: "plot", token: "secret" }));
  expect(shown()?.outerHTML).toBe('<div class="figure" style="height: 400px;" id="plot"></div>');
});

test("a new handler in each render costs no connection, and the last one is called", async () => {
  const handlers = [vi.fn(), vi.fn()];
  for (const onStatus of handlers) await render(view({ onStatus }));
  await act(async () => FakeView.only.connect());
  expect(FakeView.made).toHaveLength(1);
  expect(handlers.map((handler) => handler.mock.calls.length)).toEqual([0, 1]);
});

test("viewRef has the view while there is one", async () => {
  const viewRef: { current: View | null } = { current: null };
  await render(view({ viewRef }));
  expect(viewRef.current).toBe(FakeView.only);
  await render(null);
  expect(viewRef.current).toBeNull();
});

test("a view that its button has closed is hidden", async () => {
  await render(view());
  await act(async () => FakeView.only.pressClose());
  expect(shown()?.hidden).toBe(true);
  await render(view({ src: "/canvas-2/" }));
  expect(shown()?.hidden).toBe(false);
});

test("the hook renders what the view tells, and its result changes only with that", async () => {
  const seen: UseRfbView[] = [];
  function Figure() {
    const figure = useRfbView({ src: "/canvas-1/", latency: true });
    seen.push(figure);
    return createElement("section", null, figure.status, createElement("div", { ref: figure.ref }));
  }
  await render(createElement(Figure));
  await render(createElement(Figure));
  expect(seen.at(-1)).toBe(seen.at(-2));
  await act(async () => FakeView.only.connect());
  expect(document.querySelector("section")?.textContent).toBe("connected");
  expect(new Set(seen.map(({ ref }) => ref)).size).toBe(1);
});

test("a place that comes later gets its view with the options of then", async () => {
  function Figure({ src, place }: { src: string; place: boolean }) {
    const { ref } = useRfbView({ src });
    return place ? createElement("div", { ref }) : null;
  }
  await render(createElement(Figure, { src: "/canvas-1/", place: false }));
  expect(FakeView.made).toEqual([]);
  await render(createElement(Figure, { src: "/canvas-2/", place: true }));
  expect(FakeView.made.map(({ options }) => options.src)).toEqual(["/canvas-2/"]);
});

test("a server renders an empty place", () => {
  expect(renderToString(view({ className: "figure" }))).toBe('<div class="figure"></div>');
  expect(FakeView.made).toEqual([]);
});
