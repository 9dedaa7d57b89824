/** Only for the type checker: what `<rfb-view>` takes in React's JSX, and what it does not. */
import type { RfbViewElement } from "rendercanvas-rfb-client";
import type {} from "rendercanvas-rfb-client/react";

export const right = <rfb-view src="/a/" titlebar fit="cover" onrfb-status={({ detail }) => detail.status} />;
// @ts-expect-error: there is no such way to fit.
export const wrong = <rfb-view src="/a/" fit="stretch" />;

export const found: RfbViewElement | null = document.querySelector("rfb-view");
