/** The look of a view. Adopted as a sheet: pages with a strict content security policy take it. */

import { BADGES } from "./style/badges";
import { BASE } from "./style/base";
import { FRAME } from "./style/frame";
import { PANELS } from "./style/panels";
import { TOOLBAR } from "./style/toolbar";

const MOTION = `
@keyframes turn { to { rotate: 1turn; } }
@keyframes appear { from { opacity: 0; } }
@media (prefers-reduced-motion: reduce) { .spinner { animation-duration: 3s; } .buttons, canvas { transition: none; } }
`;

export const STYLE = BASE + TOOLBAR + PANELS + BADGES + FRAME + MOTION;
