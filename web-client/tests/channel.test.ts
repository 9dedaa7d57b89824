/** A connection over the channel of a host: the transport, whose port is the test, and the relay to a widget's model. */

import { afterEach, describe, expect, test, vi } from "vitest";
import type { CustomListener, Model } from "../src/anywidget/model";
import { Relay } from "../src/anywidget/relay";
import { ChannelTransport } from "../src/worker/channel-transport";
import type { TransportEnd } from "../src/worker/transport";

interface Sent {
  readonly connection: string;
  readonly type: string;
  readonly [member: string]: unknown;
}

function connect() {
  const sent: Sent[] = [];
  const port = {
    onmessage: null,
    postMessage: (content: Sent) => sent.push(content),
  } as unknown as MessagePort;
  const heard: unknown[] = [];
  const ends: TransportEnd[] = [];
  const transport = new ChannelTransport(port, {
    opened: () => heard.push("opened"),
    text: (data) => heard.push(data),
    chunk: (data) => heard.push([...new Uint8Array(data)]),
    closed: (end) => ends.push(end),
  });
  const connection = sent[0]?.connection ?? "";
  const bring = (content: object, data: ArrayBuffer | null = null) =>
    port.onmessage?.({ data: { content: { connection, ...content }, data } } as MessageEvent);
  return { transport, sent, heard, ends, bring, connection };
}

describe("transport", () => {
  test("asks for a connection of its own, and sends nothing before it has it", () => {
    const { transport, sent, heard, bring, connection } = connect();
    expect(connection).toMatch(/^[\w-]{22}$/);
    transport.send("too soon");
    expect(sent).toEqual([{ connection, type: "open" }]);
    bring({ type: "opened" });
    transport.send("hello");
    expect(heard).toEqual(["opened"]);
    expect(sent.at(-1)).toEqual({ connection, type: "text", text: "hello", got: 0 });
  });

  test("hands on texts and chunks in order, and nothing of other connections", () => {
    const { heard, bring } = connect();
    bring({ type: "opened" });
    bring({ type: "text", text: "a", got: 0 });
    bring({ type: "chunk", got: 0 }, Uint8Array.of(1, 2).buffer);
    bring({ type: "text", text: "b", got: 0, connection: "another" });
    expect(heard).toEqual(["opened", "a", [1, 2]]);
  });

  test("says what it has got, with what it sends or by itself after eight messages", () => {
    const { transport, sent, bring } = connect();
    bring({ type: "opened" });
    for (let n = 0; n < 3; n++) bring({ type: "text", text: "x", got: 0 });
    transport.send("y");
    expect(sent.at(-1)).toMatchObject({ type: "text", got: 3 });
    for (let n = 0; n < 8; n++) bring({ type: "text", text: "x", got: 0 });
    expect(sent.at(-1)).toMatchObject({ type: "got", got: 11 });
  });

  test("is congested while sixteen messages have not arrived", () => {
    const { transport, bring } = connect();
    bring({ type: "opened" });
    for (let n = 0; n < 15; n++) transport.send("x");
    expect(transport.congested).toBe(false);
    transport.send("x");
    expect(transport.congested).toBe(true);
    bring({ type: "got", got: 8 });
    expect(transport.congested).toBe(false);
  });

  test("ends when the other side says so, and hears nothing after it", () => {
    const { transport, sent, ends, heard, bring } = connect();
    bring({ type: "close", code: 4400, reason: "bad" });
    bring({ type: "text", text: "late", got: 0 });
    transport.close(1000, "again");
    expect(ends).toEqual([{ type: "close", code: 4400, reason: "bad" }]);
    expect([heard, sent.length]).toEqual([[], 1]);
  });

  test("says goodbye once, and is not told of its own end", () => {
    const { transport, sent, ends, connection } = connect();
    transport.close(1000, "done");
    transport.close(1000, "done");
    expect(sent.slice(1)).toEqual([{ connection, type: "close", code: 1000, reason: "done" }]);
    expect(ends).toEqual([]);
  });

  test.each([{ type: "nonesuch" }, { type: "text", text: 3, got: 0 }, { type: "got", got: -1 }, {}])(
    "ends with 4400 at %j",
    (content) => {
      const { sent, ends, bring } = connect();
      bring(content);
      expect(ends.map((end) => end.code)).toEqual([4400]);
      expect(sent.at(-1)).toMatchObject({ type: "close", code: 4400 });
    },
  );
});

describe("relay", () => {
  const relays: Relay[] = [];
  afterEach(() => {
    for (const relay of relays.splice(0)) {
      relay.close();
      relay.port.close();
    }
  });

  function make(send: (content: unknown) => void) {
    const listeners = new Set<CustomListener>();
    const model: Model = {
      get: () => null,
      set: () => undefined,
      send,
      on: (_, listener) => void listeners.add(listener),
      off: (_, listener) => void listeners.delete(listener),
    };
    const relay = new Relay(model);
    relays.push(relay);
    return { relay, listeners };
  }

  test("copies the bytes of its view's messages out of the notebook's, and leaves those of other views", async () => {
    const sent: unknown[] = [];
    const { relay, listeners } = make((content) => sent.push(content));
    const arrived: unknown[] = [];
    relay.port.onmessage = ({ data }) => {
      arrived.push({ ...data, data: data.data && [...new Uint8Array(data.data)] });
    };
    relay.port.postMessage({ connection: "mine", type: "open" });
    await vi.waitUntil(() => sent.length > 0);
    expect(sent).toEqual([{ connection: "mine", type: "open" }]);
    const whole = Uint8Array.of(9, 1, 2, 9).buffer;
    for (const listener of listeners) {
      listener({ connection: "other", type: "chunk" }, [new DataView(whole)]);
      listener({ connection: "mine", type: "chunk" }, [new DataView(whole, 1, 2)]);
      listener({ connection: "mine", type: "text" });
    }
    await vi.waitUntil(() => arrived.length > 1);
    expect(arrived).toEqual([
      { content: { connection: "mine", type: "chunk" }, data: [1, 2] },
      { content: { connection: "mine", type: "text" }, data: null },
    ]);
    expect(whole.byteLength).toBe(4);
  });

  test("stays when the kernel is gone", async () => {
    const tried = vi.fn(() => {
      throw new Error("no comm");
    });
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const { relay } = make(tried);
    relay.port.postMessage({ connection: "mine", type: "open" });
    relay.port.postMessage({ connection: "mine", type: "got", got: 0 });
    await vi.waitUntil(() => tried.mock.calls.length > 1);
    expect(warned).toHaveBeenCalledTimes(2);
    warned.mockRestore();
  });
});
