/** Importing it defines `<rfb-view>`. */

import { defineRfbView } from "../view/element";

export { type RfbElementEvents, RfbViewElement } from "../view/element";

defineRfbView();
