/** The `<rfb-view>` element: a view that is written in HTML. */

import { TRANSPORT_CHOICES, type TransportChoice } from "../core/fallback";
import { FITS, type Fit } from "../core/viewport";
import type { RfbViewEvents } from "./options";
import { RfbView } from "./rfb-view";

/** Servers that render pages import this module too and have no such class. */
const Base: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

const FORWARDED: readonly (keyof RfbViewEvents)[] = [
  "status",
  "state",
  "stats",
  "frame",
  "message",
  "minimize",
  "restore",
  "resize",
  "close",
];

/** Boolean attributes: there or not, as HTML has them; `off` counts as not there. */
const SWITCHES = ["titlebar", "resizable", "minimized", "latency"] as const;

/** Events of the element: those of the view with the prefix `rfb-`. */
export type RfbElementEvents = {
  readonly [K in keyof RfbViewEvents as `rfb-${K}`]: CustomEvent<RfbViewEvents[K]>;
};

/**
 * Attributes: `src` (address of the display's page), `token`, `fit` (contain, cover, fill), `background` (CSS), `toolbar="off"`,
 * `video="off"` (still images only), `transport` (auto, websocket, http), and the switches `titlebar`, `resizable`, `minimized` (which follows the title bar's button)
 * and `latency`. `src`, `token`, `video` and `transport` start a new connection when they change.
 */
export class RfbViewElement extends Base {
  static readonly observedAttributes = [
    "src",
    "token",
    "fit",
    "background",
    "toolbar",
    "video",
    "transport",
    ...SWITCHES,
  ];

  #view: RfbView | null = null;
  #root: ShadowRoot | null = null;

  /** The view inside, or null while the element is not in a document or has no `src`. */
  get view(): RfbView | null {
    return this.#view;
  }

  connectedCallback(): void {
    if (this.#view === null) this.#open();
  }

  /** An element that is only moved to another place keeps its connection. */
  disconnectedCallback(): void {
    queueMicrotask(() => {
      if (!this.isConnected) this.#close();
    });
  }

  attributeChangedCallback(name: string, before: string | null, value: string | null): void {
    if (before === value || !this.isConnected) return;
    const view = this.#view;
    const toggled = SWITCHES.find((known) => known === name);
    if (toggled !== undefined) {
      if (view !== null) view[toggled] = this.#has(toggled);
    } else if (view !== null && name === "fit") view.fit = this.#fit();
    else if (view !== null && name === "background") view.background = value ?? "";
    else if (view !== null && name === "toolbar") view.toolbar = value !== "off";
    else {
      this.#close();
      this.#open();
    }
  }

  override focus(): void {
    this.#view?.focus();
  }

  #open(): void {
    const src = this.getAttribute("src");
    if (src === null) return;
    this.#root ??= this.attachShadow({ mode: "open" });
    const view = new RfbView(this.#root, {
      src,
      token: this.getAttribute("token"),
      fit: this.#fit(),
      background: this.getAttribute("background") ?? "",
      toolbar: this.getAttribute("toolbar") !== "off",
      video: this.getAttribute("video") !== "off",
      transport: this.#transport(),
      ...Object.fromEntries(SWITCHES.map((name) => [name, this.#has(name)])),
    });
    this.#view = view;
    view.addEventListener("minimize", () => this.toggleAttribute("minimized", true));
    view.addEventListener("restore", () => this.toggleAttribute("minimized", false));
    for (const type of FORWARDED) view.addEventListener(type, (event) => this.#forward(event));
    view.addEventListener("close", (event) => !event.defaultPrevented && this.remove());
  }

  #forward(event: Event): void {
    const { type, detail, cancelable } = event as CustomEvent<unknown>;
    const own = new CustomEvent(`rfb-${type}`, { detail, cancelable });
    if (!this.dispatchEvent(own)) event.preventDefault();
  }

  #close(): void {
    this.#view?.close();
    this.#view = null;
  }

  #has(name: (typeof SWITCHES)[number]): boolean {
    return this.hasAttribute(name) && this.getAttribute(name) !== "off";
  }

  /** The attribute, or `contain` where it is absent or unknown, as enumerated attributes of HTML do. */
  #fit(): Fit {
    const value = this.getAttribute("fit");
    return FITS.find((fit) => fit === value) ?? "contain";
  }

  /** Likewise, with `auto`. */
  #transport(): TransportChoice {
    const value = this.getAttribute("transport");
    return TRANSPORT_CHOICES.find((choice) => choice === value) ?? "auto";
  }
}

/** Makes `<rfb-view>` known to the browser; does nothing where it is known, or where there is no browser. */
export function defineRfbView(): void {
  const registry = globalThis.customElements;
  if (registry !== undefined && registry.get("rfb-view") === undefined)
    registry.define("rfb-view", RfbViewElement);
}

declare global {
  interface HTMLElementTagNameMap {
    "rfb-view": RfbViewElement;
  }
}
