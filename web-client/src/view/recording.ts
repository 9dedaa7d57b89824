/** Starts and ends recordings of a view, and says in its corner that one is being made. */

import { element } from "./dom";
import type { PictureBox } from "./picture";
import { Recorder, recordingType, suffixOf } from "./recorder";

export class Recording {
  readonly root = element("div", { class: "recording", role: "timer", hidden: "" });
  readonly #type = recordingType();
  #recorder: Recorder | null = null;
  #clock: ReturnType<typeof setInterval> | undefined;

  /** `changed` is called when a recording starts or ends. */
  constructor(
    private readonly picture: PictureBox,
    private readonly changed: (on: boolean) => void,
  ) {}

  /** Whether the browser can record. */
  get supported(): boolean {
    return this.#type !== null;
  }

  /** Whether it does so now. */
  get on(): boolean {
    return this.#recorder !== null;
  }

  /** Ends in the names of files. */
  get suffix(): string {
    return suffixOf(this.#type ?? "");
  }

  /** @throws DOMException where it cannot, `NotSupportedError`, or cannot now, `InvalidStateError`. */
  start(): void {
    const { canvas, frame } = this.picture;
    if (this.#type === null) throw new DOMException("this browser cannot record", "NotSupportedError");
    if (this.on) throw new DOMException("a recording is being made already", "InvalidStateError");
    if (frame === null) throw new DOMException("there is no picture", "InvalidStateError");
    this.#recorder = new Recorder(canvas, () => this.picture.frame ?? frame, this.#type);
    const started = performance.now();
    const tick = () => {
      this.root.textContent = clockTime(performance.now() - started);
    };
    tick();
    this.#clock = setInterval(tick, 1_000);
    this.root.hidden = false;
    this.changed(true);
  }

  /** @throws DOMException `InvalidStateError` where none is being made. */
  async stop(): Promise<Blob> {
    const recorder = this.#recorder;
    if (recorder === null) throw new DOMException("no recording is being made", "InvalidStateError");
    this.#recorder = null;
    clearInterval(this.#clock);
    this.root.hidden = true;
    this.changed(false);
    return recorder.stop();
  }

  /** Another picture is on the canvas. */
  presented(): void {
    this.#recorder?.presented();
  }
}

/** A duration in ms as minutes and seconds, such as 1:05. */
export function clockTime(duration: number): string {
  const seconds = Math.floor(duration / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
