"""The main job in Firefox: a canvas is seen, steered, and seen again after a cut; with and without a video decoder.

Run by ``nox -s tests_firefox``. Firefox 153 claims no H.264 in 4:4:4, and paints full-range 4:2:0 in the wrong colours,
so that it shows lossless images either way, as its client finds out by itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest

from rendercanvas_rfb.server import Server
from rendercanvas_rfb.testing.patterns import color_blocks
from tests.browser.pages import LOOK_S
from tests.canvases import MakeCanvas, Painter
from tests.firefox.bidi import FirefoxPage, open_firefox
from tests.support import until

RED, GREEN = (200, 30, 60), (20, 180, 90)


@pytest.fixture
async def make_canvas() -> AsyncIterator[MakeCanvas]:
    make = MakeCanvas()
    yield make
    await make.finish()


async def shows(page: FirefoxPage, color: tuple[int, int, int], x: int, y: int) -> None:
    """Wait until a pixel of the page has exactly this colour: that of the lossless still, at the latest."""

    async def seen() -> tuple[int, ...]:
        return tuple((await page.pixels())[y, x].tolist())

    async def is_shown() -> bool:
        return await seen() == color

    async def situation() -> list[object]:
        return [await seen(), *[await page.get(f"view?.{name}") for name in ("statusDetail", "stats")]]

    await until(is_shown, f"the colour {color}", pause_s=LOOK_S, detail=situation)


@pytest.mark.parametrize("has_decoder", [True, False])
async def test_a_canvas_is_seen_and_steered(make_canvas: MakeCanvas, has_decoder: bool) -> None:
    canvas = make_canvas(size=(320, 200))
    painter = Painter(canvas, RED)
    events: list[dict[str, Any]] = []
    canvas.add_event_handler(events.append, "pointer_down", "pointer_move", "pointer_up", "key_down")
    async with open_firefox(canvas.url, 640, 480, dom_media_webcodecs_enabled=has_decoder) as page:
        await shows(page, RED, 320, 240)
        assert canvas.get_logical_size() == (640, 480)
        assert await page.get("typeof VideoDecoder !== 'undefined'") is has_decoder
        painter.color = GREEN
        canvas.request_draw()
        await shows(page, GREEN, 320, 240)
        await page.drag((100, 100), (300, 200))
        await until(lambda: "pointer_up" in [event["event_type"] for event in events], "the drag")
        down, up = (next(e for e in events if e["event_type"] == kind) for kind in ("pointer_down", "pointer_up"))
        assert (down["x"], down["y"], down["button"]) == (100, 100, 1)
        assert (up["x"], up["y"]) == (300, 200)
        await page.type("a")
        await until(lambda: "a" in [event.get("key") for event in events], "the key")


async def test_a_canvas_is_seen_and_steered_over_http(make_canvas: MakeCanvas) -> None:
    canvas = make_canvas(size=(320, 200))
    painter = Painter(canvas, RED)
    events: list[dict[str, Any]] = []
    canvas.add_event_handler(events.append, "pointer_down", "key_down")
    async with open_firefox(f"{canvas.url}?transport=http", 640, 480) as page:
        await shows(page, RED, 320, 240)
        assert await page.get("view.statusDetail.transport") == "http"
        painter.color = GREEN
        canvas.request_draw()
        await shows(page, GREEN, 320, 240)
        await page.drag((100, 100), (300, 200))
        await page.type("a")
        await until(lambda: "a" in [event.get("key") for event in events], "the key")
        down = next(event for event in events if event["event_type"] == "pointer_down")
        assert (down["x"], down["y"], down["button"]) == (100, 100, 1)


async def test_the_page_comes_back_when_the_server_does() -> None:
    blocks = color_blocks(640, 480)
    with Server(port=0) as server:
        server.add("plot").publish(np.full((480, 640, 3), RED, np.uint8))
        url, port = server.url("plot"), server.port
        async with open_firefox(url, 640, 480) as page:
            await shows(page, RED, 320, 240)
            server.stop()
            await page.until("view.status === 'reconnecting'")
            with Server(port=port) as restarted:
                assert restarted.port == port
                restarted.add("plot").publish(blocks)
                for x in (80, 240, 400, 560):
                    await shows(page, tuple(blocks[360, x, :3].tolist()), x, 360)
