/** A view of a notebook that goes over to a server behind the notebook's proxy, and comes back. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { proxyAddress } from "../src/anywidget/proxy";
import { parseDelivery } from "../src/core/channel";
import { Upgrade } from "../src/core/upgrade";
import { Link } from "../src/worker/link";

const PROXY = "http://host/base/proxy/";
const SERVER = { port: 4321, path: "aName/", token: "secret" };

class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onmessage: unknown = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }

  send(): void {}
  close(): void {}

  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }
}

/** The kernel's end of the channel, which offers a server. */
function connect(proxy: string, server: object | null = SERVER) {
  const opened: string[] = [];
  const port = {
    onmessage: null as ((event: object) => void) | null,
    postMessage(content: { connection: string; type: string }) {
      const { connection } = content;
      const bring = (answer: object) =>
        queueMicrotask(() => port.onmessage?.({ data: { content: { connection, ...answer }, data: null } }));
      if (content.type === "open") bring({ type: "opened", ...(server && { server }) });
      // Pings are answered by anything.
      if (content.type === "text") bring({ type: "text", text: "{}", got: 0 });
    },
  };
  const transports: (string | null)[] = [];
  const link = new Link(
    proxy,
    "auto",
    {
      opened: () => {
        opened.push(link.token ?? "none");
        link.welcomed();
      },
      text: () => undefined,
      chunk: () => undefined,
      lost: () => undefined,
      status: ({ status, transport }) => status === "connected" && transports.push(transport),
    },
    port as unknown as MessagePort,
  );
  link.open();
  return { link, opened, transports };
}

const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("over a proxy", () => {
  const asked = vi.fn<(address: string) => Promise<Partial<Response>>>();

  beforeEach(() => {
    FakeSocket.all = [];
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", FakeSocket);
    vi.stubGlobal("fetch", asked);
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    asked.mockReset().mockResolvedValue({ ok: true, type: "basic" });
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  /** Has the link go over: the first socket asks, the second one is the connection. */
  async function goOver() {
    const view = connect(PROXY);
    await later(600);
    FakeSocket.all[0]?.open();
    await later(0);
    return { ...view, socket: FakeSocket.all[1] };
  }

  test("goes over to the server once it answers, with its credential", async () => {
    const { transports, opened, socket } = await goOver();
    expect(asked).toHaveBeenCalledWith("http://host/base/proxy/4321/health", expect.anything());
    expect(socket?.url).toBe("ws://host/base/proxy/4321/aName/ws");
    socket?.open();
    expect(transports).toEqual(["channel", "websocket"]);
    expect(opened).toEqual(["none", "secret"]);
  });

  test("comes back to the channel when that is cut, and tries again after a while", async () => {
    const { transports, socket } = await goOver();
    socket?.open();
    socket?.onclose?.({ code: 1006, reason: "" });
    await later(2_000);
    expect(transports).toEqual(["channel", "websocket", "channel"]);
    expect(FakeSocket.all).toHaveLength(2);
    await later(10_000);
    expect(FakeSocket.all).toHaveLength(3);
  });

  test("a refusal there leads back to the channel", async () => {
    const { transports, socket } = await goOver();
    socket?.onclose?.({ code: 4401, reason: "credential missing or wrong" });
    await later(1_000);
    expect(transports).toEqual(["channel", "channel"]);
  });

  test.each([
    ["without a proxy", "", SERVER],
    ["without a server", PROXY, null],
  ])("stays with the channel %s", async (_, proxy, server) => {
    const { transports } = connect(proxy, server);
    await later(60_000);
    expect(transports).toEqual(["channel"]);
    expect(asked).not.toHaveBeenCalled();
  });

  test("stays with the channel where nothing answers, and asks ever more rarely", async () => {
    asked.mockResolvedValue({ ok: false, type: "basic" });
    const { transports } = connect(PROXY);
    await later(2 * 60_000);
    expect(transports).toEqual(["channel"]);
    expect(asked.mock.calls.length).toBeLessThan(6);
    expect(FakeSocket.all).toEqual([]);
  });
});

describe("Upgrade", () => {
  test("waits twice as long after each failure, and from the beginning after a connection that held", () => {
    const upgrade = new Upgrade();
    expect(upgrade.due(0)).toBe(true);
    upgrade.failed(0);
    upgrade.failed(0);
    expect([upgrade.due(19_000), upgrade.due(20_000)]).toEqual([false, true]);
    upgrade.begin();
    expect([upgrade.active, upgrade.due(20_000)]).toEqual([true, false]);
    upgrade.failed(100_000, 80_000);
    expect([upgrade.active, upgrade.due(109_000), upgrade.due(110_000)]).toEqual([false, false, true]);
  });
});

describe("what is offered", () => {
  test.each([
    { ...SERVER, path: "../../api/" },
    { ...SERVER, path: "name" },
    { ...SERVER, port: 0 },
    { ...SERVER, token: null },
  ])("is refused: %j", (server) => {
    expect(() => parseDelivery({ type: "opened", server })).toThrow("offered server");
  });
});

describe("address of the proxy", () => {
  const page = (configuration: string) => {
    vi.stubGlobal("document", { getElementById: () => ({ textContent: configuration }) });
    vi.stubGlobal("location", {
      href: "https://hub.example/user/me/lab/tree/a.ipynb",
      origin: "https://hub.example",
    });
    return proxyAddress();
  };

  afterEach(() => vi.unstubAllGlobals());

  test("is below the base address of the Jupyter server", () => {
    expect(page('{"baseUrl": "/user/me/"}')).toBe("https://hub.example/user/me/proxy/");
    expect(page('{"baseUrl": "https://hub.example/user/me"}')).toBe("https://hub.example/user/me/proxy/");
  });

  test("is none where the page is of no Jupyter server, or of another origin", () => {
    expect(page("")).toBe("");
    expect(page("{}")).toBe("");
    expect(page('{"baseUrl": "https://other.example/"}')).toBe("");
  });
});
