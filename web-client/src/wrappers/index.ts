/** The package without a framework. Importing it does nothing to the page, and needs none. */

export type { ClientStats, ConnectionStatus, PresentedFrame, StatusDetail } from "../bridge";
export type { ApplicationMessage } from "../core/application";
export type { TransportChoice, TransportName } from "../core/fallback";
export type { CanvasState } from "../core/server-messages";
export type { Fit } from "../core/viewport";
export { defineRfbView, type RfbElementEvents, RfbViewElement } from "../view/element";
export type { RfbViewEvents, RfbViewOptions } from "../view/options";
export { RfbView } from "../view/rfb-view";
export type { RfbStats } from "../view/stats";
export {
  type RfbViewBindingOptions,
  type RfbViewHandlers,
  type RfbViewSnapshot,
  ViewBinding,
} from "./binding";
export { setWorkerUrl } from "./worker-source";
