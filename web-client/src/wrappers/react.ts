/** For React: a hook that puts a view into an element, and the same as a component. */

import {
  createElement,
  type DetailedHTMLProps,
  type HTMLAttributes,
  type ReactElement,
  type Ref,
  type RefCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import type { RfbViewElement } from "../view/element";
import type { RfbView as View } from "../view/rfb-view";
import { BINDING_KEYS, type RfbViewBindingOptions, type RfbViewSnapshot, ViewBinding } from "./binding";
import type { RfbViewAttributes, RfbViewListeners } from "./element-attributes";

export type { RfbViewBindingOptions, RfbViewHandlers, RfbViewSnapshot } from "./binding";

/** In the same commit as the `ref`, which is what the binding waits for. Servers have no layout, and React 18 says so. */
const useCommitEffect = typeof document === "undefined" ? useEffect : useLayoutEffect;

export interface UseRfbView extends RfbViewSnapshot {
  /** For the `ref` of an empty `div`, which shows the view; the same in every render. */
  readonly ref: RefCallback<HTMLElement>;
}

/** Shows a view in the element that has the returned `ref`, and renders again when its status, state or numbers change. */
export function useRfbView(options: RfbViewBindingOptions): UseRfbView {
  const [binding] = useState(() => new ViewBinding());
  useCommitEffect(() => binding.update(options));
  const snapshot = useSyncExternalStore(binding.subscribe, binding.snapshot, binding.snapshot);
  return useMemo(() => ({ ...snapshot, ref: binding.attach }), [snapshot, binding]);
}

export interface RfbViewProps
  extends RfbViewBindingOptions,
    Omit<HTMLAttributes<HTMLDivElement>, keyof RfbViewBindingOptions | "children"> {
  /** Receives the view: to send messages, take screenshots, record. */
  readonly viewRef?: Ref<View | null>;
}

/** A view with all that lies over it. Attributes other than its options go to the `div` around it. */
export function RfbView(props: RfbViewProps): ReactElement {
  const { viewRef, ...rest } = props;
  const { ref, view, dismissed } = useRfbView(props);
  useImperativeHandle<View | null, View | null>(viewRef, () => view, [view]);
  const attributes = Object.entries(rest).filter(
    ([name]) => !(BINDING_KEYS as readonly string[]).includes(name),
  );
  const hidden = dismissed || props.hidden === true;
  return createElement("div", { ...Object.fromEntries(attributes), hidden, ref });
}

/** What `<rfb-view>` takes in JSX. */
export type RfbViewElementProps = DetailedHTMLProps<HTMLAttributes<RfbViewElement>, RfbViewElement> &
  RfbViewAttributes &
  RfbViewListeners<"on">;

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "rfb-view": RfbViewElementProps;
    }
  }
}
