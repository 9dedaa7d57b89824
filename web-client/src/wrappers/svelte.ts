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
  return createRfbView().action(node, options);
}

/** A readable store of what a view tells, and the action that puts the view into an element. */
export interface RfbViewStore {
  /** `<div use:figure.action={options}></div>` shows the view, and follows the options. */
  readonly action: typeof rfbView;
  /** Calls `listener` with the present snapshot and each later one; returns what ends that. */
  subscribe(listener: (snapshot: RfbViewSnapshot) => void): () => void;
}

/** `const figure = createRfbView()`, then `use:figure.action={options}` on a `div`, and `$figure.status` and the like. */
export function createRfbView(): RfbViewStore {
  const binding = new ViewBinding();
  return {
    action(node, options) {
      binding.update(options);
      binding.attach(node);
      return { update: binding.update, destroy: () => binding.attach(null) };
    },
    subscribe(listener) {
      listener(binding.snapshot());
      return binding.subscribe(() => listener(binding.snapshot()));
    },
  };
}

/** What `<rfb-view>` takes in markup. */
export type RfbViewElementProps = HTMLAttributes<RfbViewElement> & RfbViewAttributes & RfbViewListeners<"on">;

declare module "svelte/elements" {
  interface SvelteHTMLElements {
    "rfb-view": RfbViewElementProps;
  }
}
