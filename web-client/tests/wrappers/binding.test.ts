// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import { ViewBinding } from "../../src/wrappers/binding";
import { FakeView, settled } from "./fake-view";

vi.mock("../../src/view/rfb-view", async () => ({ RfbView: (await import("./fake-view")).FakeView }));

const SRC = "/canvas-1/";
let place: HTMLElement;

beforeEach(() => {
  FakeView.made = [];
  place = document.createElement("div");
});

async function bound(options = {}): Promise<ViewBinding> {
  const binding = new ViewBinding();
  binding.update({ src: SRC, ...options });
  binding.attach(place);
  await settled();
  return binding;
}

test("an element that is attached gets a view in a shadow root, with the options", async () => {
  const binding = await bound({ token: "secret", titlebar: true, statistics: true });
  expect(FakeView.only.root).toBe(place.shadowRoot);
  expect(FakeView.only.options).toMatchObject({ src: SRC, token: "secret", titlebar: true });
  expect(FakeView.only.statistics).toBe(true);
  expect(binding.snapshot().view).toBe(FakeView.only);
});

test("without an element there is no view, and a detached one loses it", async () => {
  const binding = new ViewBinding();
  binding.update({ src: SRC });
  await settled();
  expect(FakeView.made).toEqual([]);
  binding.attach(place);
  await settled();
  binding.attach(null);
  await settled();
  expect(FakeView.open).toEqual([]);
  expect(binding.snapshot()).toMatchObject({ view: null, status: "connecting" });
});

test("without options there is no view", async () => {
  const binding = new ViewBinding();
  binding.attach(place);
  await settled();
  expect(FakeView.made).toEqual([]);
});

test("an element that is detached and attached again at once keeps its view", async () => {
  const binding = await bound();
  binding.attach(null);
  binding.attach(place);
  await settled();
  expect(FakeView.made).toHaveLength(1);
  expect(FakeView.open).toHaveLength(1);
});

test("another element gets another view, and the first is closed", async () => {
  const binding = await bound();
  const other = document.createElement("div");
  binding.attach(other);
  await settled();
  expect(FakeView.only.root).toBe(other.shadowRoot);
});

test("an element that had a view takes another one", async () => {
  const binding = await bound();
  binding.attach(null);
  await settled();
  binding.attach(place);
  await settled();
  expect(FakeView.made).toHaveLength(2);
  expect(FakeView.only.root).toBe(place.shadowRoot);
});

test.each([
  ["fit", "cover", "contain"],
  ["background", "red", ""],
  ["toolbar", false, true],
  ["titlebar", true, false],
  ["resizable", true, false],
  ["minimized", true, false],
  ["latency", true, false],
  ["statistics", true, false],
])("a view takes another %s and keeps its connection", async (name, value, initial) => {
  const binding = await bound();
  const view = FakeView.only as unknown as Record<string, unknown>;
  binding.update({ src: SRC, [name]: value });
  await settled();
  expect(view[name]).toBe(value);
  binding.update({ src: SRC, [name]: undefined });
  await settled();
  expect(view[name]).toBe(initial);
  expect(FakeView.made).toHaveLength(1);
});

test("what the person has changed stays where its option has not changed", async () => {
  const binding = await bound({ minimized: false });
  FakeView.only.minimized = true;
  binding.update({ src: SRC, minimized: false, titlebar: true });
  await settled();
  expect(FakeView.only).toMatchObject({ minimized: true, titlebar: true });
});

test.each([
  ["src", "/canvas-2/"],
  ["token", "another"],
  ["transport", "http"],
  ["video", false],
])("another %s needs another connection, one for several changes", async (name, value) => {
  const binding = await bound();
  binding.update({ src: SRC, [name]: value });
  binding.update({ src: SRC, [name]: value, titlebar: true });
  await settled();
  expect(FakeView.made).toHaveLength(2);
  expect(FakeView.only.options).toMatchObject({ [name]: value, titlebar: true });
});

test("the snapshot is the same until the view tells something, and then has it", async () => {
  const binding = await bound();
  const listener = vi.fn();
  const unsubscribe = binding.subscribe(listener);
  const before = binding.snapshot();
  FakeView.only.tell("frame", { sequence: 1 });
  expect(binding.snapshot()).toBe(before);
  FakeView.only.connect();
  expect(binding.snapshot().status).toBe("connected");
  FakeView.only.measure(20, 4);
  expect(binding.snapshot().latencyMs).toBe(24);
  expect(listener).toHaveBeenCalledTimes(2);
  unsubscribe();
  FakeView.only.measure(30, 4);
  expect(listener).toHaveBeenCalledTimes(2);
});

test("handlers are the last ones that were given, and get the detail and the event", async () => {
  const [first, second] = [vi.fn(), vi.fn()];
  const binding = await bound({ onMessage: first });
  binding.update({ src: SRC, onMessage: second });
  FakeView.only.tell("message", { key: null, data: 1 });
  expect(first).not.toHaveBeenCalled();
  expect(second).toHaveBeenCalledExactlyOnceWith({ key: null, data: 1 }, expect.any(CustomEvent));
});

test("a binding that takes its view away tells its handlers nothing of that", async () => {
  const onStatus = vi.fn();
  const binding = await bound({ onStatus });
  binding.attach(null);
  await settled();
  expect(onStatus).not.toHaveBeenCalled();
});

test("the close button dismisses the view until it is to connect to something else", async () => {
  const binding = await bound();
  FakeView.only.pressClose();
  expect(binding.snapshot()).toMatchObject({ dismissed: true, status: "closed" });
  binding.update({ src: SRC, titlebar: true });
  await settled();
  expect(FakeView.open).toEqual([]);
  binding.update({ src: "/canvas-2/" });
  await settled();
  expect(FakeView.open).toHaveLength(1);
  expect(binding.snapshot()).toMatchObject({ dismissed: false, status: "connecting" });
});

test("a handler can keep a view whose close button was pressed", async () => {
  const binding = await bound({ onClose: (_: null, event: Event) => event.preventDefault() });
  FakeView.only.pressClose();
  expect(binding.snapshot().dismissed).toBe(false);
  expect(FakeView.open).toHaveLength(1);
});
