/** Paths of the icons: strokes on a 24x24 grid. */

export const ICONS = {
  camera: "M4 8h3l2-3h6l2 3h3v11H4zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
  record: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  fullscreen: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  statistics: "M4 20h16M7 20v-7M12 20V5M17 20v-10",
  help: "M9 9.2a3 3 0 1 1 4.4 2.6c-.9.5-1.4 1-1.4 2.2M12 17.6v.1M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  keyboard: "M3 7h18v11H3zM7 11h.1M11 11h.1M15 11h.1M8 15h8",
  minimize: "M6 17h12",
  restore: "M6 7h12v10H6z",
  close: "M7 7l10 10M17 7L7 17",
  resize: "M20 10L10 20M20 16l-4 4",
  menu: "M12 6.5v.1M12 12v.1M12 17.5v.1",
} as const;
