/** What the page and its worker say to each other. */

import type { ApplicationMessage } from "./core/application";
import type { ChunkHeader } from "./core/chunk";
import type { Capabilities, ViewSize } from "./core/client-messages";
import type { AfterClose } from "./core/closing";
import type { InputEvent } from "./core/events";
import type { TransportChoice, TransportName } from "./core/fallback";
import type { CanvasColorSpace, CanvasState, StreamDescription } from "./core/server-messages";

/** `refused`: trying again would end the same way; `StatusDetail.after` says what would help. */
export type ConnectionStatus = "connecting" | "connected" | "reconnecting" | "refused" | "closed";

export interface StatusDetail {
  readonly status: ConnectionStatus;
  /** Close code of the last connection, or null where there was none yet. */
  readonly code: number | null;
  /** What the server gave as the reason, or what the client found. */
  readonly reason: string;
  /** What the close code asks for. */
  readonly after: AfterClose | null;
  /** Milliseconds until the next try, or null while one is running or none will come. */
  readonly retryInMs: number | null;
  /** Whether what is done at the view is taken: sent now, or kept to be sent when the session goes on. */
  readonly takesInput: boolean;
  /** Whether the last connection went on with the session of the one before; null before the first. */
  readonly resumed: boolean | null;
  /** What carries the connection, or is being tried; null where there is none. */
  readonly transport: TransportName | null;
  /** Whether that is HTTP because no WebSocket gets through. */
  readonly fallback: boolean;
}

/** What the client measured over the last two seconds. */
export interface ClientStats {
  /** Presented pictures per second. */
  readonly fps: number;
  /** Bits per second of chunks received. */
  readonly bitrate: number;
  /** Mean time from a chunk's arrival to its picture on the canvas, ms; null where nothing came. */
  readonly presentMs: number | null;
  /** Time from a ping to its pong, ms; null until one was measured. */
  readonly roundTripMs: number | null;
  /** Chunks presented, and chunks skipped or discarded, since the page was opened. */
  readonly presented: number;
  readonly skipped: number;
  /** Decoder errors since the page was opened. */
  readonly errors: number;
}

/** A picture that has been put on the canvas. */
export interface PresentedFrame {
  readonly sequence: number;
  readonly frame: number;
  /** Physical pixels. */
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
  readonly lossless: boolean;
  /** Of its pixels; the canvas has the color space of its first picture. */
  readonly colorSpace: CanvasColorSpace;
}

/** Where pictures are drawn when the page cannot hand its canvas to the worker. */
export type Picture = VideoFrame | ImageBitmap;

export interface StartCommand {
  readonly type: "start";
  /** Address of the display's page, with a slash at its end; with a channel, of a proxy, or empty. */
  readonly page: string;
  readonly transport: TransportChoice;
  readonly token: string | null;
  readonly video: boolean;
  readonly client: string;
  readonly view: ViewSize;
  /** Leads to the display in place of the network. */
  readonly channel?: MessagePort;
  /** Absent where the page draws. */
  readonly canvas?: OffscreenCanvas;
}

export type ToWorker =
  | StartCommand
  | { readonly type: "view"; readonly view: ViewSize }
  | { readonly type: "event"; readonly event: InputEvent }
  | ({ readonly type: "message" } & ApplicationMessage)
  | { readonly type: "stats"; readonly enabled: boolean }
  /** Whether the round trip is to be measured each second; the statistics do so too. */
  | { readonly type: "latency"; readonly enabled: boolean }
  | { readonly type: "token"; readonly token: string }
  | { readonly type: "retry" }
  /** The tab is shown, or the network is back and may be another one. */
  | { readonly type: "wake"; readonly moved: boolean }
  | { readonly type: "drawn"; readonly sequence: number }
  | { readonly type: "screenshot" }
  | { readonly type: "close" };

export type FromWorker =
  | { readonly type: "status"; readonly detail: StatusDetail }
  | { readonly type: "capabilities"; readonly capabilities: Capabilities }
  | { readonly type: "welcome"; readonly server: string; readonly name: string; readonly viewer: string }
  | { readonly type: "state"; readonly state: CanvasState }
  | { readonly type: "stream"; readonly stream: StreamDescription }
  | ({ readonly type: "message" } & ApplicationMessage)
  | {
      readonly type: "draw";
      readonly picture: Picture;
      readonly header: ChunkHeader;
      readonly colorSpace: CanvasColorSpace;
    }
  | { readonly type: "frame"; readonly frame: PresentedFrame }
  | { readonly type: "client-stats"; readonly stats: ClientStats }
  | { readonly type: "server-stats"; readonly stats: Readonly<Record<string, number>> }
  | { readonly type: "screenshot"; readonly blob: Blob | null };
