import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClientMessage, ViewSize } from "../src/core/client-messages";
import type { InputEvent, KeyInput, PointerInput } from "../src/core/events";
import { Outbox } from "../src/core/outbox";

function move(x: number): PointerInput {
  return {
    type: "pointer_move",
    x,
    y: 0,
    button: 0,
    buttons: [],
    modifiers: [],
    ntouches: 0,
    touches: {},
    timestamp: 0,
  };
}

function key(name: string): KeyInput {
  return { type: "key_down", key: name, modifiers: [], timestamp: 0 };
}

function view(width: number): ViewSize {
  return { width, height: 1, physical_width: width, physical_height: 1, pixel_ratio: 1, visible: true };
}

class Recorder {
  congested = false;
  readonly sent: ClientMessage[] = [];

  send(message: ClientMessage): void {
    this.sent.push(message);
  }

  get events(): InputEvent[] {
    return this.sent.flatMap((message) => (message.type === "event" ? [message.event] : []));
  }
}

/** An outbox that may send, to a server without sessions. */
function connected(wire: Recorder): Outbox {
  const outbox = new Outbox(wire);
  outbox.greeted(null);
  return outbox;
}

describe("Outbox", () => {
  test("flushes a waiting move before a button or key", () => {
    const wire = new Recorder();
    const outbox = connected(wire);
    outbox.event(move(1), 0);
    outbox.event(move(2), 1);
    outbox.event(key("a"), 2);
    expect(wire.events).toEqual([move(1), move(2), key("a")]);
  });

  test("sends the last move after a while when nothing follows", () => {
    const wire = new Recorder();
    const outbox = connected(wire);
    outbox.event(move(1), 0);
    outbox.event(move(2), 1);
    const wait = outbox.poll(1);
    expect(wait).not.toBeNull();
    expect(outbox.poll(1 + (wait ?? 0))).toBeNull();
    expect(wire.events.at(-1)).toEqual(move(2));
  });

  test("asks to be polled until the congestion is over, and never for the past", () => {
    const wire = new Recorder();
    const outbox = connected(wire);
    wire.congested = true;
    outbox.event(move(1), 0);
    expect(outbox.poll(500)).toBeGreaterThan(0);
    wire.congested = false;
    expect(outbox.poll(504)).toBeNull();
    expect(wire.events).toEqual([move(1)]);
  });

  test("sends the first size at once and then one per 50 ms, the last one always", () => {
    const wire = new Recorder();
    const outbox = connected(wire);
    for (let now = 0; now <= 100; now += 10) {
      outbox.view(view(now + 1), now);
      outbox.poll(now);
    }
    outbox.poll(150);
    const widths = wire.sent.flatMap((message) => (message.type === "view" ? [message.view.width] : []));
    expect(widths).toEqual([1, 51, 101]);
  });

  test("neither drops, doubles nor reorders anything but moves, whatever the load", () => {
    const step = fc.record({
      move: fc.boolean(),
      congested: fc.boolean(),
      elapsed: fc.integer({ min: 0, max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const wire = new Recorder();
        const outbox = connected(wire);
        const history: InputEvent[] = [];
        let now = 0;
        for (const [index, { move: moves, congested, elapsed }] of steps.entries()) {
          now += elapsed;
          wire.congested = congested;
          const event = moves ? move(index) : key(String(index));
          history.push(event);
          outbox.event(event, now);
          outbox.poll(now);
        }
        wire.congested = false;
        outbox.poll(now + 1_000);
        // What may be left out is exactly a move that another move follows.
        const kept = new Set(wire.events);
        for (const [index, event] of history.entries()) {
          const replaceable = event.type === "pointer_move" && history[index + 1]?.type === "pointer_move";
          if (!replaceable) expect(kept.has(event)).toBe(true);
        }
        expect(wire.events).toEqual(history.filter((event) => kept.has(event)));
      }),
    );
  });
});
