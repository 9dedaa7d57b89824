/** What the server says to the viewer (`docs/protocol.md`, "Messages from the server"), with strict validation. */

import type { ApplicationMessage } from "./application";
import { CHUNK_FORMATS, type ChunkFormat } from "./chunk";
import type { Chroma } from "./client-messages";
import { CloseCode } from "./closing";
import { ProtocolError } from "./errors";
import { isObject, type JsonObject, Members } from "./members";

const UINT32_MAX = 0xffffffff;
/** Sizes travel as u16 in the chunk header. */
const SIZE_MAX = 0xffff;
/** What a session is called: at least 128 random bits in base64url. */
const SESSION = /^[A-Za-z0-9_-]{22,64}$/;

const CHROMAS: readonly Chroma[] = ["rgb", "444", "420"];

/** CSS cursor names that a canvas may ask for. */
export const CURSORS = [
  "default",
  "text",
  "crosshair",
  "pointer",
  "ew-resize",
  "ns-resize",
  "nesw-resize",
  "nwse-resize",
  "not-allowed",
  "none",
] as const;
export type Cursor = (typeof CURSORS)[number];

// The enumerations of WebCodecs' VideoColorSpaceInit.
const PRIMARIES = ["bt709", "bt470bg", "smpte170m", "bt2020", "smpte432"] as const;
const TRANSFERS = ["bt709", "smpte170m", "iec61966-2-1", "linear", "pq", "hlg"] as const;
const MATRICES = ["rgb", "bt709", "bt470bg", "smpte170m", "bt2020-ncl"] as const;

export interface ColorDescription {
  readonly primaries: (typeof PRIMARIES)[number];
  readonly transfer: (typeof TRANSFERS)[number];
  readonly matrix: (typeof MATRICES)[number];
  readonly full_range: boolean;
}

/** Retained state of the canvas; the members that a message carries replace those known before. */
export interface CanvasState {
  readonly title?: string;
  readonly cursor?: Cursor;
  /** Logical size of the canvas, pixels. */
  readonly width?: number;
  readonly height?: number;
  readonly pixel_ratio?: number;
  /** CSS lengths that the program would like the view to have, not checked yet; null for none. */
  readonly css_width?: string | null;
  readonly css_height?: string | null;
  /** Whether pictures are overdue that the program has promised. */
  readonly stale?: boolean;
  /** Why there are no new pictures, in words; null where that is not so. */
  readonly problem?: string | null;
  /** Whether this viewer's size is the canvas' size. */
  readonly sizing?: boolean;
  /** Whether this viewer's input, messages and size count; a server that does not say takes them. */
  readonly control?: boolean;
  readonly viewers?: number;
}

/** Describes the chunks that carry this stream number. */
export interface StreamDescription {
  readonly stream: number;
  /** WebCodecs codec string for H.264, media type for images. */
  readonly codec: string;
  readonly format: ChunkFormat;
  readonly chroma: Chroma | null;
  readonly coded_width: number;
  readonly coded_height: number;
  readonly color: ColorDescription | null;
  readonly encoder: string;
  /** Why it is this encoder and no other, in words, where there was a choice. */
  readonly encoder_reason?: string;
  /** Why this format was chosen, in words. */
  readonly reason: string;
}

/** The color spaces that a canvas can have. */
export type CanvasColorSpace = "srgb" | "display-p3";

/** The color space of a stream's pictures. */
export function colorSpaceOf({ color }: StreamDescription): CanvasColorSpace {
  // Display P3 has the primaries of SMPTE EG 432-1 and sRGB's transfer.
  return color?.primaries === "smpte432" ? "display-p3" : "srgb";
}

export interface WelcomeMessage {
  readonly type: "welcome";
  readonly protocol: number;
  readonly viewer: string;
  readonly name: string;
  readonly server: string;
  readonly state: CanvasState;
  /** Null where the server is of a time before there were sessions. */
  readonly session: Session | null;
}

/** What lasts longer than a connection, where that one breaks. */
export interface Session {
  /** Goes on with it, in the next `hello`. */
  readonly token: string;
  /** Whether it is the one that `hello` has asked for. */
  readonly resumed: boolean;
  /** Number of the last input that the server has; 0 for none. */
  readonly input: number;
}

export type ServerMessage =
  | WelcomeMessage
  | { readonly type: "state"; readonly state: CanvasState }
  | ({ readonly type: "stream" } & StreamDescription)
  | ({ readonly type: "message" } & ApplicationMessage)
  | { readonly type: "taken"; readonly n: number }
  | { readonly type: "stats"; readonly stats: Readonly<Record<string, number>> }
  | { readonly type: "ping"; readonly t: number }
  | { readonly type: "pong"; readonly t: number }
  | { readonly type: "bye"; readonly code: number; readonly reason: string };

function parseState(object: JsonObject): CanvasState {
  const state = new Members("state", object);
  return {
    ...(state.has("title") && { title: state.string("title") }),
    ...(state.has("cursor") && { cursor: state.oneOf("cursor", CURSORS) }),
    ...(state.has("width") && { width: state.positive("width") }),
    ...(state.has("height") && { height: state.positive("height") }),
    ...(state.has("pixel_ratio") && { pixel_ratio: state.positive("pixel_ratio") }),
    ...cssLength(state, "css_width"),
    ...cssLength(state, "css_height"),
    ...(state.has("stale") && { stale: state.boolean("stale") }),
    ...(state.has("problem") && { problem: state.nullable("problem", () => state.string("problem")) }),
    ...(state.has("sizing") && { sizing: state.boolean("sizing") }),
    ...(state.has("control") && { control: state.boolean("control") }),
    ...(state.has("viewers") && { viewers: state.integer("viewers", 0, UINT32_MAX) }),
  };
}

function cssLength<N extends "css_width" | "css_height">(state: Members, name: N) {
  return state.has(name) ? { [name]: state.nullable(name, () => state.string(name)) } : {};
}

function parseSession(welcome: Members): Session | null {
  if (!welcome.has("session")) return null;
  const token = welcome.string("session");
  return {
    token: SESSION.test(token) ? token : welcome.fail("session", "22 to 64 characters of base64url"),
    resumed: welcome.boolean("resumed"),
    input: welcome.integer("input", 0, Number.MAX_SAFE_INTEGER),
  };
}

function parseColor(object: JsonObject): ColorDescription {
  const color = new Members("stream.color", object);
  return {
    primaries: color.oneOf("primaries", PRIMARIES),
    transfer: color.oneOf("transfer", TRANSFERS),
    matrix: color.oneOf("matrix", MATRICES),
    full_range: color.boolean("full_range"),
  };
}

function parseStream(stream: Members): StreamDescription {
  return {
    stream: stream.integer("stream", 0, UINT32_MAX),
    codec: stream.string("codec"),
    format: stream.oneOf("format", CHUNK_FORMATS),
    chroma: stream.nullable("chroma", () => stream.oneOf("chroma", CHROMAS)),
    coded_width: stream.integer("coded_width", 1, SIZE_MAX),
    coded_height: stream.integer("coded_height", 1, SIZE_MAX),
    color: stream.nullable("color", () => parseColor(stream.child("color"))),
    encoder: stream.string("encoder"),
    ...(stream.has("encoder_reason") && { encoder_reason: stream.string("encoder_reason") }),
    reason: stream.string("reason"),
  };
}

function parseApplicationMessage(message: Members): ApplicationMessage {
  const key = message.has("key") ? message.nullable("key", () => message.string("key")) : null;
  return { key: key === "" ? message.fail("key", "at least one character") : key, data: message.any("data") };
}

function parseStats(object: JsonObject): Record<string, number> {
  const stats = new Members("stats.stats", object);
  return Object.fromEntries(Object.keys(object).map((name) => [name, stats.number(name)]));
}

/**
 * Reads one text message.
 *
 * @throws ProtocolError where it is not JSON, of an unknown type, or a member is missing or ill-typed.
 */
export function parseServerMessage(text: string): ServerMessage {
  const object = parseObject(text);
  const type = object.type;
  const message = new Members(typeof type === "string" ? type : "message", object);
  switch (type) {
    case "welcome":
      return {
        type,
        protocol: message.integer("protocol", 0, UINT32_MAX),
        viewer: message.string("viewer"),
        name: message.string("name"),
        server: message.string("server"),
        state: parseState(message.child("state")),
        session: parseSession(message),
      };
    case "state":
      return { type, state: parseState(message.child("state")) };
    case "stream":
      return { type, ...parseStream(message) };
    case "message":
      return { type, ...parseApplicationMessage(message) };
    case "taken":
      return { type, n: message.integer("n", 1, Number.MAX_SAFE_INTEGER) };
    case "stats":
      return { type, stats: parseStats(message.child("stats")) };
    case "ping":
    case "pong":
      return { type, t: message.number("t") };
    case "bye":
      return {
        type,
        code: message.has("code") ? message.integer("code", 0, CloseCode.max) : CloseCode.normal,
        reason: message.string("reason"),
      };
    default:
      throw new ProtocolError(`message.type: ${JSON.stringify(type)?.slice(0, 80)}, expected a known type`);
  }
}

function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProtocolError("message: not JSON");
  }
  if (!isObject(value)) throw new ProtocolError("message: expected a JSON object");
  return value;
}
