/** For Solid: a primitive that puts a view into an element, and the same as a component. */

import {
  type Accessor,
  createComponent,
  createRenderEffect,
  createSignal,
  type JSX,
  mergeProps,
  onCleanup,
  splitProps,
} from "solid-js";
import { Dynamic } from "solid-js/web";
import type { RfbViewElement } from "../view/element";
import type { RfbView as View } from "../view/rfb-view";
import { BINDING_KEYS, type RfbViewBindingOptions, type RfbViewSnapshot, ViewBinding } from "./binding";
import type { RfbViewAttributes, RfbViewListeners } from "./element-attributes";

export type { RfbViewBindingOptions, RfbViewHandlers, RfbViewSnapshot } from "./binding";

export interface CreatedRfbView {
  /** For the `ref` of an empty `div`, which shows the view. */
  readonly ref: (element: HTMLElement) => void;
  /** What the view tells of itself. */
  readonly snapshot: Accessor<RfbViewSnapshot>;
}

/** Shows a view in the element that has the returned `ref`, until its owner is disposed of. `options` may read signals. */
export function createRfbView(options: Accessor<RfbViewBindingOptions>): CreatedRfbView {
  const binding = new ViewBinding();
  const [snapshot, setSnapshot] = createSignal(binding.snapshot());
  const unsubscribe = binding.subscribe(() => setSnapshot(binding.snapshot()));
  createRenderEffect(() => binding.update(options()));
  onCleanup(() => {
    unsubscribe();
    binding.attach(null);
  });
  return { ref: binding.attach, snapshot };
}

export interface RfbViewProps
  extends RfbViewBindingOptions,
    Omit<JSX.HTMLAttributes<HTMLDivElement>, keyof RfbViewBindingOptions | "children" | "ref"> {
  /** Receives the view, or null: to send messages, take screenshots, record. */
  readonly viewRef?: (view: View | null) => void;
}

/** A view with all that lies over it. Attributes other than its options go to the `div` around it. */
export function RfbView(props: RfbViewProps): JSX.Element {
  const [options, own, attributes] = splitProps(props, [...BINDING_KEYS], ["viewRef", "hidden"]);
  // A copy, which reads each option: a change of any of them is noticed.
  const { ref, snapshot } = createRfbView(() => ({ ...options }));
  createRenderEffect(() => own.viewRef?.(snapshot().view));
  return createComponent(
    Dynamic,
    mergeProps(attributes, {
      component: "div" as const,
      ref,
      get hidden() {
        return snapshot().dismissed || own.hidden === true;
      },
    }),
  );
}

/** Solid sets properties of custom elements unless it is told to set attributes. */
type Explicit<Attributes> = { [K in keyof Attributes & string as `attr:${K}`]?: Attributes[K] };

/** What `<rfb-view>` takes in JSX. */
export type RfbViewElementProps = JSX.HTMLAttributes<RfbViewElement> &
  Explicit<RfbViewAttributes> &
  RfbViewListeners<"on:">;

declare module "solid-js" {
  namespace JSX {
    interface IntrinsicElements {
      "rfb-view": RfbViewElementProps;
    }
  }
}
