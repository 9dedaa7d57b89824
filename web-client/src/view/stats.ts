/** The numbers of a view, from the worker and the server. */

import type { ClientStats } from "../bridge";
import type { ChunkFormat } from "../core/chunk";
import type { Chroma, NoVideoReason } from "../core/client-messages";
import type { TransportName } from "../core/fallback";

export interface RfbStats extends ClientStats {
  /** What carries the connection; null where there is none. */
  readonly transport: TransportName | null;
  /** WebCodecs codec string or media type; null before the first stream. */
  readonly codec: string | null;
  readonly format: ChunkFormat | null;
  readonly chroma: Chroma | null;
  readonly encoder: string | null;
  /** Why the server chose this format, in words. */
  readonly reason: string | null;
  /** Why there is no video, or null where there is. */
  readonly noVideo: NoVideoReason | null;
  /** Size of the picture, physical pixels; 0 before the first. */
  readonly width: number;
  readonly height: number;
  /** Whether the picture is bit-exact with the framebuffer. */
  readonly lossless: boolean;
  /** Device pixels per picture pixel as shown; 1 where nothing is resampled. */
  readonly scale: number;
  /** The server's numbers, while they are asked for: `fps`, `encode_ms`, `window` and others. */
  readonly server: Readonly<Record<string, number>>;
}

export const NO_STATS: RfbStats = {
  fps: 0,
  bitrate: 0,
  presentMs: null,
  roundTripMs: null,
  presented: 0,
  skipped: 0,
  errors: 0,
  transport: null,
  codec: null,
  format: null,
  chroma: null,
  encoder: null,
  reason: null,
  noVideo: null,
  width: 0,
  height: 0,
  lossless: false,
  scale: 1,
  server: {},
};
