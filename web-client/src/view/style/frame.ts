/** The title bar and the handle for resizing. */

export const FRAME = `
:host { --bar-height: 32px; }
.titlebar {
  display: flex;
  flex: none;
  align-items: center;
  gap: 2px;
  box-sizing: border-box;
  height: var(--bar-height);
  padding: 0 4px 0 12px;
  border-bottom: 1px solid var(--edge);
  background: var(--bar);
  user-select: none;
  -webkit-user-select: none;
}
.title { flex: 1; min-width: 0; overflow: hidden; font-weight: 600; white-space: nowrap; text-overflow: ellipsis; }
.titlebar button, .resize {
  display: grid;
  place-items: center;
  flex: none;
  padding: 0;
  border: 0;
  border-radius: 7px;
  background: none;
}
.titlebar button { width: 30px; height: 26px; }
.titlebar button:hover { background: var(--hover); }
.titlebar .close:hover { color: #fff; background: #c62828; }
.titlebar svg { width: 16px; height: 16px; }
/* An outline, for it takes nothing from the picture. */
.view[data-titled] { outline: 1px solid var(--edge); border-radius: 8px 8px 0 0; }
.view[data-minimized] { position: relative; inset: auto; border-radius: 8px; }
.view[data-minimized] .titlebar { border-bottom: 0; }
.view[data-minimized] :is(.body, .resize) { display: none; }
:host(:fullscreen) .view { border-radius: 0; }
:host(:fullscreen) :is(.resize, .titlebar .minimize) { display: none; }

.resize {
  position: absolute;
  right: 0;
  bottom: 0;
  width: 24px;
  height: 24px;
  place-items: end;
  border-radius: 0;
  background: var(--panel);
  clip-path: polygon(100% 0, 100% 100%, 0 100%);
  cursor: nwse-resize;
  touch-action: none;
}
.resize:hover { background: var(--bar); }
.resize:focus-visible { outline: none; color: var(--bar); background: var(--accent); }
.resize svg { width: 17px; height: 17px; }
@media (hover: none), (pointer: coarse) {
  :host { --bar-height: 44px; }
  .titlebar button { width: 44px; height: 44px; }
  .resize { width: 40px; height: 40px; }
  .resize svg { width: 24px; height: 24px; }
}
`;
