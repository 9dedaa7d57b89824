"""What the page shows and sends of control and messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest_asyncio

from tests.displays import MakeDisplay
from tests.push.viewers import taken
from tests.support import until


@pytest_asyncio.fixture(loop_scope="session")
async def make_display() -> AsyncIterator[MakeDisplay]:
    """Serves displays that are closed when the test ends."""
    make = MakeDisplay()
    yield make
    await asyncio.to_thread(make.close_all)


def show(display, value=120):
    display.present(np.full((300, 400, 4), value, np.uint8))


def badge(viewer):
    """An expression: whether the page says that it may only look."""
    return "!document.querySelector('rfb-view').shadowRoot.querySelector('.badge.view-only').hidden"


async def test_a_page_without_control_says_so_and_sends_nothing(make_display, open_page):
    display = make_display(control="none")
    show(display)
    viewer = await open_page(display.url, 400, 300)
    await viewer.current(display)
    await viewer.until(badge(viewer))
    await viewer.until_text("view only")
    await viewer.page.mouse.click(100, 100)
    await viewer.page.keyboard.type("abc")
    assert await viewer.get("view.send('hello')") is False
    # A resized page still says so: that comes after the input, had there been any.
    await viewer.page.set_viewport_size({"width": 500, "height": 300})
    await until(lambda: any(view and view.width == 500 for view in display._audience._sizing._views.values()))
    assert [event.type for event in display.poll_events()] == ["viewer_joined"]


async def test_the_second_page_gets_the_control_when_the_first_one_goes(make_display, open_page):
    display = make_display(control="first")
    show(display)
    first = await open_page(display.url, 400, 300)
    await first.current(display)
    await first.until("view.control")
    second = await open_page(display.url, 400, 300)
    await second.current(display)
    await second.until(badge(second))
    assert not await first.get(badge(first))
    await first.page.close()
    await second.until("view.control")
    await second.until(f"!({badge(second)})")
    await second.page.mouse.click(120, 80)
    events = await taken(display, lambda events: any(e.type == "pointer_up" for e in events), "the click")
    down = next(event for event in events if event.type == "pointer_down")
    assert (down.x, down.y, down.frame_x, down.frame_y, down.inside) == (120, 80, 120, 80, True)


async def test_the_place_of_an_event_is_a_pixel_of_the_picture_however_it_is_fitted(make_display, open_page):
    display = make_display()
    show(display)
    viewer = await open_page(display.url, 1000, 600, 2)
    await viewer.current(display)
    await viewer.page.mouse.click(100 + 800 - 1, 300)
    events = await taken(display, lambda events: any(e.type == "pointer_up" for e in events), "the click")
    down = next(event for event in events if event.type == "pointer_down")
    assert (int(down.frame_x), int(down.frame_y), down.inside) == (399, 150, True)


async def test_messages_go_both_ways_and_the_kept_ones_come_again(make_display, open_page):
    display = make_display()
    show(display)
    display.send({"step": 1}, key="progress")
    viewer = await open_page(display.url, 400, 300)
    await viewer.until("view.messages.get('progress')?.step === 1")
    await viewer.get(
        "(window.heard = [], document.querySelector('rfb-view')"
        ".addEventListener('rfb-message', ({detail}) => window.heard.push(detail)), 1)"
    )
    display.send({"step": 2}, key="progress")
    display.send("Größe 好")
    await viewer.until("window.heard.length === 2")
    assert await viewer.get("window.heard") == [
        {"key": "progress", "data": {"step": 2}},
        {"key": None, "data": "Größe 好"},
    ]
    assert await viewer.get("view.send({a: [1, null, '好']}, 'answer')") is True
    events = await taken(display, lambda events: any(e.type == "message" for e in events), "the message")
    message = next(event for event in events if event.type == "message")
    assert (message.key, message.data) == ("answer", {"a": [1, None, "好"]})
    display.send(None, key="progress")
    await viewer.until("!view.messages.has('progress')")
    assert (
        await viewer.get("(() => { try { view.send(() => 1) } catch (error) { return error.name } })()") == "TypeError"
    )


async def test_the_program_follows_the_size_of_the_page(make_display, open_page):
    display = make_display(resize="viewer", max_size=(800, 800))
    viewer = await open_page(display.url, 300, 200, 2)
    await until(lambda: display.target_size == (600, 400), "the size")
    assert display.target_ratio == 2.0
    display.present(np.full((400, 600, 4), 90, np.uint8), pixel_ratio=2.0)
    await viewer.current(display, (600, 400))
    await viewer.page.set_viewport_size({"width": 500, "height": 200})
    await until(lambda: display.target_size == (800, 320), "the size, scaled down")
    assert display.target_ratio == 1.6
