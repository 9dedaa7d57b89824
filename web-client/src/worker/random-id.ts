/** What connections are called. */

/** Random bytes of an id: 128 bits cannot be guessed. */
const ID_BYTES = 16;

/** A new id, in base64url. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
