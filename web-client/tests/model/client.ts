/** One viewer: the client's worker as users run it, and a page with a mouse, a keyboard and a screen. */

import type { FromWorker, StartCommand, StatusDetail, ToWorker } from "../../src/bridge";
import type { VideoCapability, ViewSize } from "../../src/core/client-messages";
import type { InputEvent } from "../../src/core/events";
import { Keys } from "../../src/core/keys";
import { Mouse, type PointerSample } from "../../src/core/mouse";
import { ViewModel } from "../../src/view/model";
import { Session } from "../../src/worker/session";
import { FakePicture } from "./browser";
import { here, type Machine } from "./world";

/** Input has numbers in place of times, from here on, by which the checker knows it again; far from the server's clock. */
const FIRST_TOKEN = 1_000_000;

export interface ClientOptions {
  readonly video: readonly VideoCapability[];
  readonly decodeMs: number;
  readonly imageMs: number;
  readonly width: number;
  readonly height: number;
}

let proven: readonly VideoCapability[] = [];

/** Stands in for `worker/proof`: the decoders are what the checker says. */
export async function proveVideo() {
  return { video: proven, noVideo: "unsupported" as const };
}

export class Client {
  readonly machine: Machine;
  readonly #session: Session;
  readonly #mouse = new Mouse();
  readonly #keys = new Keys();
  readonly #model = new ViewModel(() => true);
  readonly #held = { lost: () => this.#inputLost(), reset: () => this.#resetInput() };
  #view: ViewSize;
  #mask = 0;
  #token = FIRST_TOKEN;
  #content: number | null = null;

  constructor(
    private readonly name: number,
    options: ClientOptions,
  ) {
    const { decodeMs, imageMs, width, height } = options;
    this.machine = {
      decodeMs,
      imageMs,
      failures: 0,
      imageFailures: 0,
      stuck: false,
      visible: true,
      openPictures: 0,
    };
    this.#view = {
      width,
      height,
      physical_width: width,
      physical_height: height,
      pixel_ratio: 1,
      visible: true,
    };
    here().machine = this.machine;
    proven = options.video;
    const start: StartCommand = {
      type: "start",
      page: `http://host/plot/?${name}`,
      transport: "websocket",
      token: null,
      video: options.video.length > 0,
      client: `viewer ${name}`,
      view: this.#view,
      canvas: this.#canvas() as unknown as OffscreenCanvas,
    };
    this.#session = new Session(start, (message) => this.#heard(message));
  }

  /** What the user or the machine does. */
  act(kind: string, detail: unknown): void {
    here().machine = this.machine;
    switch (kind) {
      case "move":
        this.#pointer("move", true);
        return;
      case "press":
        this.#mask |= 1 << Number(detail);
        this.#pointer("down", true);
        return;
      case "release":
        this.#mask &= ~(1 << Number(detail));
        this.#pointer("up", true);
        return;
      case "leave":
        this.#pointer("leave", false);
        return;
      case "key-down":
      case "key-up":
        this.#key(kind, String(detail));
        return;
      case "wheel":
        for (let turn = 0; turn < Number(detail); turn++) this.#wheel();
        return;
      case "view":
        this.#show(detail as Partial<ViewSize>);
        return;
      case "wake":
        this.#post({ type: "wake", moved: Boolean(detail) });
        return;
      case "retry":
        this.#post({ type: "retry" });
        return;
      case "machine":
        Object.assign(this.machine, detail);
        return;
      case "quit":
        this.#lift();
        this.#post({ type: "close" });
        return;
      case "let-go":
        this.#mask = 0;
        this.#lift();
        return;
      default:
        throw new Error(`no such action: ${kind}`);
    }
  }

  #heard(message: FromWorker): void {
    switch (message.type) {
      case "status":
        this.#status(message.detail);
        return;
      case "state":
        here().tell("state", this.name, message.state);
        this.#model.stateChanged(message.state, this.#held);
        return;
      case "welcome":
        here().tell("welcome", this.name, message.viewer);
        this.#model.receive(message);
        return;
      case "frame":
        here().tell("frame", this.name, this.#content, message.frame.lossless, message.frame.frame);
        return;
    }
  }

  #status(detail: StatusDetail): void {
    this.#model.statusChanged(detail, this.#held);
    here().tell("status", this.name, detail.status, detail.takesInput, detail.resumed, detail.after);
  }

  #inputLost(): void {
    this.#lift();
    this.#resetInput();
  }

  #resetInput(): void {
    this.#mouse.reset();
    this.#keys.reset();
  }

  /** Lifts what is held, as the page does when its window loses the focus. */
  #lift(): void {
    this.#send(...this.#mouse.leave(this.#next()), ...this.#keys.release(this.#next()));
  }

  #pointer(kind: PointerSample["kind"], inside: boolean): void {
    if (!this.#model.takesInput) return;
    const at = { x: 1, y: 1, inside, id: 1, mask: this.#mask, pressure: 0.5, modifiers: [] };
    this.#send(...this.#mouse.handle({ ...at, kind, timestamp: this.#next() }));
  }

  #key(kind: string, key: string): void {
    const sample = {
      key,
      code: key,
      repeat: false,
      composing: false,
      modifiers: [],
      timestamp: this.#next(),
    };
    const down = kind === "key-down" && this.#model.takesInput ? this.#keys.down(sample) : null;
    if (down !== null) this.#send(down);
    if (kind === "key-up") this.#send(...this.#keys.up(sample));
  }

  #wheel(): void {
    const buttons = this.#mouse.held;
    this.#send({ type: "wheel", x: 1, y: 1, dx: 0, dy: 1, buttons, modifiers: [], timestamp: this.#next() });
  }

  #send(...events: InputEvent[]): void {
    for (const event of events) {
      if (!this.#model.takesInput) return;
      // Several events of one sample have its time; here each has a number of its own.
      const numbered = { ...event, timestamp: this.#next() };
      const what = "key" in event ? event.key : "button" in event ? event.button : null;
      if (event.type !== "pointer_move")
        here().tell("input", this.name, numbered.timestamp, event.type, what);
      this.#post({ type: "event", event: numbered });
    }
  }

  #show(changes: Partial<ViewSize>): void {
    this.#view = { ...this.#view, ...changes };
    this.machine.visible = this.#view.visible;
    this.#post({ type: "view", view: this.#view });
    if (!this.#view.visible) this.#lift();
  }

  #post(command: Exclude<ToWorker, StartCommand>): void {
    this.#session.handle(command);
  }

  #next(): number {
    this.#token += 1;
    return this.#token;
  }

  #canvas(): unknown {
    const world = here();
    const drawImage = (picture: unknown) => {
      if (!(picture instanceof FakePicture) || !picture.drawable) {
        world.tell("violation", "a closed picture was drawn");
        return;
      }
      this.#content = picture.content;
    };
    return { width: 0, height: 0, getContext: () => ({ drawImage, imageSmoothingEnabled: false }) };
  }
}
