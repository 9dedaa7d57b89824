/** Typed and pasted text, in pieces that the wire takes. */

/** Longest `data` of a `char` event, code points; the server takes 256. */
const PIECE_LENGTH = 256;

/** The text without lone halves of surrogate pairs, which no UTF-8 has, in pieces of at most 256 code points. */
export function textPieces(text: string): readonly string[] {
  const points = Array.from(text.replace(/\p{Surrogate}/gu, ""));
  const pieces: string[] = [];
  for (let start = 0; start < points.length; start += PIECE_LENGTH) {
    pieces.push(points.slice(start, start + PIECE_LENGTH).join(""));
  }
  return pieces;
}
