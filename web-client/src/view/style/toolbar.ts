/** The toolbar in the upper right corner. */

export const TOOLBAR = `
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
.toolbar svg { width: 19px; height: 19px; }
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
`;
