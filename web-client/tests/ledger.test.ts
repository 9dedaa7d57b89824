import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClientMessage } from "../src/core/client-messages";
import { ProtocolError } from "../src/core/errors";
import type { InputEvent } from "../src/core/events";
import { type Input, InputLedger, KEPT_MAX } from "../src/core/ledger";
import { Outbox } from "../src/core/outbox";
import type { Session } from "../src/core/server-messages";

function key(name: string, type: "key_down" | "key_up" = "key_down"): InputEvent {
  return { type, key: name, modifiers: [], timestamp: 0 };
}

function press(name = "a"): Input {
  return { type: "event", event: key(name) };
}

const RELEASE: Input = { type: "event", event: key("a", "key_up") };

function fill(ledger: InputLedger): number {
  for (let accepted = 0; ; accepted++) if (ledger.offer(press()) === null) return accepted;
}

describe("InputLedger", () => {
  test("numbers from 1 and returns what is not confirmed, in order", () => {
    const ledger = new InputLedger();
    expect(["a", "b", "c"].map((name) => ledger.offer(press(name))?.n)).toEqual([1, 2, 3]);
    ledger.taken(1);
    expect(ledger.resume(2)).toEqual([{ ...press("c"), n: 3 }]);
    expect(ledger.resume(3)).toEqual([]);
    expect(ledger.offer(press())?.n).toBe(4);
  });

  test("forgets what was kept for a session that is no more", () => {
    const ledger = new InputLedger();
    ledger.offer(press());
    ledger.restart();
    expect(ledger.resume(0)).toEqual([]);
    expect(ledger.offer(press())?.n).toBe(1);
  });

  test("leaves out releases of what the server has seen pressed, which it let go of, and closes up the numbers", () => {
    const ledger = new InputLedger();
    const release = (name: string): Input => ({ type: "event", event: key(name, "key_up") });
    const inputs = [press("a"), press("b"), release("a"), press("c"), release("b"), release("c")];
    for (const input of inputs) ledger.offer(input);
    expect(ledger.resume(1)).toEqual(
      [press("b"), press("c"), release("b"), release("c")].map((input, index) => ({
        ...input,
        n: index + 2,
      })),
    );
    expect(ledger.offer(press())?.n).toBe(6);
  });

  test("is bounded, and has room for releases when it takes nothing else", () => {
    const ledger = new InputLedger();
    const accepted = fill(ledger);
    expect(ledger.full).toBe(true);
    expect(accepted).toBeLessThan(KEPT_MAX);
    for (let n = accepted + 1; n <= KEPT_MAX; n++) expect(ledger.offer(RELEASE)?.n).toBe(n);
    expect(ledger.offer(RELEASE)).toBeNull();
    expect(ledger.resume(0)).toHaveLength(KEPT_MAX);
  });

  test("says that it takes no more before it takes no more", () => {
    const ledger = new InputLedger();
    while (!ledger.full) expect(ledger.offer(press())).not.toBeNull();
    // What the page has sent before it has heard of it.
    for (let n = 0; n < 16; n++) expect(ledger.offer(press())).not.toBeNull();
  });

  test("takes input again once half of it is confirmed", () => {
    const ledger = new InputLedger();
    const accepted = fill(ledger);
    ledger.taken(1);
    expect(ledger.full).toBe(true);
    ledger.taken(accepted - KEPT_MAX / 2);
    expect(ledger.full).toBe(false);
    expect(ledger.offer(press())?.n).toBe(accepted + 1);
  });

  test("refuses confirmations of what was never sent, and sessions that have lost what was confirmed", () => {
    const ledger = new InputLedger();
    ledger.offer(press());
    ledger.offer(press());
    expect(() => ledger.taken(3)).toThrow(ProtocolError);
    ledger.taken(2);
    expect(() => ledger.resume(1)).toThrow(ProtocolError);
  });
});

/** A server that takes input as the protocol asks, over links that break. */
class Server {
  readonly taken: string[] = [];
  #last = 0;

  get last(): number {
    return this.#last;
  }

  receive(message: ClientMessage): void {
    if (message.type !== "event" || message.n === undefined || message.event.type !== "key_down") return;
    if (message.n <= this.#last) return;
    expect(message.n).toBe(this.#last + 1);
    this.#last = message.n;
    this.taken.push(message.event.key);
  }
}

function session(resumed: boolean, input: number): Session {
  return { token: "t".repeat(22), resumed, input };
}

/** What a server takes, together with its own releases of what is held when a connection is lost. */
class HoldingServer {
  readonly log: string[] = [];
  last = 0;
  #held = new Set<string>();

  receive(message: ClientMessage): void {
    if (message.type !== "event" || message.n === undefined) return;
    const { event } = message;
    if (message.n <= this.last || (event.type !== "key_down" && event.type !== "key_up")) return;
    expect(message.n).toBe(this.last + 1);
    this.last = message.n;
    this.log.push(`${event.type} ${event.key}`);
    if (event.type === "key_down") this.#held.add(event.key);
    else this.#held.delete(event.key);
  }

  lost(): void {
    for (const name of this.#held) this.log.push(`key_up ${name}`);
    this.#held.clear();
  }
}

describe("Outbox in a session", () => {
  test("lets the server see one release of each press, wherever connections break", () => {
    const step = fc.constantFrom("a", "b", "arrive", "confirm", "cut");
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const server = new HoldingServer();
        const held = new Set<string>();
        let link: ClientMessage[] = [];
        const outbox = new Outbox({ congested: false, send: (message) => link.push(message) });
        outbox.greeted(session(false, 0));
        const toggle = (name: string) => {
          const down = !held.delete(name);
          if (down) held.add(name);
          outbox.event(key(name, down ? "key_down" : "key_up"), 0);
        };
        const cut = () => {
          server.lost();
          outbox.lost();
          link = [];
          for (const name of [...held]) toggle(name);
          outbox.greeted(session(true, server.last));
        };
        for (const name of steps) {
          if (name === "arrive") {
            const message = link.shift();
            if (message !== undefined) server.receive(message);
          } else if (name === "confirm") outbox.taken(server.last);
          else if (name === "cut") cut();
          else toggle(name);
        }
        cut();
        for (const message of link) server.receive(message);
        for (const name of ["a", "b"]) {
          const seen = server.log.filter((entry) => entry.endsWith(name));
          expect(
            seen.filter((_, index) => index % 2 === 0).every((entry) => entry.startsWith("key_down")),
          ).toBe(true);
          expect(
            seen.filter((_, index) => index % 2 === 1).every((entry) => entry.startsWith("key_up")),
          ).toBe(true);
          expect(seen.length % 2).toBe(0);
        }
      }),
    );
  });

  test("delivers each input once and in order, wherever connections break", () => {
    const step = fc.constantFrom("input", "arrive", "confirm", "cut");
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const server = new Server();
        const made: string[] = [];
        let link: ClientMessage[] = [];
        const outbox = new Outbox({ congested: false, send: (message) => link.push(message) });
        outbox.greeted(session(false, 0));
        for (const [index, name] of steps.entries()) {
          if (name === "input") {
            made.push(String(index));
            outbox.event(key(String(index)), index);
          } else if (name === "arrive") {
            const message = link.shift();
            if (message !== undefined) server.receive(message);
          } else if (name === "confirm") {
            outbox.taken(server.last);
          } else {
            outbox.lost();
            link = [];
            outbox.event(key(`${index} without a connection`), index);
            made.push(`${index} without a connection`);
            outbox.greeted(session(true, server.last));
          }
        }
        for (const message of link) server.receive(message);
        expect(server.taken).toEqual(made);
      }),
    );
  });

  test("sends nothing of an earlier session", () => {
    const sent: ClientMessage[] = [];
    const outbox = new Outbox({ congested: false, send: (message) => sent.push(message) });
    outbox.greeted(session(false, 0));
    outbox.lost();
    outbox.message({ key: null, data: 1 }, 0);
    expect(outbox.takesInput).toBe(true);
    outbox.greeted(session(false, 0));
    expect(sent).toEqual([]);
    outbox.message({ key: null, data: 2 }, 0);
    expect(sent).toEqual([{ type: "message", key: null, data: 2, n: 1 }]);
  });

  test("says when it takes no more", () => {
    const outbox = new Outbox({ congested: false, send: () => undefined });
    outbox.greeted(session(false, 0));
    for (let n = 0; n < KEPT_MAX; n++) outbox.event(key("a"), n);
    expect(outbox.takesInput).toBe(false);
    outbox.taken(KEPT_MAX / 2);
    expect(outbox.takesInput).toBe(true);
  });

  test("keeps nothing where the server has no sessions, and numbers nothing", () => {
    const sent: ClientMessage[] = [];
    const outbox = new Outbox({ congested: false, send: (message) => sent.push(message) });
    outbox.greeted(null);
    outbox.event(key("a"), 0);
    outbox.lost();
    expect(outbox.takesInput).toBe(false);
    outbox.event(key("b"), 0);
    outbox.greeted(null);
    expect(sent).toEqual([{ type: "event", event: key("a") }]);
  });
});
