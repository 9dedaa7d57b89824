/** Messages of the application's own: JSON values between the page and the program (`docs/protocol.md`, "message"). */

/** Largest JSON text of a message's data, bytes of UTF-8. */
export const DATA_BYTES_MAX = 32 * 1024;
/** Longest key, characters as Python counts them: code points. */
const KEY_CHARACTERS_MAX = 64;

/** Half a surrogate pair, which no text that is sent can hold. */
const HALF = /\p{Surrogate}/u;

/** A JSON value from the program. Under a key it is the key's present value, and null where that is gone. */
export interface ApplicationMessage {
  readonly key: string | null;
  readonly data: unknown;
}

/**
 * The message as it is sent.
 *
 * @throws TypeError where the data is no JSON value, RangeError where it is too long or the key has another length.
 */
export function checkMessage(data: unknown, key: string | null): ApplicationMessage {
  const text = JSON.stringify(data, refuseHalves);
  if (text === undefined) throw new TypeError(`message: ${typeof data}, expected a JSON value`);
  const bytes = utf8Length(text);
  if (bytes > DATA_BYTES_MAX) {
    throw new RangeError(`message: ${bytes} bytes of JSON text, expected at most ${DATA_BYTES_MAX}`);
  }
  if (key !== null && (key === "" || [...key].length > KEY_CHARACTERS_MAX)) {
    throw new RangeError(`key: ${[...key].length} characters, expected 1 to ${KEY_CHARACTERS_MAX}`);
  }
  // What JSON makes of it: dates are strings from here on, and nothing is shared with the page.
  return { key, data: JSON.parse(text) };
}

function refuseHalves(name: string, value: unknown): unknown {
  if (HALF.test(name) || (typeof value === "string" && HALF.test(value))) {
    throw new TypeError("message: half a surrogate pair, expected Unicode text");
  }
  return value;
}

/** Bytes of the text in UTF-8. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
