"""Title, cursor and closing."""

from __future__ import annotations

import gc
import weakref

import pytest

from rendercanvas_rfb.client import connect, view_of
from rendercanvas_rfb.errors import ConfigurationError, ConnectionClosed
from rendercanvas_rfb.policy import ViewerPolicy
from rendercanvas_rfb.protocol.messages import StateChanged
from rendercanvas_rfb.server import Server
from tests.support import until


async def test_the_title_names_the_backend_by_default(make_canvas):
    async with connect(make_canvas().url) as client:
        assert client.state["title"] == "RfbRenderCanvas"


async def test_the_title_is_filled_in_and_follows(make_canvas):
    canvas = make_canvas(title="$backend on $loop")
    async with connect(canvas.url) as client:
        assert client.state["title"] == "RfbRenderCanvas on AsyncioLoop"
        canvas.set_title("another")
        while client.state["title"] != "another":
            await client.wait_for(StateChanged)


async def test_the_title_shows_frames_per_second_and_milliseconds(make_canvas, painter):
    canvas = make_canvas(title="$fps fps, $ms ms", size=(16, 16), update_mode="continuous")
    painter(canvas, (1, 2, 3))
    async with connect(canvas.url) as client:
        assert client.state["title"] == "? fps, ? ms"
        while client.state["title"] == "? fps, ? ms":
            await client.wait_for(StateChanged)
        fps, ms = client.state["title"].removesuffix(" ms").split(" fps, ")
        assert float(fps) == pytest.approx(1000 / float(ms), rel=0.1)


async def test_a_cursor_is_told_once(make_canvas):
    canvas = make_canvas()
    async with connect(canvas.url) as client:
        assert client.state["cursor"] == "default"
        canvas.set_cursor("crosshair")
        canvas.set_cursor("crosshair")
        canvas.set_cursor("ns_resize")
        cursors: list[str] = []
        while cursors[-1:] != ["ns-resize"]:
            message = await client.wait_for(StateChanged)
            cursors += [message.state["cursor"]] if "cursor" in message.state else []
        assert cursors == ["crosshair", "ns-resize"]


async def test_an_unknown_cursor_is_refused(make_canvas):
    with pytest.raises(ValueError, match="not known"):
        make_canvas().set_cursor("wand")


async def test_a_canvas_shown_on_a_display_of_ones_own_closes_with_it(make_canvas, painter):
    with Server(port=0) as server:
        display = server.add("mine", policy=ViewerPolicy(resize="viewer"))
        canvas = make_canvas(display=display, size=(16, 16))
        assert canvas.url == display.url == server.url("mine")
        painter(canvas, (1, 2, 3))
        async with connect(display.url, view=view_of(32, 16)) as client:
            assert (await client.next_picture()).pixels.shape == (16, 32, 3)
        server.remove("mine")
        await until(canvas.get_closed, "the canvas' end")


async def test_closing_tells_the_viewers_and_the_handlers(make_canvas):
    canvas = make_canvas()
    events = []
    canvas.add_event_handler(lambda e: events.append(e["event_type"]), "close")
    async with connect(canvas.url) as client:
        canvas.close()
        with pytest.raises(ConnectionClosed) as error:
            await client.next_chunk()
    assert (error.value.code, error.value.reason) == (1000, "closed")
    assert canvas.get_closed()
    assert events == ["close"]


async def test_closing_twice_is_closing_once(make_canvas):
    canvas = make_canvas()
    events = []
    canvas.add_event_handler(lambda e: events.append(e["event_type"]), "close")
    canvas.close()
    canvas.close()
    assert events == ["close"]


async def test_a_viewer_can_close_the_canvas(make_canvas):
    canvas = make_canvas()
    events = []
    canvas.add_event_handler(lambda e: events.append(e["event_type"]), "close")
    async with connect(canvas.url) as client:
        await client.send_event("close")
        with pytest.raises(ConnectionClosed) as error:
            await client.next_chunk()
    assert error.value.code == 1000
    assert canvas.get_closed()
    await until(lambda: events == ["close"])


async def test_a_closed_canvas_is_no_longer_there(make_canvas):
    canvas = make_canvas()
    url = canvas.url
    canvas.close()
    assert canvas.url == ""
    with pytest.raises(ConnectionClosed) as error:
        async with connect(url):
            pass
    assert error.value.code == 4404


async def test_a_viewer_that_leaves_does_not_close_the_canvas(make_canvas):
    canvas = make_canvas()
    async with connect(canvas.url) as client:
        assert client.state["viewers"] == 1
    async with connect(canvas.url) as client:
        while client.state["viewers"] != 1:
            await client.wait_for(StateChanged)
        assert not canvas.get_closed()


async def test_a_closed_canvas_is_garbage(make_canvas, painter):
    canvas = make_canvas()
    painter(canvas, (1, 2, 3))
    async with connect(canvas.url) as client:
        await client.next_picture()
    canvas.close()
    gone = weakref.ref(canvas)
    make_canvas.forget(canvas)
    del canvas, client
    await until(lambda: gc.collect() >= 0 and gone() is None, "the end of the canvas")


async def test_a_canvas_that_nobody_keeps_closes_itself(make_canvas):
    canvas = make_canvas(name="short-lived")
    make_canvas.forget(canvas)
    gone = weakref.ref(canvas)
    del canvas
    await until(lambda: gc.collect() >= 0 and gone() is None, "the end of the canvas")
    assert "short-lived" in make_canvas(name="short-lived").url


async def test_names_are_given_out_in_order_and_come_back(make_canvas):
    first, second = make_canvas(), make_canvas()
    assert first.url.endswith("/canvas-1/")
    assert second.url.endswith("/canvas-2/")
    first.close()
    assert make_canvas().url.endswith("/canvas-1/")


async def test_a_name_that_is_taken_is_refused(make_canvas):
    make_canvas(name="mine")
    with pytest.raises(ConfigurationError, match="'mine' already"):
        make_canvas(name="mine")


@pytest.mark.parametrize("name", ["", "a/b", "..", "with space", "streams", "ä", "x" * 65])
async def test_a_name_that_is_no_address_is_refused(make_canvas, name):
    with pytest.raises(ConfigurationError, match="no name for a display"):
        make_canvas(name=name)
