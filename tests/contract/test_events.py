"""Every event of the renderview vocabulary, from a viewer to the handlers of a canvas."""

from __future__ import annotations

import pytest

from rendercanvas_rfb.client import connect
from rendercanvas_rfb.errors import ConnectionClosed
from tests.support import until

POINTER = {"x": 12.5, "y": 7.0, "button": 1, "buttons": (1,), "modifiers": ("Shift",), "ntouches": 0, "touches": {}}

EVENTS: dict[str, dict] = {
    "pointer_down": POINTER,
    "pointer_up": {**POINTER, "buttons": ()},
    "pointer_move": {**POINTER, "button": 0, "buttons": (), "modifiers": ("Control", "Alt")},
    "pointer_enter": {**POINTER, "button": 0, "buttons": ()},
    "pointer_leave": {**POINTER, "button": 0, "buttons": ()},
    "double_click": {"x": 1.0, "y": 2.0, "button": 1, "buttons": (1,), "modifiers": ()},
    "wheel": {"x": 3.0, "y": 4.0, "dx": 0.0, "dy": -100.0, "buttons": (), "modifiers": ("Meta",)},
    "key_down": {"key": "ArrowLeft", "modifiers": ("Shift",)},
    "key_up": {"key": "a", "modifiers": ()},
    "char": {"data": "é", "is_composing": False, "input_type": "insertText"},
}


@pytest.mark.parametrize("kind", EVENTS)
async def test_an_event_arrives_as_rendercanvas_spells_it(make_canvas, kind):
    canvas = make_canvas()
    events: list[dict] = []
    canvas.add_event_handler(events.append, kind)
    async with connect(canvas.url) as client:
        await client.send_event(kind, **EVENTS[kind])
        await until(lambda: events, f"the {kind} event")
    event = dict(events[0])
    assert event.pop("event_type") == kind
    assert isinstance(event.pop("time_stamp"), float)
    assert event == EVENTS[kind]


async def test_touches_have_integer_ids(make_canvas):
    canvas = make_canvas()
    events: list[dict] = []
    canvas.add_event_handler(events.append, "pointer_down")
    touches = {"3": {"x": 1.0, "y": 2.0, "pressure": 0.5}, "4": {"x": 5.0, "y": 6.0, "pressure": 1.0}}
    async with connect(canvas.url) as client:
        await client.send_event("pointer_down", **{**POINTER, "ntouches": 2, "touches": touches})
        await until(lambda: events)
    assert events[0]["ntouches"] == 2
    assert events[0]["touches"] == {int(name): touch for name, touch in touches.items()}


async def test_the_order_is_kept_and_a_move_comes_before_the_button_that_follows_it(make_canvas):
    canvas = make_canvas()
    seen = []
    canvas.add_event_handler(lambda e: seen.append((e["event_type"], e.get("x"))), "*")
    async with connect(canvas.url) as client:
        await client.send_event("pointer_move", x=1)
        await client.send_event("pointer_move", x=2)
        await client.send_event("pointer_down", x=2, button=1, buttons=(1,))
        await client.send_event("pointer_move", x=9, button=1, buttons=(1,))
        await client.send_event("pointer_up", x=9, button=1)
        await until(lambda: ("pointer_up", 9.0) in seen)
    kept = [item for item in seen if item[0].startswith("pointer_") and item != ("pointer_move", 1.0)]
    assert kept == [("pointer_move", 2.0), ("pointer_down", 2.0), ("pointer_move", 9.0), ("pointer_up", 9.0)]


async def test_events_of_all_viewers_arrive(make_canvas):
    canvas = make_canvas()
    keys = set()
    canvas.add_event_handler(lambda e: keys.add(e["key"]), "key_down")
    async with connect(canvas.url) as first, connect(canvas.url) as second:
        await first.send_event("key_down", key="1")
        await second.send_event("key_down", key="2")
        await until(lambda: keys == {"1", "2"})


async def test_what_a_lost_viewer_held_down_is_released(make_canvas):
    canvas = make_canvas()
    seen = []
    canvas.add_event_handler(
        lambda e: seen.append((e["event_type"], e.get("key") or e.get("button"))),
        "pointer_up",
        "key_up",
        "pointer_leave",
    )
    async with connect(canvas.url) as client:
        await client.send_event("pointer_enter", x=5, y=5)
        await client.send_event("key_down", key="Shift")
        await client.send_event("pointer_down", x=5, y=5, button=2, buttons=(2,))
    await until(lambda: len(seen) == 3)
    assert seen == [("pointer_up", 2), ("key_up", "Shift"), ("pointer_leave", 0)]


async def test_a_handler_that_fails_is_reported_and_the_next_event_arrives(make_canvas, caplog):
    canvas = make_canvas()
    keys = []

    @canvas.add_event_handler("key_down")
    def handler(event):
        keys.append(event["key"])
        raise RuntimeError("the handler is wrong")

    async with connect(canvas.url) as client:
        await client.send_event("key_down", key="a")
        await client.send_event("key_down", key="b")
        await until(lambda: keys == ["a", "b"])
    assert "the handler is wrong" in caplog.text


async def test_a_bad_event_closes_that_viewer_and_no_other(make_canvas):
    canvas = make_canvas()
    keys = []
    canvas.add_event_handler(lambda e: keys.append(e["key"]), "key_down")
    async with connect(canvas.url) as good, connect(canvas.url) as bad:
        await bad.send_text(
            '{"type": "event", "event": {"type": "key_down", "timestamp": 1, "key": 7, "modifiers": []}}'
        )
        with pytest.raises(ConnectionClosed) as error:
            await bad.next_chunk()
        assert error.value.code == 4400
        assert "event.key must be a string" in error.value.reason
        await good.send_event("key_down", key="still here")
        await until(lambda: keys == ["still here"])
