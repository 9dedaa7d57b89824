// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import { createRfbView, rfbView } from "../../src/wrappers/svelte";
import { FakeView, settled } from "./fake-view";

vi.mock("../../src/view/rfb-view", async () => ({ RfbView: (await import("./fake-view")).FakeView }));

beforeEach(() => {
  FakeView.made = [];
});

test("the action shows a view, follows the options and closes it in the end", async () => {
  const action = rfbView(document.createElement("div"), { src: "/canvas-1/" });
  await settled();
  action.update?.({ src: "/canvas-1/", fit: "cover" });
  await settled();
  expect(FakeView.only.fit).toBe("cover");
  action.destroy?.();
  await settled();
  expect(FakeView.open).toEqual([]);
});

test("the store has the present snapshot at once, and each later one", async () => {
  const figure = createRfbView();
  const statuses: string[] = [];
  const unsubscribe = figure.subscribe(({ status }) => statuses.push(status));
  const action = figure.action(document.createElement("div"), { src: "/canvas-1/" });
  await settled();
  FakeView.only.connect();
  expect(statuses).toEqual(["connecting", "connecting", "connected"]);
  unsubscribe();
  action.destroy?.();
  await settled();
  expect(FakeView.open).toEqual([]);
  expect(statuses).toHaveLength(3);
});
