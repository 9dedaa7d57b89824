/** Statistics, help and the banner: what lies over the picture for a while. */

export const PANELS = `
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
  .body:has(.help:not([hidden])) .hud { display: none; }
}
.help { max-height: calc(100% - 72px); }
h2 { margin: 0 0 6px; font-size: 13px; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 1px 14px; margin: 0; }
dt { color: var(--quiet); white-space: nowrap; }
dd { margin: 0; overflow-wrap: anywhere; }
.help p { margin: 8px 0 0; color: var(--quiet); }


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
/* Where there is little room, what is to be done stays in sight. */
@container (height < 150px) {
  .banner { gap: 2px 10px; padding: 6px 12px; }
  .banner [role="status"] p, .banner .countdown { display: none; }
}
.spinner { display: none; width: 22px; height: 22px; border: 2.5px solid var(--edge); border-top-color: var(--accent); border-radius: 50%; animation: turn .9s linear infinite; }
.banner[data-status="connecting"] .spinner, .banner[data-status="connected"] .spinner { display: block; }
`;
