/** Which decoders remain when one keeps failing: of its codec, RGB, then 4:4:4, then 4:2:0; in the end images. */

import type { VideoFormat } from "./chunk";
import type { Capabilities, ImageFormat, NoVideoReason, VideoCapability } from "./client-messages";

/** Errors within `ERROR_SPAN_MS` after which a decoder is given up: one or two happen when a GPU process restarts. */
const ERROR_LIMIT = 3;
const ERROR_SPAN_MS = 10_000;

/** Still formats every browser with canvas shows, smallest first. */
export const IMAGE_FORMATS: readonly ImageFormat[] = ["webp", "jpeg", "png"];

/** Holds the current capabilities and counts decoder errors. Times are ms of any monotonic clock. */
export class CapabilityLadder {
  #video: readonly VideoCapability[];
  #noVideo: NoVideoReason | null;
  #errors: number[] = [];

  constructor(video: readonly VideoCapability[], noVideo: NoVideoReason) {
    this.#video = video;
    this.#noVideo = video.length === 0 ? noVideo : null;
  }

  get capabilities(): Capabilities {
    return { video: this.#video, images: IMAGE_FORMATS, no_video: this.#noVideo };
  }

  /** Counts an error of a codec's decoder; true where it was one too many and the codec's best has been given up. */
  failed(now: number, codec: VideoFormat): boolean {
    this.#errors = [...this.#errors.filter((at) => now - at < ERROR_SPAN_MS), now];
    const best = this.#video.find((capability) => capability.codec === codec);
    if (this.#errors.length < ERROR_LIMIT || best === undefined) return false;
    this.#errors = [];
    this.#video = this.#video.filter((capability) => capability !== best);
    if (this.#video.length === 0) this.#noVideo = "decoder-failed";
    return true;
  }
}
