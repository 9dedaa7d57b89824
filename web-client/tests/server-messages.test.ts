import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProtocolError } from "../src/core/errors";
import { parseServerMessage } from "../src/core/server-messages";

const STREAM = {
  type: "stream",
  stream: 3,
  codec: "avc1.F4001F",
  format: "h264",
  chroma: "444",
  coded_width: 1280,
  coded_height: 720,
  color: { primaries: "bt709", transfer: "iec61966-2-1", matrix: "bt709", full_range: true },
  encoder: "libx264",
  reason: "the viewer decodes H.264 4:4:4",
};
const SESSION = { resumed: true, input: 7 };
const TOKEN = "a-token_of_22_characters";
const WELCOME = {
  type: "welcome",
  protocol: 1,
  viewer: "v1",
  name: "canvas-1",
  server: "0.1.0",
  state: {},
  session: TOKEN,
  ...SESSION,
};
const WELCOMED = {
  type: "welcome",
  protocol: 1,
  viewer: "v1",
  name: "canvas-1",
  server: "0.1.0",
  state: {},
  session: { token: TOKEN, ...SESSION },
};

function parse(message: unknown) {
  return parseServerMessage(JSON.stringify(message));
}

describe("parseServerMessage", () => {
  test.each([
    STREAM,
    { ...STREAM, chroma: null, color: null, format: "png", codec: "image/png" },
    { type: "state", state: { title: "t", cursor: "crosshair", sizing: false, viewers: 2 } },
    { type: "state", state: { control: false } },
    { type: "taken", n: 1 },
    { type: "state", state: { css_width: "640px", css_height: null, stale: true } },
    { type: "message", key: "a", data: { b: [1, null] } },
    { type: "message", key: null, data: null },
    { type: "stats", stats: { fps: 30 } },
    { type: "ping", t: 1.5 },
    { type: "pong", t: 1 },
    { type: "bye", code: 1000, reason: "closed" },
  ])("returns a valid $type as it is", (message) => {
    expect(parse(message)).toEqual(message);
  });

  test("reads the session of a welcome, which servers of an earlier time leave out", () => {
    expect(parse(WELCOME)).toEqual(WELCOMED);
    expect(parse({ ...WELCOME, session: undefined })).toEqual({ ...WELCOMED, session: null });
  });

  test("ignores members it does not know", () => {
    expect(parse({ ...WELCOME, later: 1, state: { later: 2 } })).toEqual(WELCOMED);
  });

  test("takes a goodbye without a code for a normal one", () => {
    expect(parse({ type: "bye", reason: "closed" })).toEqual({ type: "bye", code: 1000, reason: "closed" });
  });

  test.each<[string, object]>([
    ["stream.stream", { ...STREAM, stream: -1 }],
    ["stream.codec", { ...STREAM, codec: undefined }],
    ["stream.format", { ...STREAM, format: "theora" }],
    ["stream.chroma", { ...STREAM, chroma: "422" }],
    ["stream.coded_width", { ...STREAM, coded_width: 0 }],
    ["stream.coded_height", { ...STREAM, coded_height: 720.5 }],
    ["stream.color.matrix", { ...STREAM, color: { ...STREAM.color, matrix: "bt601" } }],
    ["stream.color.full_range", { ...STREAM, color: { ...STREAM.color, full_range: 1 } }],
    ["welcome.viewer", { ...WELCOME, viewer: 1 }],
    ["welcome.state", { ...WELCOME, state: [] }],
    ["welcome.session", { ...WELCOME, session: "too-short" }],
    ["welcome.session", { ...WELCOME, session: "with a space, which base64 has not" }],
    ["welcome.resumed", { ...WELCOME, resumed: null }],
    ["welcome.input", { ...WELCOME, input: -1 }],
    ["welcome.session", { ...WELCOME, session: null }],
    ["taken.n", { type: "taken", n: 0 }],
    ["state.cursor", { type: "state", state: { cursor: "url(x)" } }],
    ["state.control", { type: "state", state: { control: 1 } }],
    ["state.css_width", { type: "state", state: { css_width: 640 } }],
    ["state.stale", { type: "state", state: { stale: null } }],
    ["message.data", { type: "message", key: null }],
    ["message.key", { type: "message", key: 1, data: 1 }],
    ["message.key", { type: "message", key: "", data: 1 }],
    ["state.width", { type: "state", state: { width: 0 } }],
    ["stats.stats.fps", { type: "stats", stats: { fps: "30" } }],
    ["ping.t", { type: "ping", t: "1" }],
    ["bye.code", { type: "bye", code: "1000", reason: "" }],
    ["message.type", { type: "unheard" }],
    ["message.type", {}],
  ])("names %s where it is wrong", (member, message) => {
    expect(() => parse(message)).toThrow(ProtocolError);
    expect(() => parse(message)).toThrow(member);
  });

  test("throws nothing but ProtocolError, whatever comes", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((o) => JSON.stringify({ ...STREAM, ...o })),
        ),
        (text) => {
          try {
            parseServerMessage(text);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        },
      ),
    );
  });
});
