/** What the viewer says to the server (`docs/protocol.md`, "Messages from the viewer"). */

import type { ApplicationMessage } from "./application";
import type { VideoFormat } from "./chunk";
import type { InputEvent } from "./events";

/** The version of the wire protocol that this client speaks. */
export const PROTOCOL_VERSION = 1;

/** The largest width and height of a view that the server takes, in logical and in device pixels. */
export const VIEW_SIZE_MAX = 16384;

export type Chroma = "rgb" | "444" | "420";
export type ImageFormat = "webp" | "jpeg" | "png";

/** Why a viewer has no video decoder to offer. */
export type NoVideoReason = "insecure-context" | "unsupported" | "decoder-failed" | "disabled";

/** A decoder that the viewer has proven. */
export interface VideoCapability {
  readonly codec: VideoFormat;
  readonly chroma: Chroma;
}

/** What the viewer can decode and show, best first. */
export interface Capabilities {
  readonly video: readonly VideoCapability[];
  readonly images: readonly ImageFormat[];
  /** Null exactly when `video` is not empty. */
  readonly no_video: NoVideoReason | null;
}

/** The room the viewer has for the picture. */
export interface ViewSize {
  /** Size of the element, logical pixels, 1 to 16384. */
  readonly width: number;
  readonly height: number;
  /** Size of the element, device pixels, 1 to 16384. */
  readonly physical_width: number;
  readonly physical_height: number;
  readonly pixel_ratio: number;
  readonly visible: boolean;
}

export interface HelloMessage extends Capabilities {
  readonly type: "hello";
  readonly protocol: typeof PROTOCOL_VERSION;
  readonly token: string | null;
  /** The session of an earlier connection, which is to go on; null for a new one. */
  readonly session: string | null;
  readonly view: ViewSize;
  readonly client: string;
}

export type ClientMessage =
  | HelloMessage
  | ({ readonly type: "capabilities" } & Capabilities)
  | { readonly type: "view"; readonly view: ViewSize }
  | {
      readonly type: "ack";
      readonly sequence: number;
      readonly decode_queue: number;
      /** How long the chunk was here before it was on the screen, ms. */
      readonly held_ms: number;
    }
  | { readonly type: "keyframe"; readonly reason: string }
  | { readonly type: "event"; readonly event: InputEvent; readonly n?: number }
  | ({ readonly type: "message"; readonly n?: number } & ApplicationMessage)
  | { readonly type: "stats"; readonly enabled: boolean }
  | { readonly type: "ping"; readonly t: number }
  | { readonly type: "pong"; readonly t: number }
  | { readonly type: "bye"; readonly reason: string };
