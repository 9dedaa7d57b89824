/** A live view of a canvas in an element of the page: what pages may do with it. */

import type { PresentedFrame, StatusDetail } from "../bridge";
import { checkMessage } from "../core/application";
import type { CanvasState } from "../core/server-messages";
import { FITS, type Fit } from "../core/viewport";
import { seconds } from "./clock";
import { element } from "./dom";
import { LiveView } from "./live-view";
import type { RfbViewOptions } from "./options";
import type { RfbStats } from "./stats";

/**
 * Connects to a display, shows its pictures in `container` and sends the person's input back.
 *
 * The view covers the container, in a shadow root of its own unless it is given one. It reconnects by itself until
 * `close()` is called, after which it holds no resources.
 */
export class RfbView extends EventTarget {
  readonly #live: LiveView;

  constructor(container: HTMLElement | ShadowRoot, options: RfbViewOptions) {
    super();
    const fills = !(container instanceof ShadowRoot);
    const shadow = fills ? shadowIn(container) : container;
    this.#live = new LiveView(shadow, fills, options, (type, detail, cancelable = false) =>
      this.dispatchEvent(new CustomEvent(type, { detail, cancelable })),
    );
    this.background = options.background ?? "";
    this.toolbar = options.toolbar ?? true;
    this.titlebar = options.titlebar ?? false;
    this.resizable = options.resizable ?? false;
    this.minimized = options.minimized ?? false;
    this.latency = options.latency ?? false;
  }

  /** The connection's status. */
  get status(): StatusDetail["status"] {
    return this.statusDetail.status;
  }

  /** The status with its reason and the time until the next try. */
  get statusDetail(): StatusDetail {
    return this.#live.model.detail;
  }

  /** The retained state of the canvas: title, cursor, size, viewers. */
  get state(): CanvasState {
    return this.#live.model.state;
  }

  /** Whether what is done here counts; false where the server lets this viewer only look. */
  get control(): boolean {
    return this.#live.model.control;
  }

  /** The last message of each key from the program. */
  get messages(): ReadonlyMap<string, unknown> {
    return this.#live.model.messages;
  }

  get stats(): RfbStats {
    return this.#live.model.stats;
  }

  /** The picture that is shown, or null before the first. */
  get frame(): PresentedFrame | null {
    return this.#live.picture.frame;
  }

  get fit(): Fit {
    return this.#live.fit;
  }

  /** @throws TypeError for anything but contain, cover and fill. */
  set fit(fit: Fit) {
    if (!FITS.includes(fit)) throw new TypeError(`fit: ${String(fit)}, expected one of ${FITS.join(", ")}`);
    this.#live.fit = fit;
  }

  /** CSS background around the picture; empty for the theme's. */
  get background(): string {
    return this.#live.shell.root.style.background;
  }

  set background(background: string) {
    this.#live.shell.root.style.background = background;
  }

  /** Whether the toolbar is available. */
  get toolbar(): boolean {
    return !this.#live.shell.toolbar.root.hidden;
  }

  set toolbar(available: boolean) {
    this.#live.shell.toolbar.root.hidden = !available;
  }

  /** Whether there is a title bar. A minimised view has one in any case. */
  get titlebar(): boolean {
    return this.#live.frame.titled;
  }

  set titlebar(shown: boolean) {
    this.#live.frame.titled = shown;
  }

  /** Whether the person can resize the view; false takes back what they have done. */
  get resizable(): boolean {
    return this.#live.frame.resizable;
  }

  set resizable(resizable: boolean) {
    this.#live.frame.resizable = resizable;
  }

  /** Whether only the title bar is shown. The server sends no pictures meanwhile. */
  get minimized(): boolean {
    return this.#live.frame.minimized;
  }

  set minimized(minimized: boolean) {
    this.#live.frame.minimized = minimized;
  }

  /** Whether the latency is shown in a corner; it is measured only then, and with the statistics. */
  get latency(): boolean {
    return this.#live.shell.latency;
  }

  set latency(shown: boolean) {
    this.#live.latency = shown;
  }

  /** Whether the statistics panel is open; the server sends its numbers only then. */
  get statistics(): boolean {
    return this.#live.statistics;
  }

  set statistics(open: boolean) {
    this.#live.statistics = open;
  }

  /**
   * Sends a JSON value to the program, under a key where it is the present value of something.
   *
   * @returns whether it was taken: not without a connection, unless that is coming back, nor where this viewer has no control.
   * @throws TypeError where it is no JSON value, RangeError where it has more than 32 KiB or the key more than 64 characters.
   */
  send(data: unknown, key: string | null = null): boolean {
    const message = checkMessage(data, key);
    if (!this.#live.model.takesInput) return false;
    this.#live.worker.post({ type: "message", ...message });
    return true;
  }

  /** Tries to connect now, where no connection is open. */
  reconnect(): void {
    this.#live.worker.post({ type: "retry" });
  }

  /** Gives the keyboard to the canvas. */
  focus(): void {
    this.#live.input.focus();
  }

  /** Shows the view on the whole screen, or leaves that mode where it is on. */
  requestFullscreen(): Promise<void> {
    return this.#live.toggleFullscreen();
  }

  /**
   * The current picture as PNG, at its physical size.
   *
   * @throws DOMException `InvalidStateError` where there is no picture.
   */
  async screenshot(): Promise<Blob> {
    const blob = await this.#live.screenshot();
    if (blob === null) throw new DOMException("there is no picture", "InvalidStateError");
    return blob;
  }

  /** Whether a recording is being made. */
  get recording(): boolean {
    return this.#live.recording.on;
  }

  /**
   * Records what the view shows from now on, at the physical size of the present picture, in the browser.
   *
   * @throws DOMException `NotSupportedError` where the browser cannot, `InvalidStateError` where there is no picture or a
   * recording is being made.
   */
  startRecording(): void {
    this.#live.recording.start();
  }

  /**
   * Ends the recording: an MP4 or a WebM file, as its `type` says.
   *
   * @throws DOMException `InvalidStateError` where none is being made.
   */
  stopRecording(): Promise<Blob> {
    return this.#live.recording.stop();
  }

  /** Closes the canvas on the server, for everybody. */
  closeCanvas(): void {
    this.#live.send({ type: "close", timestamp: seconds() });
  }

  /** Ends the connection and removes the view. */
  close(): void {
    this.#live.close();
  }
}

/** A shadow root in an element that fills the container. */
function shadowIn(container: HTMLElement): ShadowRoot {
  const host = element("div");
  container.append(host);
  return host.attachShadow({ mode: "open" });
}
