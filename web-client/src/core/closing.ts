/** What a viewer does when a connection ends (`docs/protocol.md`, "Close codes"). */

/**
 * `reconnect`: soon, with backoff. `slow`: the other side is there but has nothing to show. `token`: wait for a
 * credential. `reload`: the page is of another version. `report`: trying again would end the same way.
 */
export type AfterClose = "reconnect" | "slow" | "token" | "reload" | "report";

/** Close codes of the protocol that the client itself sends or names. */
export const CloseCode = {
  normal: 1000,
  /** The connection broke, and nobody has said why. */
  lost: 1006,
  malformed: 4400,
  /** No display of that name. */
  unknown: 4404,
  timeout: 4408,
  /** The largest code there is (RFC 6455, section 7.4.2). */
  max: 4999,
} as const;

const AFTER: ReadonlyMap<number, AfterClose> = new Map([
  [1000, "slow"],
  [1001, "reconnect"],
  // What ASGI servers say themselves when they are told to end: "service restart".
  [1012, "reconnect"],
  [4400, "report"],
  [4401, "token"],
  [4403, "report"],
  [4404, "slow"],
  [4408, "reconnect"],
  [4413, "report"],
  [4420, "slow"],
  [4426, "reload"],
  [4429, "slow"],
  [4500, "reconnect"],
]);

/** The next step after a close with `code`. Unknown codes (1006: the link broke) reconnect. */
export function afterClose(code: number): AfterClose {
  return AFTER.get(code) ?? "reconnect";
}
