/** The JSON at `streams`: the displays of a server. */

import { ProtocolError } from "./errors";
import { isObject, Members } from "./members";

export interface ListedStream {
  readonly name: string;
  readonly title: string;
  /** Logical size, pixels; null before it is known. */
  readonly width: number | null;
  readonly height: number | null;
  readonly viewers: number;
}

/** @throws ProtocolError where a member is missing or ill-typed. */
export function parseListing(value: unknown): readonly ListedStream[] {
  if (!isObject(value) || !Array.isArray(value.streams)) throw new ProtocolError("streams: expected a list");
  return value.streams.map((item: unknown) => {
    if (!isObject(item)) throw new ProtocolError("streams: expected objects");
    const stream = new Members("stream", item);
    return {
      name: stream.string("name"),
      title: stream.string("title"),
      width: stream.nullable("width", () => stream.number("width")),
      height: stream.nullable("height", () => stream.number("height")),
      viewers: stream.integer("viewers", 0, Number.MAX_SAFE_INTEGER),
    };
  });
}
