/** The look of a view. Adopted as a sheet: pages with a strict content security policy take it. */

export const STYLE = `
:host {
  display: block;
  position: relative;
  width: 100%;
  aspect-ratio: 16 / 9;
  min-height: 0;
  color-scheme: light dark;
}
:host([hidden]) { display: none; }
.view {
  --ink: light-dark(#1c2330, #e8ecf3);
  --quiet: light-dark(#5a6475, #9aa5b8);
  --panel: light-dark(rgb(255 255 255 / .88), rgb(24 28 36 / .86));
  --edge: light-dark(rgb(20 30 50 / .14), rgb(255 255 255 / .14));
  --hover: light-dark(rgb(20 30 50 / .08), rgb(255 255 255 / .12));
  --accent: light-dark(#1659c7, #7fb2ff);
  position: absolute;
  inset: 0;
  overflow: hidden;
  container-type: size;
  background: light-dark(#eef0f4, #14171d);
  color: var(--ink);
  font: 13px/1.45 system-ui, sans-serif;
}
.stage {
  position: absolute;
  inset: 0;
  overflow: hidden;
  touch-action: none;
  user-select: none;
  -webkit-user-select: none;
  -webkit-touch-callout: none;
}
canvas {
  position: absolute;
  display: block;
  object-fit: contain;
  transition: filter .25s, opacity .25s;
}
.view[data-fit="fill"] canvas { object-fit: fill; }
.view[data-fit="cover"] canvas { object-fit: cover; }
canvas.pixelated { image-rendering: pixelated; }
.view:not([data-picture]) canvas { visibility: hidden; }
.view[data-stale] canvas { filter: grayscale(.7); opacity: .55; }
.keys {
  position: absolute;
  left: 0;
  top: 0;
  width: 1px;
  height: 1.2em;
  padding: 0;
  border: 0;
  outline: 0;
  opacity: 0;
  pointer-events: none;
  /* 16 px: iOS zooms into smaller inputs. */
  font-size: 16px;
}
.stage.focus-ring::after {
  content: "";
  position: absolute;
  inset: 0;
  pointer-events: none;
  box-shadow: inset 0 0 0 2px var(--accent);
}

button, form input {
  font: inherit;
  color: inherit;
}
button { cursor: pointer; }
button:focus-visible, form input:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
[hidden] { display: none !important; }

.toolbar {
  position: absolute;
  top: calc(8px + env(safe-area-inset-top));
  right: calc(8px + env(safe-area-inset-right));
  display: flex;
  align-items: center;
  pointer-events: none;
}
.buttons {
  display: flex;
  gap: 2px;
  padding: 3px;
  border: 1px solid var(--edge);
  border-radius: 10px;
  background: var(--panel);
  backdrop-filter: blur(8px);
  /* Invisible, not hidden: the Tab key reaches the buttons, and the focus shows them. */
  opacity: 0;
  transform: translateY(-4px);
  transition: opacity .15s, transform .15s;
}
.toolbar.near .buttons, .toolbar.expanded .buttons, .toolbar:hover .buttons, .toolbar:focus-within .buttons {
  opacity: 1;
  transform: none;
  pointer-events: auto;
}
.toolbar button {
  display: grid;
  place-items: center;
  width: 32px;
  height: 32px;
  padding: 0;
  border: 0;
  border-radius: 7px;
  background: none;
}
.toolbar button:hover { background: var(--hover); }
.toolbar button[aria-pressed="true"] { color: var(--accent); background: var(--hover); }
.toolbar svg { width: 19px; height: 19px; fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
.toolbar .handle { display: none; }
.toolbar .handle svg { stroke-width: 3.2; }
.touch-only { display: none !important; }
@media (hover: none), (pointer: coarse) {
  .touch-only { display: grid !important; }
  .toolbar button { width: 44px; height: 44px; }
  .toolbar .handle {
    display: grid;
    margin-left: 6px;
    opacity: .75;
    pointer-events: auto;
    border-radius: 50%;
    border: 1px solid var(--edge);
    background: var(--panel);
    width: 36px;
    height: 36px;
  }
}

.hud, .help {
  position: absolute;
  max-width: min(340px, calc(100% - 24px));
  max-height: calc(100% - 24px);
  overflow: auto;
  box-sizing: border-box;
  padding: 10px 14px;
  border: 1px solid var(--edge);
  border-radius: 10px;
  background: var(--panel);
  backdrop-filter: blur(8px);
}
.hud { left: calc(10px + env(safe-area-inset-left)); top: calc(10px + env(safe-area-inset-top)); pointer-events: none; font-variant-numeric: tabular-nums; }
.help { right: calc(10px + env(safe-area-inset-right)); top: calc(58px + env(safe-area-inset-top)); }
/* Beside each other they would lie over each other. */
@container (width < 640px) {
  .hud { top: calc(62px + env(safe-area-inset-top)); max-height: calc(100% - 74px); }
}
.help { max-height: calc(100% - 72px); }
h2 { margin: 0 0 6px; font-size: 13px; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 1px 14px; margin: 0; }
dt { color: var(--quiet); white-space: nowrap; }
dd { margin: 0; overflow-wrap: anywhere; }
.help p { margin: 8px 0 0; color: var(--quiet); }

.badge {
  position: absolute;
  left: calc(10px + env(safe-area-inset-left));
  bottom: calc(10px + env(safe-area-inset-bottom));
  padding: 2px 9px;
  border: 1px solid var(--edge);
  border-radius: 999px;
  background: var(--panel);
  color: var(--quiet);
  font-size: 12px;
  pointer-events: none;
  /* Whoever gets the control with the first message sees no badge at all. */
  animation: appear .2s .4s both;
}

.recording {
  position: absolute;
  left: 50%;
  top: calc(10px + env(safe-area-inset-top));
  translate: -50% 0;
  display: flex;
  align-items: center;
  gap: 6px;
  padding: 2px 9px;
  border: 1px solid var(--edge);
  border-radius: 999px;
  background: var(--panel);
  font-size: 12px;
  font-variant-numeric: tabular-nums;
  pointer-events: none;
}
.recording::before { content: ""; width: 9px; height: 9px; border-radius: 50%; background: #e02020; }

.banner {
  position: absolute;
  left: 50%;
  top: 50%;
  translate: -50% -50%;
  box-sizing: border-box;
  display: flex;
  flex-direction: column;
  align-items: center;
  gap: 8px;
  max-width: min(380px, calc(100% - 24px));
  padding: 18px 26px;
  text-align: center;
  border: 1px solid var(--edge);
  border-radius: 12px;
  background: var(--panel);
  backdrop-filter: blur(8px);
  box-shadow: 0 6px 24px rgb(0 0 0 / .12);
}
.banner strong { font-size: 15px; }
.banner p { margin: 0; color: var(--quiet); }
.banner button {
  padding: 6px 14px;
  border: 1px solid var(--edge);
  border-radius: 8px;
  background: var(--hover);
}
.banner form { display: flex; gap: 6px; }
.banner form input { min-width: 0; padding: 6px 10px; border: 1px solid var(--edge); border-radius: 8px; background: Canvas; font-size: 16px; }
/* A quick connection shows no banner at all. */
.banner[data-status="connecting"], .banner[data-status="connected"] { animation: appear .2s .4s both; }
.banner.over-picture { top: auto; bottom: calc(16px + env(safe-area-inset-bottom)); translate: -50% 0; flex-flow: row wrap; justify-content: center; gap: 4px 12px; max-width: min(560px, calc(100% - 24px)); padding: 8px 16px; width: max-content; }
.banner.over-picture strong { font-size: 13px; }
.banner.over-picture [role="status"] { display: flex; flex-wrap: wrap; justify-content: center; gap: 0 8px; }
.spinner { display: none; width: 22px; height: 22px; border: 2.5px solid var(--edge); border-top-color: var(--accent); border-radius: 50%; animation: turn .9s linear infinite; }
.banner[data-status="connecting"] .spinner, .banner[data-status="connected"] .spinner { display: block; }
@keyframes turn { to { rotate: 1turn; } }
@keyframes appear { from { opacity: 0; } }
@media (prefers-reduced-motion: reduce) { .spinner { animation-duration: 3s; } .buttons, canvas { transition: none; } }
`;
