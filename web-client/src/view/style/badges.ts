/** The small signs at the edges: of the picture, and of a recording. */

export const BADGES = `
.badges {
  position: absolute;
  left: calc(10px + env(safe-area-inset-left));
  right: calc(10px + env(safe-area-inset-right));
  bottom: calc(10px + env(safe-area-inset-bottom));
  display: flex;
  flex-wrap: wrap;
  justify-content: end;
  gap: 6px;
  pointer-events: none;
}
/* Beside the handle for resizing. */
.body:has(~ .resize:not([hidden])) .badges { right: 30px; }
.badge {
  display: flex;
  align-items: center;
  gap: 5px;
  padding: 2px 9px;
  border: 1px solid var(--edge);
  border-radius: 999px;
  background: var(--panel);
  color: var(--quiet);
  font-size: 12px;
  font-variant-numeric: tabular-nums;
  white-space: nowrap;
  /* Whoever gets the control with the first message sees no badge at all. */
  animation: appear .2s .4s both;
}

.number:empty { display: none; }
/* Sentences. */
.busy, .transport { white-space: normal; }
/* Where there is little room, the words alone; below a panel, nothing. */
@container (width < 280px) { .stale .number { display: none; } }
.body:has(.help:not([hidden]), .banner.over-picture:not([hidden])) .badges { display: none; }

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

/* Grades differ in their word and in the filling of the sign, not in the colour alone. */
.latency::before { content: ""; box-sizing: border-box; width: 9px; height: 9px; border: 2px solid var(--grade); border-radius: 50%; background: linear-gradient(to top, var(--grade) var(--filled), transparent 0); }
.latency { --grade: var(--quiet); --filled: 0%; }
.latency[data-grade="good"] { --grade: light-dark(#1b7f3b, #5fd38a); --filled: 100%; }
.latency[data-grade="fair"] { --grade: light-dark(#9a6700, #f0b429); --filled: 50%; }
.latency[data-grade="poor"] { --grade: light-dark(#c62828, #ff7b72); }
.latency .number { color: var(--ink); }
.stale::before { content: ""; width: 7px; height: 7px; border: 1.5px solid light-dark(#9a6700, #f0b429); border-radius: 50%; }
`;
