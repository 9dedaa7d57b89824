/** The credential in a page's address. */

/** The token in the fragment (`#token=`) or the query (`?token=`) of an address, or null. The fragment wins: servers and logs never see it. */
export function tokenOf(address: { readonly hash: string; readonly search: string }): string | null {
  const fragment = new URLSearchParams(address.hash.replace(/^#/, "")).get("token");
  return fragment ?? new URLSearchParams(address.search).get("token");
}
