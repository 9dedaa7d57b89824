import { describe, expect, test } from "vitest";
import { tokenOf } from "../src/pages/token";
import { fileName, pageAddress } from "../src/view/address";
import { noticeOf } from "../src/view/banner";
import { bitrateInWords, codecInWords, millisecondsInWords, transportInWords } from "../src/view/words";

test("importing the library needs no browser", async () => {
  const library = await import("../src/main");
  expect(Object.keys(library).sort()).toEqual(["RfbView", "RfbViewElement"]);
});

test.each([
  ["./", "http://h:1/canvas-1/#token=t", "http://h:1/canvas-1/"],
  ["../heat", "https://h/proxy/8000/canvas-1/", "https://h/proxy/8000/heat/"],
  ["https://other/x/?a=1", "http://h/", "https://other/x/"],
])("the page at %s on %s is %s", (src, base, expected) => {
  expect(pageAddress(src, base)).toBe(expected);
});

test.each([
  [{ hash: "#token=a%2Bb", search: "" }, "a+b"],
  [{ hash: "", search: "?token=q" }, "q"],
  [{ hash: "#token=h", search: "?token=q" }, "h"],
  [{ hash: "#other", search: "" }, null],
])("the token of %j is %s", (address, token) => {
  expect(tokenOf(address)).toBe(token);
});

test("a screenshot is named after the canvas, without what file systems refuse", () => {
  const name = fileName('a/b: "c" Größe', new Date("2026-02-03T04:05:06Z"), "png");
  expect(name).toBe("a b c Größe 2026-02-03 04-05-06.png");
  expect(fileName("", new Date(0), "png")).toMatch(/^canvas 1970/);
});

describe("words", () => {
  test("codecs", () => {
    expect(codecInWords("avc1.F4001F")).toBe("H.264 High 4:4:4, level 3.1");
    expect(codecInWords("avc1.640028")).toBe("H.264 High, level 4");
    expect(codecInWords("image/webp")).toBe("WebP");
  });

  test("numbers", () => {
    expect(bitrateInWords(1_440_000)).toBe("1.4 Mbit/s");
    expect(bitrateInWords(999)).toBe("1 kbit/s");
    expect(millisecondsInWords(3.14)).toBe("3.1 ms");
    expect(millisecondsInWords(31.4)).toBe("31 ms");
    expect(millisecondsInWords(null)).toBe("–");
  });
});

describe("noticeOf", () => {
  const base = {
    code: null,
    reason: "",
    after: null,
    retryInMs: null,
    takesInput: true,
    resumed: null,
    transport: "websocket",
    fallback: false,
  } as const;

  test("is silent while pictures come", () => {
    expect(noticeOf({ ...base, status: "connected" }, "current")).toBeNull();
    expect(noticeOf({ ...base, status: "connected" }, "none")?.title).toMatch(/first picture/);
    expect(noticeOf({ ...base, status: "connected" }, "old")?.title).toMatch(/first picture/);
  });

  test("says why the server has no new pictures, while it is connected", () => {
    const problem = "The GPU device was lost.";
    expect(noticeOf({ ...base, status: "connected" }, "current", problem)?.text).toBe(problem);
    expect(noticeOf({ ...base, status: "reconnecting", code: 1006 }, "old", problem)?.text).not.toBe(problem);
  });

  test("says that the link is too slow, and offers to try again", () => {
    const notice = noticeOf({ ...base, status: "reconnecting", code: 4420, after: "slow" }, "old");
    expect(notice?.title).toBe("The connection is too slow");
    expect(notice?.text).toMatch(/not shown in time/);
    expect(notice?.action).toBe("retry");
  });

  test("and a connection that goes the usual way, or that the page asked for, has no sign", () => {
    expect(transportInWords({ ...base, status: "connected", transport: "http" })).toBe("");
    const fallback = { ...base, status: "connected", transport: "http", fallback: true } as const;
    expect(transportInWords(fallback)).toMatch(/^over HTTP: WebSockets are blocked/);
  });

  test.each([
    ["reconnecting", 1006, "reconnect", "retry"],
    ["reconnecting", 1000, "slow", "retry"],
    ["refused", 4401, "token", "token"],
    ["refused", 4426, "reload", "reload"],
    ["refused", 4403, "report", "retry"],
  ] as const)("%s with %d offers what helps", (status, code, after, action) => {
    expect(noticeOf({ ...base, status, code, after }, "current")?.action).toBe(action);
  });
});
