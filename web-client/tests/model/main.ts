/**
 * The client's side of the model checker (`tests/model`): many worlds in one process, driven over pipes.
 *
 * Each line of the input is a list of requests, one for a world; each line of the output has their answers.
 */

import { readSync, writeSync } from "node:fs";
import { install } from "./browser";
import { Client, type ClientOptions } from "./client";
import { DEFECTS } from "./defects";
import { enter, World } from "./world";

const { setImmediate } = globalThis;

/** Something that happens in a world: when, what, to which viewer or socket, and what there is to say of it. */
type Operation = readonly [number, string, number, unknown?, string?];

interface Request {
  readonly world: number;
  /** Given where the world begins. */
  readonly begin?: { readonly seed: number };
  /** Time to run up to, ms; null where the world ends. */
  readonly until: number | null;
  readonly operations: readonly Operation[];
}

interface Place {
  readonly world: World;
  readonly clients: Map<number, Client>;
}

const places = new Map<number, Place>();

function begin(seed: number): Place {
  let sockets = 0;
  return { world: new World(seed, () => ++sockets), clients: new Map() };
}

/** Lets promises go on before anything else happens. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function carryOut({ world, clients }: Place, [, kind, target, detail, reason]: Operation): void {
  if (kind === "start") {
    clients.set(target, new Client(target, detail as ClientOptions));
    return;
  }
  const socket = world.sockets.get(target);
  switch (kind) {
    case "opened":
      socket?.opened();
      return;
    case "text":
      socket?.received(String(detail));
      return;
    case "chunk": {
      const bytes = Buffer.from(String(detail), "base64");
      socket?.received(
        bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
      );
      return;
    }
    case "ended":
      socket?.ended(Number(detail), reason ?? "");
      return;
    default:
      clients.get(target)?.act(kind, detail);
  }
}

async function run({ operations, until }: Request, place: Place): Promise<unknown> {
  const { world } = place;
  enter(world);
  for (const operation of operations) {
    while (world.runTimer(operation[0])) await settled();
    world.now = Math.max(world.now, operation[0]);
    carryOut(place, operation);
    await settled();
  }
  while (world.runTimer(until ?? 0)) await settled();
  return [world.observations.splice(0), world.due];
}

async function answer(request: Request): Promise<unknown> {
  if (request.begin) places.set(request.world, begin(request.begin.seed));
  const place = places.get(request.world);
  if (place === undefined) throw new Error(`no world ${request.world}`);
  if (request.until === null) {
    places.delete(request.world);
    return null;
  }
  return run(request, place);
}

/** Yields the lines of the standard input, each when it is there. */
function* lines(): Generator<string> {
  const buffer = Buffer.alloc(1 << 16);
  let rest = Buffer.alloc(0);
  for (let count = readSync(0, buffer); count > 0; count = readSync(0, buffer)) {
    let data = Buffer.concat([rest, buffer.subarray(0, count)]);
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10)) {
      yield data.toString("utf8", 0, end);
      data = data.subarray(end + 1);
    }
    rest = Buffer.from(data);
  }
}

function write(text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSync(1, bytes, written);
}

const defect = process.argv[2];
if (defect !== undefined) DEFECTS[defect]?.();
install();
for (const line of lines()) {
  const answers: unknown[] = [];
  for (const request of JSON.parse(line) as Request[]) answers.push(await answer(request));
  write(`${JSON.stringify(answers)}\n`);
}
