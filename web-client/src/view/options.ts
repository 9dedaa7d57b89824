/** What a view is given, and what it tells. */

import type { PresentedFrame, StatusDetail } from "../bridge";
import type { ApplicationMessage } from "../core/application";
import type { CanvasState } from "../core/server-messages";
import type { Fit } from "../core/viewport";
import type { RfbStats } from "./stats";

export interface RfbViewOptions {
  /** Address of the display's page, relative to the document; the socket is `ws` below it. */
  readonly src: string;
  /** The server's credential, where it needs one. */
  readonly token?: string | null;
  /** How the picture fills the element; `contain` where absent. */
  readonly fit?: Fit;
  /** CSS background around the picture. */
  readonly background?: string;
  /** False hides the toolbar. */
  readonly toolbar?: boolean;
  /** False asks for still images only. */
  readonly video?: boolean;
}

/** The events of a view and what their `detail` carries. */
export interface RfbViewEvents {
  readonly status: StatusDetail;
  readonly state: CanvasState;
  readonly stats: RfbStats;
  readonly frame: PresentedFrame;
  readonly message: ApplicationMessage;
}
