/** The statistics panel. */

import type { CanvasState, StreamDescription } from "../core/server-messages";
import { element } from "./dom";
import type { RfbStats } from "./stats";
import {
  bitrateInWords,
  chromaInWords,
  codecInWords,
  millisecondsInWords,
  noVideoInWords,
  transportName,
} from "./words";

type Row = readonly [label: string, value: string];

export class Hud {
  readonly root = element("section", { class: "hud", "aria-label": "Statistics", hidden: "" });
  readonly #list = element("dl");

  constructor() {
    this.root.append(this.#list);
  }

  get open(): boolean {
    return !this.root.hidden;
  }

  set open(open: boolean) {
    this.root.hidden = !open;
  }

  show(stats: RfbStats, stream: StreamDescription | null, state: CanvasState): void {
    if (!this.open) return;
    const rows = [...pictureRows(stats, stream, state), ...flowRows(stats)];
    this.#list.replaceChildren(
      ...rows.flatMap(([label, value]) => [element("dt", {}, label), element("dd", {}, value)]),
    );
  }
}

function pictureRows(stats: RfbStats, stream: StreamDescription | null, state: CanvasState): Row[] {
  const shown = stats.scale === 1 ? "1:1" : `shown at ${Math.round(stats.scale * 100)} %`;
  const rows: Row[] = [["Picture", stats.width === 0 ? "–" : `${stats.width} × ${stats.height}, ${shown}`]];
  if (stream !== null) {
    rows.push([
      "Codec",
      stats.lossless ? `${codecInWords(stream.codec)}, lossless` : codecInWords(stream.codec),
    ]);
    if (stream.chroma !== null) rows.push(["Chroma", chromaInWords(stream)]);
    rows.push(["Encoder", stream.encoder], ["Why", stream.reason]);
    if (stream.encoder_reason !== undefined) rows.push(["Why this encoder", stream.encoder_reason]);
  }
  if (stats.noVideo !== null) rows.push(["No video", noVideoInWords(stats.noVideo)]);
  if (state.viewers !== undefined) {
    rows.push(["Viewers", `${state.viewers}${state.sizing === true ? ", this one sets the size" : ""}`]);
    if (state.control === false) rows.push(["Control", "view only"]);
  }
  return rows;
}

/** How long a picture took, and how many frames went into the encoder before it came out. */
function encodingInWords(milliseconds: number, held: number): string {
  const time = millisecondsInWords(milliseconds);
  return held > 0 ? `${time}, ${held} ${held === 1 ? "frame" : "frames"} held` : time;
}

function flowRows(stats: RfbStats): Row[] {
  const { server } = stats;
  const rows: Row[] = [
    ["Frames", `${stats.fps.toFixed(0)} per second`],
    ["Connection", transportName(stats.transport)],
    ["Round trip", millisecondsInWords(stats.roundTripMs)],
    ["Decode and show", millisecondsInWords(stats.presentMs)],
    ["Bit rate", bitrateInWords(stats.bitrate)],
    ["Skipped", `${stats.skipped} of ${stats.presented + stats.skipped}`],
  ];
  if (server.encode_ms !== undefined)
    rows.push(["Encode", encodingInWords(server.encode_ms, server.held ?? 0)]);
  if (server.window !== undefined)
    rows.push(["Window", `${server.in_flight ?? 0} of ${server.window} in flight`]);
  if (stats.errors > 0) rows.push(["Decoder errors", String(stats.errors)]);
  return rows;
}
