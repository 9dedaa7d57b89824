/** A live view of a canvas in an element of the page. */

import type { FromWorker, PresentedFrame, StatusDetail } from "../bridge";
import { checkMessage } from "../core/application";
import type { ViewSize } from "../core/client-messages";
import type { InputEvent } from "../core/events";
import type { CanvasState, StreamDescription } from "../core/server-messages";
import { FITS, type Fit } from "../core/viewport";
import { download, fileName, socketAddress } from "./address";
import { Badge } from "./badge";
import { Banner } from "./banner";
import { seconds } from "./clock";
import { element } from "./dom";
import { Help } from "./help";
import { Hud } from "./hud";
import { InputBinding } from "./input";
import type { RfbViewEvents, RfbViewOptions } from "./options";
import { PictureBox } from "./picture";
import { Recording } from "./recording";
import { Room } from "./room";
import { NO_STATS, type RfbStats } from "./stats";
import { STYLE } from "./style";
import { Toolbar, type ToolbarActions } from "./toolbar";
import { WorkerClient } from "./worker-client";

declare const CLIENT_VERSION: string;

/** How long the worker may take to close the connection before it is ended, ms. */
const GOODBYE_MS = 500;

/**
 * Connects to a display, shows its pictures in `container` and sends the person's input back.
 *
 * The view covers the container, in a shadow root of its own unless it is given one. It reconnects by itself until
 * `close()` is called, after which it holds no resources.
 */
export class RfbView extends EventTarget {
  readonly #host: HTMLElement;
  /** Whether the host was made here, in a container that had none. */
  readonly #ownsHost: boolean;
  readonly #root = element("div", { class: "view", part: "view" });
  readonly #picture = new PictureBox();
  readonly #worker: WorkerClient | null;
  readonly #room: Room;
  readonly #input: InputBinding;
  readonly #toolbar: Toolbar;
  readonly #hud = new Hud();
  readonly #help = new Help();
  readonly #badge = new Badge();
  readonly #banner: Banner;
  readonly #recording = new Recording(this.#picture, (on) => {
    this.#toolbar.recording = on;
  });
  readonly #stop = new AbortController();
  readonly #messages = new Map<string, unknown>();
  readonly #screenshots: ((blob: Blob | null) => void)[] = [];
  #fit: Fit;
  #detail: StatusDetail = { status: "connecting", code: null, reason: "", after: null, retryInMs: null };
  #state: CanvasState = {};
  #stream: StreamDescription | null = null;
  #stats: RfbStats = NO_STATS;

  constructor(container: HTMLElement | ShadowRoot, options: RfbViewOptions) {
    super();
    this.#fit = options.fit ?? "contain";
    const root = container instanceof ShadowRoot ? container : shadowOf(container);
    this.#host = root.host as HTMLElement;
    this.#ownsHost = root !== container;
    this.#input = new InputBinding({
      canvas: this.#picture.canvas,
      logicalSize: () => (this.#takesInput ? this.#picture.logicalSize : null),
      pressed: () => this.#toolbar.collapse(),
      send: (event) => this.#send(event),
    });
    this.#toolbar = new Toolbar(this.#actions());
    this.#banner = new Banner({
      retry: () => this.reconnect(),
      token: (token) => this.#worker?.post({ type: "token", token }),
      reload: () => location.reload(),
    });
    this.#assemble(root, options);
    this.#room = new Room(this.#input.stage, (view) => this.#roomChanged(view));
    this.#listen();
    this.#banner.show(this.#detail, false);
    this.#worker = this.#startWorker(options);
  }

  /** The connection's status. */
  get status(): StatusDetail["status"] {
    return this.#detail.status;
  }

  /** The status with its reason and the time until the next try. */
  get statusDetail(): StatusDetail {
    return this.#detail;
  }

  /** The retained state of the canvas: title, cursor, size, viewers. */
  get state(): CanvasState {
    return this.#state;
  }

  /** Whether what is done here counts; false where the server lets this viewer only look. */
  get control(): boolean {
    return this.#state.control !== false;
  }

  /** The last message of each key from the program. */
  get messages(): ReadonlyMap<string, unknown> {
    return this.#messages;
  }

  get stats(): RfbStats {
    return this.#stats;
  }

  /** The picture that is shown, or null before the first. */
  get frame(): PresentedFrame | null {
    return this.#picture.frame;
  }

  get fit(): Fit {
    return this.#fit;
  }

  /** @throws TypeError for anything but contain, cover and fill. */
  set fit(fit: Fit) {
    if (!FITS.includes(fit)) throw new TypeError(`fit: ${String(fit)}, expected one of ${FITS.join(", ")}`);
    this.#fit = fit;
    this.#layout();
  }

  /** CSS background around the picture; empty for the theme's. */
  get background(): string {
    return this.#root.style.background;
  }

  set background(background: string) {
    this.#root.style.background = background;
  }

  /** Whether the toolbar is available. */
  get toolbar(): boolean {
    return !this.#toolbar.root.hidden;
  }

  set toolbar(available: boolean) {
    this.#toolbar.root.hidden = !available;
  }

  /** Whether the statistics panel is open; the server sends its numbers only then. */
  get statistics(): boolean {
    return this.#hud.open;
  }

  set statistics(open: boolean) {
    this.#hud.open = open;
    this.#toolbar.statisticsOpen = open;
    this.#worker?.post({ type: "stats", enabled: open });
    this.#showStats();
  }

  /**
   * Sends a JSON value to the program, under a key where it is the present value of something.
   *
   * @returns whether it was sent: not without a connection, nor where this viewer has no control.
   * @throws TypeError where it is no JSON value, RangeError where it has more than 32 KiB or the key more than 64 characters.
   */
  send(data: unknown, key: string | null = null): boolean {
    const message = checkMessage(data, key);
    if (!this.#takesInput) return false;
    this.#worker?.post({ type: "message", ...message });
    return true;
  }

  /** Tries to connect now, where no connection is open. */
  reconnect(): void {
    this.#worker?.post({ type: "retry" });
  }

  /** Gives the keyboard to the canvas. */
  focus(): void {
    this.#input.focus();
  }

  /** Shows the view on the whole screen, or leaves that mode where it is on. */
  async requestFullscreen(): Promise<void> {
    if (document.fullscreenElement !== null) await document.exitFullscreen();
    else await this.#host.requestFullscreen();
  }

  /**
   * The current picture as PNG, at its physical size.
   *
   * @throws DOMException `InvalidStateError` where there is no picture.
   */
  async screenshot(): Promise<Blob> {
    const blob = await (this.#picture.ownsPixels ? this.#picture.screenshot() : this.#workerScreenshot());
    if (blob === null) throw new DOMException("there is no picture", "InvalidStateError");
    return blob;
  }

  /** Whether a recording is being made. */
  get recording(): boolean {
    return this.#recording.on;
  }

  /**
   * Records what the view shows from now on, at the physical size of the present picture, in the browser.
   *
   * @throws DOMException `NotSupportedError` where the browser cannot, `InvalidStateError` where there is no picture or a
   * recording is being made.
   */
  startRecording(): void {
    this.#recording.start();
  }

  /**
   * Ends the recording: an MP4 or a WebM file, as its `type` says.
   *
   * @throws DOMException `InvalidStateError` where none is being made.
   */
  stopRecording(): Promise<Blob> {
    return this.#recording.stop();
  }

  /** Closes the canvas on the server, for everybody. */
  closeCanvas(): void {
    this.#send({ type: "close", timestamp: seconds() });
  }

  /** Ends the connection and removes the view. */
  close(): void {
    if (this.#stop.signal.aborted) return;
    if (this.recording) void this.#recording.stop();
    this.#input.release();
    this.#stop.abort();
    this.#room.close();
    this.#input.close();
    this.#banner.close();
    (this.#ownsHost ? this.#host : this.#root).remove();
    for (const resolve of this.#screenshots.splice(0)) resolve(null);
    const worker = this.#worker;
    worker?.post({ type: "close" });
    setTimeout(() => worker?.terminate(), GOODBYE_MS);
    this.#detail = { ...this.#detail, status: "closed", retryInMs: null };
    this.#emit("status", this.#detail);
  }

  #assemble(root: ShadowRoot, options: RfbViewOptions): void {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.#root.append(
      this.#input.stage,
      this.#hud.root,
      this.#help.root,
      this.#badge.root,
      this.#recording.root,
      this.#banner.root,
      this.#toolbar.root,
    );
    root.append(this.#root);
    this.#root.dataset.fit = this.#fit;
    this.background = options.background ?? "";
    this.toolbar = options.toolbar ?? true;
    this.#toolbar.canRecord = this.#recording.supported;
  }

  #listen(): void {
    const { signal } = this.#stop;
    this.#root.addEventListener("pointermove", (event) => this.#pointerNear(event), { signal });
    this.#root.addEventListener("pointerleave", () => this.#toolbar.pointerNear(-1, -1), { signal });
    window.addEventListener("online", () => this.#wake(), { signal });
    document.addEventListener("visibilitychange", () => this.#wake(), { signal });
  }

  #startWorker(options: RfbViewOptions): WorkerClient | null {
    const failed = (reason: string) => {
      this.#status({ ...this.#detail, status: "refused", after: "report", reason });
    };
    try {
      const url = socketAddress(options.src, document.baseURI);
      const worker = new WorkerClient((message) => this.#receive(message), failed);
      const canvas = this.#picture.transfer();
      const start = {
        type: "start",
        url,
        token: options.token ?? null,
        video: options.video ?? true,
        client: `rendercanvas-rfb-web/${CLIENT_VERSION}`,
        view: this.#room.current,
      } as const;
      if (canvas === undefined) worker.post(start);
      else worker.post({ ...start, canvas }, [canvas]);
      return worker;
    } catch (error) {
      // A malformed address, or a content security policy without `worker-src blob:`.
      failed(String(error));
      return null;
    }
  }

  #receive(message: FromWorker): void {
    if (this.#stop.signal.aborted) return;
    switch (message.type) {
      case "status":
        this.#status(message.detail);
        return;
      case "welcome":
        this.#state = {};
        this.#messages.clear();
        return;
      case "state":
        this.#stateChanged(message.state);
        return;
      case "stream": {
        const { codec, format, chroma, encoder, reason } = message.stream;
        this.#stream = message.stream;
        this.#updateStats({ codec, format, chroma, encoder, reason });
        return;
      }
      case "capabilities":
        this.#updateStats({ noVideo: message.capabilities.no_video });
        return;
      case "message": {
        const { key, data } = message;
        if (key !== null) {
          if (data === null) this.#messages.delete(key);
          else this.#messages.set(key, data);
        }
        this.#emit("message", { key, data });
        return;
      }
      case "draw":
        this.#picture.draw(message.picture, message.header, message.colorSpace);
        this.#worker?.post({ type: "drawn", sequence: message.header.sequence });
        return;
      case "frame":
        this.#presented(message.frame);
        return;
      case "client-stats":
        this.#updateStats(message.stats);
        this.#showStats();
        this.#emit("stats", this.#stats);
        return;
      case "server-stats":
        this.#updateStats({ server: message.stats });
        return;
      case "screenshot":
        this.#screenshots.shift()?.(message.blob);
        return;
    }
  }

  #status(detail: StatusDetail): void {
    if (detail.status !== "connected" && this.#detail.status === "connected") this.#input.reset();
    this.#badge.show(detail.status === "connected" && !this.control);
    this.#detail = detail;
    const hasPicture = this.frame !== null;
    this.#root.toggleAttribute("data-stale", detail.status !== "connected" && hasPicture);
    this.#banner.show(detail, hasPicture);
    this.#emit("status", detail);
  }

  #stateChanged(changes: CanvasState): void {
    const controlled = this.control;
    this.#state = { ...this.#state, ...changes };
    if (controlled && !this.control) this.#input.reset();
    this.#badge.show(this.status === "connected" && !this.control);
    const { canvas } = this.#picture;
    if (changes.cursor !== undefined) canvas.style.cursor = changes.cursor;
    if (changes.title !== undefined) canvas.setAttribute("aria-label", changes.title);
    this.#emit("state", this.#state);
  }

  #presented(frame: PresentedFrame): void {
    const first = this.frame === null;
    const resized = this.#picture.presented(frame);
    this.#recording.presented();
    if (first) {
      this.#root.toggleAttribute("data-picture", true);
      this.#banner.show(this.#detail, true);
    }
    if (resized) this.#layout();
    this.#updateStats({ width: frame.width, height: frame.height, lossless: frame.lossless });
    this.#emit("frame", frame);
  }

  #roomChanged(view: ViewSize): void {
    this.#worker?.post({ type: "view", view });
    if (!view.visible) this.#input.release();
    this.#layout();
  }

  #layout(): void {
    this.#root.dataset.fit = this.#fit;
    this.#updateStats({ scale: this.#picture.layout(this.#room.current, this.#fit) });
  }

  /** The network is back or the tab is shown: no reason to wait any longer. A refusal stays one. */
  #wake(): void {
    if (document.visibilityState === "visible" && this.status === "reconnecting") this.reconnect();
  }

  #pointerNear(event: PointerEvent): void {
    if (event.pointerType === "touch" || this.#input.holding) return;
    const box = this.#root.getBoundingClientRect();
    this.#toolbar.pointerNear(box.right - event.clientX, event.clientY - box.top);
  }

  #actions(): ToolbarActions {
    return {
      screenshot: () => void this.#saveScreenshot(),
      record: () => void this.#toggleRecording(),
      fullscreen: () => void this.requestFullscreen(),
      statistics: () => {
        this.statistics = !this.statistics;
      },
      help: () => {
        this.#help.open = !this.#help.open;
        this.#toolbar.helpOpen = this.#help.open;
      },
      keyboard: () => this.#input.showOnScreenKeyboard(),
    };
  }

  async #saveScreenshot(): Promise<void> {
    if (this.frame === null) return;
    this.#save(await this.screenshot(), "png");
  }

  async #toggleRecording(): Promise<void> {
    if (this.recording) this.#save(await this.stopRecording(), this.#recording.suffix);
    else if (this.frame !== null) this.startRecording();
  }

  #save(blob: Blob, suffix: string): void {
    download(blob, fileName(this.#state.title ?? "", new Date(), suffix));
  }

  /** The worker answers in the order it was asked. */
  #workerScreenshot(): Promise<Blob | null> {
    const worker = this.#worker;
    if (worker === null || this.#stop.signal.aborted) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#screenshots.push(resolve);
      worker.post({ type: "screenshot" });
    });
  }

  /** Whether the server takes what is done here. */
  get #takesInput(): boolean {
    return this.status === "connected" && this.control;
  }

  #send(event: InputEvent): void {
    if (this.#takesInput) this.#worker?.post({ type: "event", event });
  }

  #updateStats(changes: Partial<RfbStats>): void {
    this.#stats = { ...this.#stats, ...changes };
  }

  #showStats(): void {
    this.#hud.show(this.#stats, this.#stream, this.#state);
  }

  #emit<K extends keyof RfbViewEvents>(type: K, detail: RfbViewEvents[K]): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** A shadow root in an element that fills the container. */
function shadowOf(container: HTMLElement): ShadowRoot {
  const host = element("div");
  host.style.cssText = "width: 100%; height: 100%";
  container.append(host);
  return host.attachShadow({ mode: "open" });
}
