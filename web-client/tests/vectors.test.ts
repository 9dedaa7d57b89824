/** The samples that the Python and the TypeScript implementation share. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Chunk, parseChunk } from "../src/core/chunk";
import type { ClientMessage } from "../src/core/client-messages";
import { ProtocolError } from "../src/core/errors";
import { parseServerMessage } from "../src/core/server-messages";

const DIRECTORY = new URL("../../vectors/", import.meta.url);

interface ChunkVector {
  readonly name: string;
  readonly hex: string;
  readonly valid: boolean;
  readonly header?: Readonly<Record<string, unknown>>;
}

interface MessageVector {
  readonly name: string;
  readonly text: string;
  readonly valid: boolean;
}

function read<T>(file: string): readonly T[] {
  return JSON.parse(readFileSync(new URL(file, DIRECTORY), "utf8")) as T[];
}

function bytes(hex: string): ArrayBuffer {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)).buffer;
}

/** A chunk under the names of the vectors. */
function vectorNames({ header, payload }: Chunk): Readonly<Record<string, unknown>> {
  const { pixelRatio, timestamp, ...same } = header;
  const payloadHex = Array.from(payload, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { ...same, pixel_ratio: pixelRatio, timestamp_us: timestamp, payload_hex: payloadHex };
}

const fromClient = read<MessageVector>("client_messages.json");

describe("vectors/chunks.json", () => {
  test.each(read<ChunkVector>("chunks.json"))("$name", ({ hex, valid, header }) => {
    if (valid) expect(vectorNames(parseChunk(bytes(hex)))).toEqual(header);
    else expect(() => parseChunk(bytes(hex))).toThrow(ProtocolError);
  });
});

/** What servers of an earlier time send, and this client takes all the same. */
const OLD = ["welcome without session"];
const fromServer = read<MessageVector>("server_messages.json").filter(({ name }) => !OLD.includes(name));

describe("vectors/server_messages.json", () => {
  test.each(fromServer)("$name", ({ text, valid }) => {
    if (valid) expect(parseServerMessage(text)).toMatchObject({ type: JSON.parse(text).type });
    else expect(() => parseServerMessage(text)).toThrow(ProtocolError);
  });
});

const CLIENT_TYPES: Readonly<Record<ClientMessage["type"], true>> = {
  hello: true,
  view: true,
  ack: true,
  keyframe: true,
  capabilities: true,
  event: true,
  message: true,
  stats: true,
  ping: true,
  pong: true,
  bye: true,
};

describe("vectors/client_messages.json", () => {
  test("covers every message this client sends, and no other", () => {
    const types = fromClient.filter(({ valid }) => valid).map(({ text }) => JSON.parse(text).type as string);
    expect(new Set(types)).toEqual(new Set(Object.keys(CLIENT_TYPES)));
  });
});
