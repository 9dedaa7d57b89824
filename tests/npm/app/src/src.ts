/** The address of the display, which the test gives in the page's own. */
export const src = new URLSearchParams(location.search).get("src") ?? "";
