/** Latest picture wins: the first of a display frame is drawn at once, of those after it only the newest. */

import type { Picture } from "../bridge";
import type { ChunkHeader } from "../core/chunk";
import { serialAfter, serialMax } from "../core/serial";
import type { Surface } from "./surface";

/** Longest wait for the display's next frame, ms: a hidden tab has none. */
const FRAME_TIMEOUT_MS = 100;

interface Waiting {
  readonly picture: Picture;
  readonly header: ChunkHeader;
}

export class Presenter {
  #waiting: Waiting | null = null;
  #inFrame = false;
  #newest: number | null = null;
  /** Version of the picture that is shown, or about to be. */
  #frame: number | null = null;
  /** The same, where it is lossless. */
  #exact: number | null = null;

  /** @param skipped is called for each picture that is not drawn. */
  constructor(
    private readonly surface: Surface,
    private readonly skipped: () => void,
  ) {}

  /** Whether the picture would only take the place of its own exact pixels. */
  isRedundant(header: ChunkHeader): boolean {
    return header.frame === this.#exact && !header.lossless;
  }

  /** Shows the picture, now or with the display's next frame, unless a newer one has come. Takes it over. */
  offer(picture: Picture, header: ChunkHeader): void {
    // The exact pixels of the picture that is shown take longer to decode than a keyframe of it that was sent after them.
    const exact = header.lossless && header.frame === this.#frame;
    if (this.#newest !== null && !serialAfter(header.sequence, this.#newest) && !exact) {
      this.#skip(picture);
      return;
    }
    this.#newest = this.#newest === null ? header.sequence : serialMax(header.sequence, this.#newest);
    this.#frame = header.frame;
    this.#exact = header.lossless ? header.frame : null;
    if (!this.#inFrame) {
      this.#draw({ picture, header });
      return;
    }
    if (this.#waiting !== null) this.#skip(this.#waiting.picture);
    this.#waiting = { picture, header };
  }

  /** A new connection counts from anew; the picture shown stays. */
  reset(): void {
    this.#waiting?.picture.close();
    this.#waiting = null;
    this.#newest = null;
    this.#frame = null;
    this.#exact = null;
  }

  #draw({ picture, header }: Waiting): void {
    this.#inFrame = true;
    this.surface.draw(picture, header);
    onNextFrame(() => {
      this.#inFrame = false;
      const waiting = this.#waiting;
      this.#waiting = null;
      if (waiting !== null) this.#draw(waiting);
    });
  }

  #skip(picture: Picture): void {
    picture.close();
    this.skipped();
  }
}

/** Calls back once: with the display's next frame, or after a while where none comes. */
function onNextFrame(callback: () => void): void {
  let done = false;
  function once(): void {
    if (done) return;
    done = true;
    clearTimeout(timer);
    callback();
  }
  const timer = setTimeout(once, FRAME_TIMEOUT_MS);
  if (typeof requestAnimationFrame === "function") requestAnimationFrame(once);
}
