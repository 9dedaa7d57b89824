/** Addresses of a display, relative to that of its page, which ends with a slash. */

export function socketAddress(page: string): string {
  return `${page.replace(/^http/, "ws")}ws`;
}

/** Where messages come from; `poll` asks for a response that ends after a few. */
export function downAddress(page: string, id: string, poll: boolean): string {
  return `${page}down?id=${id}${poll ? "&poll=1" : ""}`;
}

/** Where messages go, up to the number of the first one. */
export function upAddress(page: string, id: string): string {
  return `${page}up?id=${id}&first=`;
}

/** What a server answers to whoever asks. */
export function healthAddress(page: string): string {
  return new URL("../health", page).href;
}
