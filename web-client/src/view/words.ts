/** Statistics and states in words for people. */

import type { StatusDetail } from "../bridge";
import type { Chroma, NoVideoReason } from "../core/client-messages";
import type { TransportName } from "../core/fallback";
import type { StreamDescription } from "../core/server-messages";

/** H.264 profiles by `profile_idc` (ITU-T H.264, annex A). */
const PROFILES: ReadonlyMap<number, string> = new Map([
  [66, "Baseline"],
  [77, "Main"],
  [100, "High"],
  [244, "High 4:4:4"],
]);

const IMAGES: ReadonlyMap<string, string> = new Map([
  ["image/jpeg", "JPEG"],
  ["image/png", "PNG"],
  ["image/webp", "WebP"],
]);

/** "H.264 High 4:4:4, level 3.1" of "avc1.F4001F"; the codec string itself where it is something else. */
export function codecInWords(codec: string): string {
  const match = /^avc1\.([0-9a-f]{2})[0-9a-f]{2}([0-9a-f]{2})$/i.exec(codec);
  if (match === null) return IMAGES.get(codec) ?? codec;
  const [profile = 0, level = 0] = match.slice(1).map((digits) => Number.parseInt(digits, 16));
  return `H.264 ${PROFILES.get(profile) ?? `profile ${profile}`}, level ${level / 10}`;
}

const CHROMAS: Readonly<Record<Chroma, string>> = {
  rgb: "RGB, the canvas' own values",
  444: "4:4:4, full colour",
  420: "4:2:0, halved colour",
};

export function chromaInWords({ chroma }: StreamDescription): string {
  return chroma === null ? "–" : CHROMAS[chroma];
}

const NO_VIDEO: Readonly<Record<NoVideoReason, string>> = {
  "insecure-context":
    "this page is on plain http, where browsers have no video decoder; https or localhost has one",
  unsupported: "this browser has no H.264 decoder that passed the test",
  "decoder-failed": "the video decoder failed repeatedly",
  disabled: "video is turned off on this page",
};

export function noVideoInWords(reason: NoVideoReason): string {
  return NO_VIDEO[reason];
}

const TRANSPORTS: Readonly<Record<TransportName, string>> = {
  websocket: "WebSocket",
  http: "HTTP",
  polling: "HTTP, one response after the other",
  channel: "messages of the notebook",
};

export function transportName(name: TransportName | null): string {
  return name === null ? "–" : TRANSPORTS[name];
}

/** What a person is told of the way that a connection takes; nothing of the usual one, and nothing of one that was asked for. */
export function transportInWords({ fallback }: StatusDetail): string {
  return fallback ? "over HTTP: WebSockets are blocked on this network" : "";
}

/** "1.4 Mbit/s" */
export function bitrateInWords(bitsPerSecond: number): string {
  if (bitsPerSecond >= 1e6) return `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`;
  return `${(bitsPerSecond / 1e3).toFixed(0)} kbit/s`;
}

/** "3.2 ms", or a dash where nothing was measured. */
export function millisecondsInWords(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

/** "12 s", "3 min", "2 h": as precise as it is of use. */
export function ageInWords(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}
