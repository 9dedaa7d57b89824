/** The library: importing it defines `<rfb-view>`. */

export type { ClientStats, ConnectionStatus, PresentedFrame, StatusDetail } from "./bridge";
export type { ApplicationMessage } from "./core/application";
export type { TransportChoice, TransportName } from "./core/fallback";
export type { CanvasState } from "./core/server-messages";
export type { Fit } from "./core/viewport";
export { type RfbElementEvents, RfbViewElement } from "./view/element";
export type { RfbViewEvents, RfbViewOptions } from "./view/options";
export { RfbView } from "./view/rfb-view";
export type { RfbStats } from "./view/stats";

import { defineRfbView } from "./view/element";

defineRfbView();
