/** A connection over HTTP, whose server is the test. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { HttpTransport } from "../src/worker/http-transport";
import type { TransportEnd } from "../src/worker/transport";

interface Request {
  readonly url: string;
  readonly init: RequestInit;
  readonly answer: (response: Response) => void;
  readonly fail: (error: Error) => void;
}

let requests: Request[] = [];

beforeEach(() => {
  requests = [];
  vi.useFakeTimers();
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    return new Promise<Response>((resolve, reject) => {
      init.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      requests.push({ url, init, answer: resolve, fail: reject });
    });
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function settle(ms = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

function connect(name: "http" | "polling" = "http") {
  const heard: unknown[] = [];
  const ends: TransportEnd[] = [];
  const transport = new HttpTransport("http://host/a/", name, {
    opened: () => heard.push("opened"),
    text: (data) => heard.push(data),
    chunk: (data) => heard.push([...new Uint8Array(data)]),
    closed: (end) => ends.push(end),
  });
  return { transport, heard, ends };
}

/** A response that goes on, and how to bring bytes down. */
function stream() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(made) {
      controller = made;
    },
  });
  return {
    response: new Response(body),
    bring: (...bytes: number[]) => controller?.enqueue(Uint8Array.from(bytes)),
    end: () => controller?.close(),
  };
}

function nth(index: number): Request {
  const request = requests.at(index);
  if (request === undefined) throw new Error(`there is no request ${index}`);
  return request;
}

const NO_CONTENT = () => new Response(null, { status: 204 });

describe("HttpTransport", () => {
  test("opens with the head of the response, and brings messages down", async () => {
    const { heard, ends } = connect();
    const { response, bring, end } = stream();
    expect(nth(0).url).toMatch(/^http:\/\/host\/a\/down\?id=[\w-]{22}$/);
    nth(0).answer(response);
    await settle();
    bring(0, 0, 0, 0, 2, 123, 125, 1, 0, 0, 0, 1);
    bring(7);
    await settle();
    expect(heard).toEqual(["opened", "{}", [7]]);
    end();
    await settle();
    expect(ends).toMatchObject([{ code: 1006 }]);
  });

  test("opens all the same where a proxy holds the head back", async () => {
    const { heard } = connect();
    await settle(1_000);
    expect(heard).toEqual(["opened"]);
  });

  test("ends with the code and the reason that the server gives", async () => {
    const { ends } = connect();
    const { response, bring } = stream();
    const end = new TextEncoder().encode('{"code": 4404, "reason": "no display"}');
    nth(0).answer(response);
    bring(2, 0, 0, 0, end.length, ...end);
    await settle();
    expect(ends).toEqual([{ code: 4404, reason: "no display" }]);
  });

  test("ends where what comes is no message, and where the server refuses", async () => {
    const broken = connect();
    const { response, bring } = stream();
    nth(0).answer(response);
    bring(9, 0, 0, 0, 0);
    await settle();
    expect(broken.ends).toMatchObject([{ code: 4400 }]);
    const refused = connect();
    nth(-1).answer(new Response("", { status: 502 }));
    await settle();
    expect(refused.ends).toEqual([{ code: 1006, reason: "HTTP status 502" }]);
  });

  test("takes messages up in one request at a time, each sent again as it was until it is answered", async () => {
    const { transport } = connect();
    nth(0).answer(stream().response);
    await settle();
    transport.send("a");
    transport.send("b");
    transport.send("c");
    expect(requests).toHaveLength(2);
    expect(nth(1).init).toMatchObject({ method: "POST", body: "a" });
    expect(transport.congested).toBe(true);
    nth(1).answer(NO_CONTENT());
    await settle();
    expect(nth(2).url).toMatch(/up\?id=[\w-]{22}&first=1$/);
    expect(nth(2).init.body).toBe("b\nc");
    nth(2).fail(new TypeError("no network"));
    await settle(1_000);
    expect(nth(3)).toMatchObject({ url: nth(2).url, init: { body: "b\nc" } });
    nth(3).answer(NO_CONTENT());
    await settle();
    expect(requests).toHaveLength(4);
    expect(transport.congested).toBe(false);
  });

  test("waits for the request that opens the connection, and ends where it is gone later", async () => {
    const { transport, ends } = connect();
    nth(0).answer(stream().response);
    await settle();
    transport.send("a");
    nth(1).answer(new Response("", { status: 404 }));
    await settle(1_000);
    nth(2).answer(NO_CONTENT());
    await settle();
    expect(ends).toEqual([]);
    transport.send("b");
    nth(3).answer(new Response("", { status: 404 }));
    await settle();
    expect(ends).toEqual([{ code: 1006, reason: "HTTP status 404" }]);
  });

  test("tells that a response is held back where the server answers and nothing comes", async () => {
    const { transport, ends } = connect();
    await settle(1_000);
    transport.send("hello");
    nth(1).answer(NO_CONTENT());
    await settle(5_000);
    expect(ends).toMatchObject([{ code: 1006, heldBack: true }]);
  });

  test("asks again and again where it polls", async () => {
    const { heard } = connect("polling");
    for (let round = 0; round < 3; round++) {
      expect(nth(round).url).toMatch(/&poll=1$/);
      const { response, bring, end } = stream();
      bring(1, 0, 0, 0, 1, round);
      end();
      nth(round).answer(response);
      await settle();
    }
    expect(heard).toEqual(["opened", [0], [1], [2]]);
  });

  test("says what is left when it is closed, in a request that outlives the page", async () => {
    const { transport, ends } = connect();
    nth(0).answer(stream().response);
    await settle();
    transport.send("a");
    transport.send("bye");
    transport.close(1000);
    expect(nth(2).init).toMatchObject({ body: "a\nbye", keepalive: true });
    expect(nth(0).init.signal?.aborted).toBe(false);
    nth(2).answer(NO_CONTENT());
    await settle();
    expect(nth(0).init.signal?.aborted).toBe(true);
    expect(ends).toEqual([]);
  });

  test("lets go of everything at once where the link is dead", async () => {
    const { transport, ends } = connect();
    await settle(1_000);
    transport.send("a");
    transport.close(4408);
    await settle(10_000);
    expect(requests).toHaveLength(2);
    expect(requests.every(({ init }) => init.signal?.aborted)).toBe(true);
    expect(ends).toEqual([]);
  });
});
