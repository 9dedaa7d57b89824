/** A view in an element that a framework makes and removes: what the wrappers for frameworks share. */

import type { StatusDetail } from "../bridge";
import type { CanvasState } from "../core/server-messages";
import { ViewModel } from "../view/model";
import type { RfbViewEvents, RfbViewOptions } from "../view/options";
import { RfbView } from "../view/rfb-view";
import type { RfbStats } from "../view/stats";

/** What is called on the events of the view. `event.preventDefault()` keeps a view whose close button was pressed. */
export type RfbViewHandlers = {
  readonly [K in keyof RfbViewEvents as `on${Capitalize<K>}`]?: (
    detail: RfbViewEvents[K],
    event: CustomEvent<RfbViewEvents[K]>,
  ) => void;
};

interface BoundOptions extends RfbViewOptions {
  /** True opens the statistics panel. */
  readonly statistics?: boolean;
}

/** What a wrapper is given. */
export interface RfbViewBindingOptions extends BoundOptions, RfbViewHandlers {}

/** What a view shows of itself, but for its pictures: those come too often to render a page for each. */
export interface RfbViewSnapshot {
  /** The view, or null while there is none in the page. */
  readonly view: RfbView | null;
  readonly status: StatusDetail["status"];
  readonly statusDetail: StatusDetail;
  /** The retained state of the canvas. */
  readonly state: CanvasState;
  readonly stats: RfbStats;
  /** Round trip, decoding and showing, ms; null until it was measured, which the options `latency` and `statistics` ask for. */
  readonly latencyMs: number | null;
  /** Whether what is done here counts. */
  readonly control: boolean;
  /** Whether the person has closed the view by its button. Another `src` or `token` brings it back. */
  readonly dismissed: boolean;
}

/** Options that a view can be given only when it is made: a change of one of them needs another connection. */
const CONNECTION = [
  "src",
  "channel",
  "token",
  "transport",
  "video",
] as const satisfies readonly (keyof BoundOptions)[];
type Live = Exclude<keyof BoundOptions, (typeof CONNECTION)[number]>;

/** What the other options are where they are absent; a view takes them at any time. */
const LIVE: { readonly [K in Live]-?: BoundOptions[K] } = {
  fit: "contain",
  background: "",
  toolbar: true,
  titlebar: false,
  resizable: false,
  minimized: false,
  latency: false,
  statistics: false,
};

const HANDLERS: { readonly [K in keyof RfbViewEvents]: `on${Capitalize<K>}` } = {
  status: "onStatus",
  state: "onState",
  stats: "onStats",
  frame: "onFrame",
  message: "onMessage",
  minimize: "onMinimize",
  restore: "onRestore",
  resize: "onResize",
  close: "onClose",
};

/** The names of all options and handlers, by which wrappers tell them from attributes of their element. */
export const BINDING_KEYS: readonly (keyof RfbViewBindingOptions)[] = [
  ...CONNECTION,
  ...(Object.keys(LIVE) as Live[]),
  ...Object.values(HANDLERS),
];

const NOTHING = new ViewModel(() => true);
const NO_VIEW: RfbViewSnapshot = {
  view: null,
  status: NOTHING.detail.status,
  statusDetail: NOTHING.detail,
  state: NOTHING.state,
  stats: NOTHING.stats,
  latencyMs: null,
  control: NOTHING.control,
  dismissed: false,
};

/**
 * Keeps one view in the element it is attached to, with the options it was last given; it needs both to have one.
 *
 * What it is told takes effect in a microtask, all together: an element that is detached and attached again at once, as
 * React's strict mode does, keeps its connection, and so does one of which several options change.
 */
export class ViewBinding {
  #options: RfbViewBindingOptions | null = null;
  /** The options that the view has. */
  #applied: RfbViewBindingOptions | null = null;
  #element: HTMLElement | null = null;
  /** The element that the view is in. */
  #host: HTMLElement | null = null;
  #view: RfbView | null = null;
  #snapshot = NO_VIEW;
  #stop = new AbortController();
  #settling = false;
  readonly #listeners = new Set<() => void>();

  /** Puts the view into an empty element that can have a shadow root, as `div`; null takes it out and ends its connection. */
  readonly attach = (element: HTMLElement | null): void => {
    this.#element = element;
    this.#settleSoon();
  };

  /** Takes new options and handlers. What the person has changed stays, where the option for it has not changed. */
  readonly update = (options: RfbViewBindingOptions): void => {
    this.#options = options;
    this.#settleSoon();
  };

  /** Has `listener` called when there is another snapshot; returns what ends that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The same object until something in it changes. */
  readonly snapshot = (): RfbViewSnapshot => this.#snapshot;

  #settleSoon(): void {
    if (this.#settling) return;
    this.#settling = true;
    queueMicrotask(() => {
      this.#settling = false;
      this.#settle();
    });
  }

  #settle(): void {
    const [element, options] = [this.#element, this.#options];
    if (this.#view !== null && (element !== this.#host || this.#needsReconnect())) this.#close();
    if (element === null || options === null) return;
    if (this.#view === null) this.#open(element, options);
    else this.#apply(this.#view, options);
  }

  #needsReconnect(): boolean {
    return CONNECTION.some((name) => this.#options?.[name] !== this.#applied?.[name]);
  }

  #open(host: HTMLElement, options: RfbViewBindingOptions): void {
    const view = new RfbView(host.shadowRoot ?? host.attachShadow({ mode: "open" }), options);
    if (options.statistics) view.statistics = true;
    this.#view = view;
    this.#host = host;
    this.#applied = options;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    for (const type of Object.keys(HANDLERS) as (keyof RfbViewEvents)[])
      view.addEventListener(type, (event) => this.#told(type, event as CustomEvent), { signal });
    this.#show(this.#look(view));
  }

  #close(): void {
    this.#stop.abort();
    this.#view?.close();
    this.#view = null;
    this.#host = null;
    this.#show(NO_VIEW);
  }

  #apply(view: RfbView, options: RfbViewBindingOptions): void {
    const before = { ...LIVE, ...defined(this.#applied) };
    const now = { ...LIVE, ...defined(options) };
    this.#applied = options;
    for (const name of Object.keys(LIVE) as Live[])
      if (before[name] !== now[name]) Object.assign(view, { [name]: now[name] });
  }

  #told<K extends keyof RfbViewEvents>(type: K, event: CustomEvent<RfbViewEvents[K]>): void {
    const view = this.#view;
    if (view !== null && type !== "frame") this.#show(this.#look(view));
    const handler = this.#options?.[HANDLERS[type]] as
      | ((detail: RfbViewEvents[K], event: CustomEvent<RfbViewEvents[K]>) => void)
      | undefined;
    handler?.(event.detail, event);
    if (type === "close" && !event.defaultPrevented) this.#show({ ...this.#snapshot, dismissed: true });
  }

  #look(view: RfbView): RfbViewSnapshot {
    const { status, statusDetail, state, stats, control } = view;
    const { roundTripMs, presentMs } = stats;
    const latencyMs = roundTripMs === null ? null : roundTripMs + (presentMs ?? 0);
    const { dismissed } = this.#snapshot;
    return { view, status, statusDetail, state, stats, latencyMs, control, dismissed };
  }

  #show(snapshot: RfbViewSnapshot): void {
    this.#snapshot = snapshot;
    for (const listener of this.#listeners) listener();
  }
}

/** The options without those that are undefined, as frameworks write absent ones. */
function defined(options: RfbViewBindingOptions | null): Partial<RfbViewBindingOptions> {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined));
}
