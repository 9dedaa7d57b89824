/** A view that connects to nothing: tests see what it was made with, and have it tell what they like. */

import { ViewModel } from "../../src/view/model";
import type { RfbViewOptions } from "../../src/view/options";

export class FakeView extends EventTarget {
  static made: FakeView[] = [];
  closed = false;
  fit: unknown;
  background: unknown;
  toolbar: unknown;
  titlebar: unknown;
  resizable: unknown;
  minimized: unknown;
  latency: unknown;
  statistics = false;
  readonly #model = new ViewModel(() => true);

  constructor(
    readonly root: ShadowRoot,
    readonly options: RfbViewOptions,
  ) {
    super();
    FakeView.made.push(this);
  }

  static get open(): FakeView[] {
    return FakeView.made.filter((view) => !view.closed);
  }

  /** The only view that is open. */
  static get only(): FakeView {
    const [view, ...others] = FakeView.open;
    if (view === undefined || others.length > 0) throw new Error(`${FakeView.open.length} views are open`);
    return view;
  }

  get status() {
    return this.statusDetail.status;
  }

  get statusDetail() {
    return this.#model.detail;
  }

  get state() {
    return this.#model.state;
  }

  get stats() {
    return this.#model.stats;
  }

  get control() {
    return this.#model.control;
  }

  /** Tells an event, as the view does; false where a listener prevents what comes of it. */
  tell(type: string, detail: unknown, cancelable = false): boolean {
    return this.dispatchEvent(new CustomEvent(type, { detail, cancelable }));
  }

  connect(): void {
    this.#model.detail = { ...this.#model.detail, status: "connected" };
    this.tell("status", this.#model.detail);
  }

  measure(roundTripMs: number, presentMs: number): void {
    this.#model.update({ roundTripMs, presentMs });
    this.tell("stats", this.#model.stats);
  }

  pressClose(): void {
    if (this.tell("close", null, true)) this.close();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#model.detail = { ...this.#model.detail, status: "closed" };
    this.tell("status", this.#model.detail);
  }
}

/** Lets what is to happen in microtasks happen. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}
