/** A message that breaks the wire protocol. The text names the member and what was expected. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}
