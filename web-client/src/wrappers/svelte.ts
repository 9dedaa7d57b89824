/** For Svelte: an action that puts a view into an element, and a store of what the view tells. */

import type { ActionReturn } from "svelte/action";
import type { HTMLAttributes } from "svelte/elements";
import type { RfbViewElement } from "../view/element";
import { type RfbViewBindingOptions, type RfbViewSnapshot, ViewBinding } from "./binding";
import type { RfbViewAttributes, RfbViewListeners } from "./element-attributes";

export type { RfbViewBindingOptions, RfbViewHandlers, RfbViewSnapshot } from "./binding";

/** `<div use:rfbView={options}></div>` shows a view, and follows the options. */
export function rfbView(
  node: HTMLElement,
  options: RfbViewBindingOptions,
): ActionReturn<RfbViewBindingOptions> {
  return bind(new ViewBinding(options), node);
}

/** A view that is still to be put into an element, and a readable store of its snapshot. */
export interface RfbViewStore {
  /** `<div use:figure.action></div>` shows the view; with options as its value, it takes those. */
  action(node: HTMLElement, options?: RfbViewBindingOptions): ActionReturn<RfbViewBindingOptions | undefined>;
  /** Takes new options. */
  update(options: RfbViewBindingOptions): void;
  /** Calls `listener` with the present snapshot and each later one; returns what ends that. */
  subscribe(listener: (snapshot: RfbViewSnapshot) => void): () => void;
}

/** `const figure = createRfbView(options)`, then `use:figure.action` on a `div`, and `$figure.status` and the like. */
export function createRfbView(options: RfbViewBindingOptions): RfbViewStore {
  const binding = new ViewBinding(options);
  return {
    action(node, given) {
      if (given !== undefined) binding.update(given);
      return bind(binding, node);
    },
    update: binding.update,
    subscribe(listener) {
      listener(binding.snapshot());
      return binding.subscribe(() => listener(binding.snapshot()));
    },
  };
}

function bind(binding: ViewBinding, node: HTMLElement): ActionReturn<RfbViewBindingOptions | undefined> {
  binding.attach(node);
  return {
    update: (options) => options !== undefined && binding.update(options),
    destroy: () => binding.attach(null),
  };
}

/** What `<rfb-view>` takes in markup. */
export type RfbViewElementProps = HTMLAttributes<RfbViewElement> & RfbViewAttributes & RfbViewListeners<"on">;

declare module "svelte/elements" {
  interface SvelteHTMLElements {
    "rfb-view": RfbViewElementProps;
  }
}
