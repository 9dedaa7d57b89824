/** The element, its body, and what all parts share. */

export const BASE = `
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
  --bar: light-dark(#fff, #1d212a);
  --edge: light-dark(rgb(20 30 50 / .14), rgb(255 255 255 / .14));
  --hover: light-dark(rgb(20 30 50 / .08), rgb(255 255 255 / .12));
  --accent: light-dark(#1659c7, #7fb2ff);
  position: absolute;
  inset: 0;
  display: flex;
  flex-direction: column;
  overflow: hidden;
  background: light-dark(#eef0f4, #14171d);
  color: var(--ink);
  font: 13px/1.45 system-ui, sans-serif;
}
.body {
  position: relative;
  flex: 1;
  min-height: 0;
  overflow: hidden;
  container-type: size;
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
svg { fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
[hidden] { display: none !important; }
`;
