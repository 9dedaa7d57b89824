"""Events of viewers, as a program that publishes its own pixels gets them."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from rendercanvas_rfb.client import connect
from rendercanvas_rfb.errors import CloseCode
from rendercanvas_rfb.viewer_event import ViewerEvent
from tests.displays import MakeDisplay
from tests.push.viewers import closing, make_display, picture, taken
from tests.support import TIMEOUT_S, until

__all__ = ["make_display"]


def of(events: list[ViewerEvent], kind: str) -> list[ViewerEvent]:
    return [event for event in events if event.type == kind]


async def test_an_event_says_who_sent_it_when_it_came_and_where_in_the_picture(make_display: MakeDisplay) -> None:
    display = make_display()
    display.present(picture(64, 48), pixel_ratio=2.0)
    before = time.monotonic()
    async with connect(display.url) as client:
        await client.next_picture()
        await client.send_event("pointer_down", x=10, y=20, button=1, buttons=(1,), modifiers=("Shift",))
        await client.send_event("pointer_up", x=33, y=20, button=1)
        events = await taken(display, lambda events: of(events, "pointer_up"), "the events")
        assert client.welcome is not None
        viewer = client.welcome.viewer
    down, up = of(events, "pointer_down")[0], of(events, "pointer_up")[0]
    assert (down.viewer, down.principal) == (viewer, "anonymous")
    assert before <= down.received <= up.received <= time.monotonic()
    assert (down.x, down.y, down.button, down.buttons, down.modifiers) == (10.0, 20.0, 1, (1,), ("Shift",))
    assert (down.frame_x, down.frame_y, down.inside) == (20.0, 40.0, True)
    assert (up.frame_x, up.inside) == (66.0, False)


async def test_pixels_are_those_of_the_picture_that_the_viewer_has_seen(make_display: MakeDisplay) -> None:
    display = make_display()
    display.present(picture(64, 48), pixel_ratio=2.0)
    async with connect(display.url) as client:
        await client.next_picture()
        display.present(picture(32, 24))
        header, _ = await client.next_chunk(acknowledge=False)
        await client.send_event("key_down", key="a")
        await client.acknowledge(header.sequence)
        await client.send_event("key_down", key="b")
        events = await taken(display, lambda events: len(of(events, "key_down")) == 2, "the events")
    assert [event.picture.pixel_ratio for event in of(events, "key_down")] == [2.0, 1.0]


async def test_the_order_is_kept_over_all_viewers(make_display: MakeDisplay) -> None:
    display = make_display()
    async with connect(display.url) as first, connect(display.url) as second:
        for number in range(20):
            client = (first, second)[number % 2]
            await client.send_event("key_down", key=str(number))
            # The other one's next event is sent when this one has arrived.
            await client.send_message(number)
            events = await taken(display, lambda events: of(events, "message"), "the message")
            assert [event.key for event in of(events, "key_down")] == [str(number)]


async def test_moves_are_merged_while_the_program_does_not_look(make_display: MakeDisplay) -> None:
    display = make_display()
    async with connect(display.url) as client:
        for x in range(500):
            await client.send_event("pointer_move", x=x)
        await client.send_event("pointer_down", x=499, button=1, buttons=(1,))
        await client.send_message("done")
        await until(lambda: display._inbox._events and display._inbox._events[-1].type == "message", "the last one")
        events = display.poll_events()
    assert [event.type for event in events] == ["viewer_joined", "pointer_move", "pointer_down", "message"]
    assert events[1].x == 499


async def test_an_async_iterator_sees_everything_until_the_display_is_closed(make_display: MakeDisplay) -> None:
    display = make_display()
    kinds: list[str] = []

    async def follow() -> None:
        async for event in display.events():
            kinds.append(event.type)

    following = asyncio.create_task(follow())
    async with connect(display.url) as client:
        await client.send_event("key_down", key="a")
        await until(lambda: "key_down" in kinds, "the key")
        await client.send_event("wheel", dy=100)
        await until(lambda: "wheel" in kinds, "the wheel")
    await until(lambda: "viewer_left" in kinds, "the end of the viewer")
    display.close()
    async with asyncio.timeout(TIMEOUT_S):
        await following
    assert kinds == ["viewer_joined", "key_down", "wheel", "key_up", "viewer_left"]


async def test_a_program_without_asyncio_waits_for_events_and_its_handlers_run_on_its_thread(
    make_display: MakeDisplay,
) -> None:
    display = make_display()
    threads: list[str] = []

    @display.on("key_down")
    def handler(event: ViewerEvent) -> None:
        threads.append(threading.current_thread().name)

    def program() -> None:
        while not display.closed:
            display.poll_events(timeout=TIMEOUT_S)

    thread = threading.Thread(target=program, name="the program")
    thread.start()
    async with connect(display.url) as client:
        await client.send_event("key_down", key="a")
        await until(lambda: threads, "the handler")
    display.close()
    await asyncio.to_thread(thread.join, TIMEOUT_S)
    assert not thread.is_alive()
    assert threads == ["the program"]


async def test_a_program_that_takes_no_events_costs_the_viewers_nothing(
    make_display: MakeDisplay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rendercanvas_rfb.inbox.MAX_QUEUED_EVENTS", 10)
    display = make_display()
    display.present(picture())
    async with connect(display.url) as client:
        for _ in range(100):
            await client.send_event("key_down", key="a")
        display.present(picture(value=200))
        assert (await client.next_picture()).pixels.shape == (48, 64, 3)


async def test_one_that_stops_to_take_them_sends_the_viewer_away(
    make_display: MakeDisplay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rendercanvas_rfb.inbox.MAX_QUEUED_EVENTS", 10)
    display = make_display()
    display.poll_events()
    async with connect(display.url) as client:
        for _ in range(20):
            await client.send_event("key_down", key="a")
        assert (await closing(client)).code == CloseCode.TOO_MANY
