import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Link, type LinkStatus } from "../src/worker/link";

/** A socket whose other end is the test. */
class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];

  readyState = 0;
  bufferedAmount = 0;
  readonly sent: { readonly type: string }[] = [];
  closed: number | null = null;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor(readonly url: string) {
    if (!url.startsWith("ws")) throw new SyntaxError("not a socket's address");
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(code: number): void {
    this.closed = code;
  }

  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }

  end(code: number, reason = ""): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
}

function connect(page = "http://host/a/") {
  const statuses: LinkStatus[] = [];
  const calls: string[] = [];
  const link = new Link(page, "auto", {
    opened: () => calls.push("opened"),
    text: (data) => calls.push(data),
    chunk: () => calls.push("chunk"),
    lost: () => calls.push("lost"),
    status: (detail) => statuses.push(detail),
  });
  link.open();
  return { link, statuses, calls };
}

function newest(): FakeSocket {
  const socket = FakeSocket.all.at(-1);
  if (socket === undefined) throw new Error("no socket was opened");
  return socket;
}

/** Lets promises go on that nothing but the event loop holds up. */
async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  FakeSocket.all = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("Link", () => {
  test("is connected once the server has greeted", () => {
    const { link, statuses, calls } = connect();
    newest().open();
    expect(calls).toEqual(["opened"]);
    link.welcomed();
    expect(statuses.map(({ status }) => status)).toEqual(["connecting", "connected"]);
  });

  test("tries again with growing delays, and quickly after a connection that held", () => {
    const { link, statuses } = connect();
    const delays: (number | null)[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      newest().end(1006);
      delays.push(statuses.at(-1)?.retryInMs ?? null);
      vi.runOnlyPendingTimers();
    }
    expect(delays).toEqual([125, 250, 500]);
    newest().open();
    link.welcomed();
    newest().onmessage?.({ data: "hello" });
    vi.advanceTimersByTime(6_000);
    newest().end(1006);
    expect(statuses.at(-1)).toMatchObject({ status: "reconnecting", retryInMs: 125 });
  });

  test("a display that is missing soon after a loss is looked for again soon, and later slowly", () => {
    const { link, statuses } = connect();
    newest().open();
    link.welcomed();
    newest().end(1006);
    vi.advanceTimersByTime(statuses.at(-1)?.retryInMs ?? 0);
    newest().end(4404);
    expect(statuses.at(-1)?.retryInMs).toBeLessThan(1_000);
    vi.advanceTimersByTime(30_000);
    newest().end(4404);
    expect(statuses.at(-1)?.retryInMs).toBeGreaterThanOrEqual(5_000);
  });

  test("a retry asked for does not wait, and opens no second socket", () => {
    const { link } = connect();
    link.open();
    expect(FakeSocket.all).toHaveLength(1);
    newest().end(1006);
    link.open();
    vi.advanceTimersByTime(1_000);
    expect(FakeSocket.all).toHaveLength(2);
  });

  test.each([
    [4401, "token"],
    [4403, "report"],
    [4426, "reload"],
  ])("a refusal with %d is not retried, and asks for: %s", (code, after) => {
    const { statuses } = connect();
    newest().end(code, "no");
    expect(statuses.at(-1)).toMatchObject({ status: "refused", code, reason: "no", after, retryInMs: null });
    vi.advanceTimersByTime(120_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  test("pings a silent server, and gives it up after 10 s without waiting for the close handshake", () => {
    const { link, calls, statuses } = connect();
    const socket = newest();
    socket.open();
    link.welcomed();
    vi.advanceTimersByTime(3_500);
    expect(socket.sent).toMatchObject([{ type: "ping" }]);
    vi.advanceTimersByTime(7_000);
    expect(calls.at(-1)).toBe("lost");
    expect(statuses.some(({ code }) => code === 4408)).toBe(true);
    expect(socket.closed).not.toBeNull();
  });

  test("a server that does not even accept is given up as well", () => {
    const { statuses } = connect();
    vi.advanceTimersByTime(10_500);
    expect(statuses.some(({ code }) => code === 4408)).toBe(true);
  });

  test("what a socket says after it was given up is not heard", () => {
    const { link, calls } = connect();
    const old = newest();
    old.open();
    link.fail(4400, "chunk: magic 0, expected 251");
    expect(old.onmessage).toBeNull();
    expect(calls.filter((call) => call === "lost")).toHaveLength(1);
    expect(old.closed).toBe(4400);
  });

  test("an address that is none is reported, not retried", () => {
    const { statuses } = connect("ftp://host/");
    expect(statuses.at(-1)).toMatchObject({ status: "refused", after: "report" });
  });

  test("says goodbye and stays closed", () => {
    const { link, statuses } = connect();
    newest().open();
    link.close("bye");
    expect(newest().sent).toMatchObject([{ type: "bye", reason: "bye" }]);
    link.open();
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all).toHaveLength(1);
    expect(statuses.at(-1)?.status).toBe("closed");
  });

  test("is congested while more than a few messages wait in the socket", () => {
    const { link } = connect();
    newest().bufferedAmount = 100;
    expect(link.congested).toBe(false);
    newest().bufferedAmount = 100_000;
    expect(link.congested).toBe(true);
  });

  test("waking up tries again at once, but not where the server has refused", () => {
    const { link } = connect();
    newest().end(1006);
    link.wake(true);
    expect(FakeSocket.all).toHaveLength(2);
    newest().end(4403);
    link.wake(true);
    expect(FakeSocket.all).toHaveLength(2);
  });

  test("waking up asks an open connection for a sign of life, and gives it up soon where none comes", () => {
    const { link, calls } = connect();
    const old = newest();
    old.open();
    link.welcomed();
    link.wake(true);
    expect(old.sent.at(-1)).toMatchObject({ type: "ping" });
    vi.advanceTimersByTime(3_500);
    expect(calls).toContain("lost");
    // At once: the clock has not moved on.
    vi.advanceTimersByTime(0);
    expect(FakeSocket.all).toHaveLength(2);
  });

  test("an answer after waking up keeps the connection", () => {
    const { link, calls } = connect();
    newest().open();
    link.welcomed();
    link.wake(true);
    newest().onmessage?.({ data: "pong" });
    vi.advanceTimersByTime(4_000);
    expect(calls).not.toContain("lost");
  });

  test("a tab that is shown doubts only a connection that has been silent", () => {
    const { link } = connect();
    const socket = newest();
    socket.open();
    link.welcomed();
    link.wake(false);
    expect(socket.sent).toEqual([]);
    vi.advanceTimersByTime(5_000);
    const before = socket.sent.length;
    link.wake(false);
    expect(socket.sent).toHaveLength(before + 1);
    vi.advanceTimersByTime(3_500);
    expect(FakeSocket.all).toHaveLength(2);
  });

  test("says nothing before the greetings", () => {
    const { link } = connect();
    newest().open();
    link.wake(true);
    vi.advanceTimersByTime(7_000);
    expect(newest().sent).toEqual([]);
  });

  test("notices that the machine has slept", () => {
    const { statuses } = connect();
    newest().end(1006);
    for (let attempt = 0; attempt < 8; attempt++) {
      vi.advanceTimersByTime(statuses.at(-1)?.retryInMs ?? 0);
      newest().end(1006);
    }
    const tried = FakeSocket.all.length;
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(500);
    expect(FakeSocket.all).toHaveLength(tried + 1);
  });

  test("goes over HTTP where that answers and two WebSockets do not open, and back once one does", async () => {
    const requests: string[] = [];
    vi.stubGlobal("fetch", async (url: string) => {
      requests.push(url);
      return url.endsWith("/health") ? new Response("") : new Response(new ReadableStream());
    });
    const { link, statuses, calls } = connect();
    newest().end(1006);
    await settle();
    expect(requests).toEqual(["http://host/health"]);
    await vi.advanceTimersByTimeAsync(statuses.at(-1)?.retryInMs ?? 0);
    newest().end(1006);
    await settle();
    expect(requests.at(-1)).toMatch(/^http:\/\/host\/a\/down\?id=[\w-]{22}$/);
    expect(calls.at(-1)).toBe("opened");
    link.welcomed();
    expect(statuses.at(-1)).toMatchObject({ status: "connected", transport: "http", fallback: true });
    link.wake(true);
    await vi.advanceTimersByTimeAsync(500);
    expect(FakeSocket.all).toHaveLength(3);
    newest().open();
    await settle();
    expect(FakeSocket.all).toHaveLength(4);
    expect(calls.at(-1)).toBe("lost");
    expect(statuses.at(-1)).toMatchObject({
      status: "reconnecting",
      transport: "websocket",
      fallback: false,
    });
  });

  test("stays with WebSockets while nothing answers at all", async () => {
    const { statuses } = connect();
    for (let attempt = 0; attempt < 6; attempt++) {
      newest().end(1006);
      await vi.advanceTimersByTimeAsync(statuses.at(-1)?.retryInMs ?? 0);
      expect(statuses.at(-1)?.transport).toBe("websocket");
    }
  });
});
