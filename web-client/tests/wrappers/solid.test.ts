// @vitest-environment happy-dom
import { createComponent, createMemo, createSignal, type JSX } from "solid-js";
import { render } from "solid-js/web";
import { beforeEach, expect, test, vi } from "vitest";
import type { RfbViewOptions } from "../../src/view/options";
import { createRfbView, RfbView } from "../../src/wrappers/solid";
import { FakeView, settled } from "./fake-view";

vi.mock("../../src/view/rfb-view", async () => ({ RfbView: (await import("./fake-view")).FakeView }));

beforeEach(() => {
  FakeView.made = [];
  document.body.innerHTML = "";
});

test("the component shows a view, follows its props and closes it in the end", async () => {
  const [fitting, setFitting] = createSignal<NonNullable<RfbViewOptions["fit"]>>("contain");
  const props = {
    src: "/canvas-1/",
    class: "figure",
    get fit() {
      return fitting();
    },
  };
  const dispose = render(() => createComponent(RfbView, props), document.body);
  await settled();
  expect(document.body.innerHTML).toBe('<div class="figure"></div>');
  setFitting("cover");
  await settled();
  expect(FakeView.only.fit).toBe("cover");
  expect(FakeView.made).toHaveLength(1);
  FakeView.only.pressClose();
  expect(document.querySelector("div")?.hidden).toBe(true);
  dispose();
  await settled();
  expect(FakeView.open).toEqual([]);
});

test("viewRef has the view while there is one", async () => {
  const viewRef = vi.fn();
  const dispose = render(() => createComponent(RfbView, { src: "/canvas-1/", viewRef }), document.body);
  await settled();
  expect(viewRef).toHaveBeenLastCalledWith(FakeView.only);
  dispose();
});

test("the primitive has a signal of what the view tells", async () => {
  const dispose = render(() => {
    const { ref, snapshot } = createRfbView(() => ({ src: "/canvas-1/" }));
    const place = document.createElement("div");
    ref(place);
    return [place, createMemo(() => snapshot().status)] as unknown as JSX.Element;
  }, document.body);
  await settled();
  FakeView.only.connect();
  expect(document.body.textContent).toBe("connected");
  dispose();
});
