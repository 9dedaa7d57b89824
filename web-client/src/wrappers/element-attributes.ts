/** The attributes and events of `<rfb-view>`, as the type systems of frameworks ask for them. */

import type { TransportChoice } from "../core/fallback";
import type { Fit } from "../core/viewport";
import type { RfbElementEvents } from "../view/element";

/** A boolean attribute: frameworks write true as an empty one and leave false out; `"off"` counts as not there. */
type Switch = boolean | "" | "off";

export interface RfbViewAttributes {
  src?: string;
  token?: string;
  fit?: Fit;
  background?: string;
  toolbar?: "off";
  video?: "off";
  transport?: TransportChoice;
  titlebar?: Switch;
  resizable?: Switch;
  minimized?: Switch;
  latency?: Switch;
}

/** Listeners of the element's events, their names with `Prefix` in front. */
export type RfbViewListeners<Prefix extends string> = {
  [K in keyof RfbElementEvents as `${Prefix}${K}`]?: (event: RfbElementEvents[K]) => void;
};
