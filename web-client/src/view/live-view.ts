/** The parts of a view, wired together: what the worker tells goes to the screen, what the person does to the worker. */

import type { FromWorker, PresentedFrame, StatusDetail } from "../bridge";
import type { ViewSize } from "../core/client-messages";
import type { InputEvent } from "../core/events";
import type { CanvasState } from "../core/server-messages";
import type { Fit } from "../core/viewport";
import { download, fileName } from "./address";
import { InputBinding } from "./input";
import { ViewModel } from "./model";
import type { Emit, RfbViewOptions } from "./options";
import { PictureBox } from "./picture";
import { Recording } from "./recording";
import { Room } from "./room";
import { Shell, type ShellActions } from "./shell";
import { WindowFrame } from "./window-frame";
import { WorkerClient } from "./worker-client";

export class LiveView {
  readonly model: ViewModel;
  readonly picture = new PictureBox();
  readonly input = new InputBinding({
    canvas: this.picture.canvas,
    logicalSize: () => (this.model.takesInput ? this.picture.logicalSize : null),
    takes: () => this.model.takesInput,
    pressed: () => this.shell.toolbar.collapse(),
    send: (event) => this.send(event),
  });
  readonly recording = new Recording(this.picture, (on) => {
    this.shell.toolbar.recording = on;
  });
  readonly worker = new WorkerClient({
    receive: (message) => this.#receive(message),
    failed: (reason) =>
      this.#status({ ...this.model.detail, status: "refused", after: "report", reason, takesInput: false }),
  });
  readonly shell: Shell;
  readonly frame: WindowFrame;
  readonly #room: Room;
  readonly #stop = new AbortController();
  #fit: Fit;

  /** @param fills whether the host of the shadow root was made here and fills a container. */
  constructor(
    shadow: ShadowRoot,
    private readonly fills: boolean,
    options: RfbViewOptions,
    private readonly emit: Emit,
  ) {
    this.#fit = options.fit ?? "contain";
    this.model = new ViewModel(emit);
    this.shell = new Shell(this.model, this.#actions());
    this.frame = this.#makeFrame(shadow.host as HTMLElement);
    this.shell.assemble(shadow, this.input.stage, this.recording, this.frame);
    this.shell.root.dataset.fit = this.#fit;
    this.#room = new Room(this.input.stage, (view) => this.#roomChanged(view));
    this.#listen();
    this.worker.start(options, this.#room.current, this.picture.transfer());
  }

  get fit(): Fit {
    return this.#fit;
  }

  set fit(fit: Fit) {
    this.#fit = fit;
    this.#layout();
  }

  get statistics(): boolean {
    return this.shell.statistics;
  }

  set statistics(open: boolean) {
    this.shell.statistics = open;
    this.worker.post({ type: "stats", enabled: open });
  }

  set latency(on: boolean) {
    this.shell.latency = on;
    this.worker.post({ type: "latency", enabled: on });
  }

  send(event: InputEvent): void {
    if (this.model.takesInput) this.worker.post({ type: "event", event });
  }

  /** Shows the view on the whole screen, or leaves that mode where it is on. */
  async toggleFullscreen(): Promise<void> {
    if (document.fullscreenElement !== null) await document.exitFullscreen();
    else await this.frame.host.requestFullscreen();
  }

  /** The current picture as PNG; null where there is none. */
  screenshot(): Promise<Blob | null> {
    return this.picture.ownsPixels ? this.picture.screenshot() : this.worker.screenshot();
  }

  /** Ends the connection and removes what is on the page. */
  close(): void {
    if (this.#stop.signal.aborted) return;
    if (this.recording.on) void this.recording.stop();
    this.input.release();
    this.#stop.abort();
    this.#room.close();
    this.input.close();
    this.shell.close();
    (this.fills ? this.frame.host : this.shell.root).remove();
    this.worker.close();
    this.model.detail = { ...this.model.detail, status: "closed", retryInMs: null, takesInput: false };
    this.emit("status", this.model.detail);
  }

  #listen(): void {
    const { signal } = this.#stop;
    const { root } = this.shell;
    root.addEventListener("pointermove", (event) => this.#pointerAt(event), { signal });
    root.addEventListener("pointerleave", () => this.shell.pointerGone(), { signal });
    window.addEventListener("online", () => this.worker.post({ type: "wake", moved: true }), { signal });
    document.addEventListener("visibilitychange", () => this.#visibilityChanged(), { signal });
    document.addEventListener("fullscreenchange", () => this.frame.fullscreenChanged(), { signal });
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case "status":
        this.#status(message.detail);
        return;
      case "state":
        this.#stateChanged(message.state);
        return;
      case "draw":
        this.picture.draw(message.picture, message.header, message.colorSpace);
        this.worker.post({ type: "drawn", sequence: message.header.sequence });
        return;
      case "frame":
        this.#presented(message.frame);
        return;
      case "client-stats":
        this.model.update(message.stats);
        this.shell.showStats();
        this.emit("stats", this.model.stats);
        return;
      default:
        this.model.receive(message);
    }
  }

  #status(detail: StatusDetail): void {
    this.model.statusChanged(detail, this.input);
    this.shell.showStatus();
    this.emit("status", detail);
  }

  #stateChanged(changes: CanvasState): void {
    const { model } = this;
    model.stateChanged(changes, this.input);
    this.shell.showState();
    this.frame.showState(model.state);
    this.picture.describe(model.state);
    this.emit("state", model.state);
  }

  #presented(frame: PresentedFrame): void {
    const resized = this.picture.presented(frame);
    this.recording.presented();
    this.shell.showPicture(frame);
    if (resized) this.#layout();
    this.model.update({ width: frame.width, height: frame.height, lossless: frame.lossless });
    this.emit("frame", frame);
  }

  #roomChanged(view: ViewSize): void {
    this.worker.post({ type: "view", view });
    if (!view.visible) this.input.release();
    this.#layout();
  }

  #layout(): void {
    this.shell.root.dataset.fit = this.#fit;
    this.model.update({ scale: this.picture.layout(this.#room.current, this.#fit) });
  }

  #visibilityChanged(): void {
    if (document.visibilityState === "visible") this.worker.post({ type: "wake", moved: false });
  }

  #pointerAt({ pointerType, clientX, clientY }: PointerEvent): void {
    if (pointerType !== "touch" && !this.input.holding) this.shell.pointerAt(clientX, clientY);
  }

  #makeFrame(host: HTMLElement): WindowFrame {
    return new WindowFrame(host, this.shell.root, this.fills, {
      fullscreen: () => void this.toggleFullscreen(),
      close: () => {
        if (this.emit("close", null, true)) this.close();
      },
      minimized: (on) => this.emit(on ? "minimize" : "restore", null),
      resized: (size) => this.emit("resize", size),
    });
  }

  #actions(): ShellActions {
    return {
      retry: () => this.worker.post({ type: "retry" }),
      token: (token) => this.worker.post({ type: "token", token }),
      reload: () => location.reload(),
      screenshot: () => void this.#saveScreenshot(),
      record: () => void this.#toggleRecording(),
      fullscreen: () => void this.toggleFullscreen(),
      statistics: () => {
        this.statistics = !this.statistics;
      },
      keyboard: () => this.input.showOnScreenKeyboard(),
    };
  }

  async #saveScreenshot(): Promise<void> {
    const blob = this.picture.frame === null ? null : await this.screenshot();
    if (blob !== null) this.#save(blob, "png");
  }

  async #toggleRecording(): Promise<void> {
    if (this.recording.on) this.#save(await this.recording.stop(), this.recording.suffix);
    else if (this.picture.frame !== null) this.recording.start();
  }

  #save(blob: Blob, suffix: string): void {
    download(blob, fileName(this.model.state.title ?? "", new Date(), suffix));
  }
}
