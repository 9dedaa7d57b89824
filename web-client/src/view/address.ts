/** Addresses and names that derive from where a view's display is. */

/** The whole address of the display's page at `src`, with a slash at its end. */
export function pageAddress(src: string, base: string): string {
  const url = new URL(src, base);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  url.search = "";
  url.hash = "";
  return url.href;
}

/** A file name for what was taken of a view: the title without what file systems refuse, and the time. */
export function fileName(title: string, now: Date, suffix: string): string {
  const name =
    title
      .replace(/[^\p{L}\p{N}_-]+/gu, " ")
      .trim()
      .slice(0, 80) || "canvas";
  const time = now.toISOString().slice(0, 19).replace("T", " ").replaceAll(":", "-");
  return `${name} ${time}.${suffix}`;
}

/** Has the browser save a file. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has taken its own reference once the click is dispatched.
  setTimeout(() => URL.revokeObjectURL(url));
}
