/** What a view is given, and what it tells. */

import type { PresentedFrame, StatusDetail } from "../bridge";
import type { ApplicationMessage } from "../core/application";
import type { TransportChoice } from "../core/fallback";
import type { CanvasState } from "../core/server-messages";
import type { Fit, Size } from "../core/viewport";
import type { RfbStats } from "./stats";

export interface RfbViewOptions {
  /** Address of the display's page, relative to the document; what the view connects to is below it. */
  readonly src: string;
  /**
   * Leads to the display in place of `src`, which is the address then of a proxy to ports of the display's machine, absolute and
   * with a slash at its end, or empty for none; the view takes the port over.
   */
  readonly channel?: MessagePort;
  /** The server's credential, where it needs one. */
  readonly token?: string | null;
  /** How the picture fills the element; `contain` where absent. */
  readonly fit?: Fit;
  /** CSS background around the picture. */
  readonly background?: string;
  /** False hides the toolbar. */
  readonly toolbar?: boolean;
  /** True shows a title bar: the title, and buttons that minimise, show on the full screen and close the view. */
  readonly titlebar?: boolean;
  /** True lets the person resize the view by its lower right corner. */
  readonly resizable?: boolean;
  /** True begins with the title bar alone. */
  readonly minimized?: boolean;
  /** True shows the latency in a corner. */
  readonly latency?: boolean;
  /** False asks for still images only. */
  readonly video?: boolean;
  /** What carries the connection: `auto`, which is a WebSocket, or HTTP where none gets through; or one of the two. */
  readonly transport?: TransportChoice;
}

/** The events of a view and what their `detail` carries. */
export interface RfbViewEvents {
  readonly status: StatusDetail;
  readonly state: CanvasState;
  readonly stats: RfbStats;
  readonly frame: PresentedFrame;
  readonly message: ApplicationMessage;
  /** The view shows its title bar alone, and the server sends it nothing. */
  readonly minimize: null;
  /** It shows the picture again. */
  readonly restore: null;
  /** The person has resized the view: its size, CSS pixels. */
  readonly resize: Size;
  /** The title bar's close button was pressed. `preventDefault()` keeps the view, and leaves all to the page. */
  readonly close: null;
}

/** Tells an event of a view; false where a listener has prevented what it would lead to. */
export type Emit = <K extends keyof RfbViewEvents>(
  type: K,
  detail: RfbViewEvents[K],
  cancelable?: boolean,
) => boolean;
