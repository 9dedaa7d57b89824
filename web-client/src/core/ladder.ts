/** Which decoders remain when one keeps failing: RGB, then 4:4:4, then 4:2:0, then images. */

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

  /** Counts a decoder error; true where it was one too many and the best decoder has been given up. */
  failed(now: number): boolean {
    this.#errors = [...this.#errors.filter((at) => now - at < ERROR_SPAN_MS), now];
    if (this.#errors.length < ERROR_LIMIT || this.#video.length === 0) return false;
    this.#errors = [];
    this.#video = this.#video.slice(1);
    if (this.#video.length === 0) this.#noVideo = "decoder-failed";
    return true;
  }
}
