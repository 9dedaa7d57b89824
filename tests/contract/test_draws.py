"""When draws happen: update modes, viewers that look or do not, and draws that fail or take long."""

from __future__ import annotations

import asyncio
import logging
import threading

import numpy as np
import pytest

from rendercanvas_rfb.client import connect, view_of
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.protocol.messages import Ping, Pong
from rendercanvas_rfb.rfb import _NextDraw
from tests.support import until


async def turns(count: int = 20) -> None:
    """Give the scheduler so many ticks at the default pace; for showing that something does not happen."""
    for _ in range(count):
        await asyncio.sleep(1 / 60)


async def test_nothing_is_drawn_while_nobody_looks(make_canvas, painter):
    canvas = make_canvas(size=(16, 16), update_mode="continuous")
    painted = painter(canvas, (1, 2, 3))
    await turns()
    assert painted.draws == 0


async def test_the_first_viewer_gets_a_picture(make_canvas, painter):
    canvas = make_canvas(size=(32, 32))
    painter(canvas, (200, 30, 60))
    async with connect(canvas.url) as client:
        picture = await client.next_picture()
    assert picture.pixels.shape == (32, 32, 3)
    assert abs(picture.pixels.reshape(-1, 3).mean(0) - (200, 30, 60)).max() < 4


async def test_ondemand_draws_once_for_a_request(make_canvas, painter):
    canvas = make_canvas(size=(16, 16), update_mode="ondemand")
    painted = painter(canvas, (1, 2, 3))
    async with connect(canvas.url) as client:
        await client.next_picture()
        await turns()
        before = painted.draws
        painted.color = (100, 100, 100)
        canvas.request_draw()
        await client.next_picture()
        await turns()
        assert painted.draws == before + 1


async def test_ondemand_honours_min_fps(make_canvas, painter):
    canvas = make_canvas(size=(16, 16), update_mode="ondemand", min_fps=30)
    painted = painter(canvas, (1, 2, 3))
    async with connect(canvas.url):
        await until(lambda: painted.draws > 5)


@pytest.mark.parametrize("mode", ["continuous", "fastest"])
async def test_other_modes_draw_without_a_request(make_canvas, painter, mode):
    canvas = make_canvas(size=(16, 16), update_mode=mode)
    painted = painter(canvas, (1, 2, 3))
    async with connect(canvas.url):
        await until(lambda: painted.draws > 10)


async def test_manual_draws_when_it_is_told_to(make_canvas, painter):
    canvas = make_canvas(size=(16, 16), update_mode="manual")
    painted = painter(canvas, (1, 2, 3))
    async with connect(canvas.url) as client:
        await client.next_picture()  # The first picture is there because the size is new.
        before = painted.draws
        canvas.request_draw()
        await turns()
        assert painted.draws == before
        painted.color = (200, 200, 200)
        canvas.force_draw()
        assert painted.draws == before + 1
        picture = await client.next_picture()
        while picture.pixels.min() < 190:  # The exact pixels of the first picture.
            picture = await client.next_picture()


@pytest.mark.parametrize("mode", ["manual", "ondemand", "continuous", "fastest"])
async def test_a_resize_draws_in_every_mode(make_canvas, painter, mode):
    canvas = make_canvas(size=(16, 16), update_mode=mode)
    painter(canvas, (1, 2, 3))
    async with connect(canvas.url, view=view_of(16, 16)) as client:
        for size in [(20, 30), (40, 25), (31, 17)]:
            await client.set_view(view_of(*size))
            await client.send_event("pointer_move", x=1, y=1)
            picture = await client.next_picture()
            while picture.pixels.shape[:2] != size[::-1]:
                picture = await client.next_picture()


async def test_the_mode_can_be_changed(make_canvas, painter):
    canvas = make_canvas(size=(16, 16), update_mode="manual")
    painted = painter(canvas, (1, 2, 3))
    async with connect(canvas.url):
        canvas.set_update_mode("continuous", max_fps=100)
        await until(lambda: painted.draws > 5)
        with pytest.raises(ValueError, match="Invalid update_mode"):
            canvas.set_update_mode("sometimes")


async def test_events_are_handled_while_nobody_looks(make_canvas, painter):
    canvas = make_canvas(size=(16, 16))
    painted = painter(canvas, (1, 2, 3))
    keys = []
    canvas.add_event_handler(lambda e: keys.append(e["key"]), "key_down")
    async with connect(canvas.url, view=view_of(16, 16, visible=False)) as client:
        await client.send_event("key_down", key="a")
        await until(lambda: keys == ["a"])
    assert painted.draws == 0


async def test_force_draw_needs_no_viewer(make_canvas, painter):
    canvas = make_canvas(size=(16, 16))
    painted = painter(canvas, (90, 90, 90))
    canvas.force_draw()
    assert painted.draws == 1
    async with connect(canvas.url) as client:
        assert abs((await client.next_picture()).pixels.mean() - 90) < 4


async def test_a_new_draw_function_takes_over(make_canvas, painter):
    canvas = make_canvas(size=(16, 16))
    first, second = painter(canvas, (250, 0, 0)), painter(canvas, (0, 0, 250))
    async with connect(canvas.url) as client:
        await client.next_picture()
        assert first.draws == 0
        assert second.draws > 0


async def test_a_picture_that_does_not_change_is_sent_once_and_once_exactly(make_canvas, painter):
    canvas = make_canvas(size=(64, 64), update_mode="continuous")
    painted = painter(canvas, (1, 2, 3))
    async with connect(canvas.url, video=(Tier(PictureFormat.H264, Chroma.YUV444),)) as client:
        assert not (await client.next_picture()).header.lossless
        assert (await client.next_picture()).header.lossless
        before = painted.draws
        await until(lambda: painted.draws > before + 20)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.next_picture(), 0.1)


async def test_a_hidden_viewer_costs_nothing_and_comes_back_at_once(make_canvas, painter):
    canvas = make_canvas(size=(64, 64), update_mode="continuous")
    painted = painter(canvas, (200, 0, 0))
    async with connect(canvas.url, view=view_of(64, 64)) as client:
        await client.next_picture()
        await client.set_view(view_of(64, 64, visible=False))
        await until(lambda: not canvas._display.wants_frame(), "the end of the demand")
        before = painted.draws
        painted.color = (0, 0, 200)
        await turns()
        assert painted.draws <= before + 1  # One may have been on its way.
        await client.set_view(view_of(64, 64, visible=True))
        picture = await client.next_picture()
        while picture.pixels[0, 0, 2] < 150:
            picture = await client.next_picture()
        assert painted.draws > before


async def test_a_visible_viewer_goes_on_while_another_is_hidden(make_canvas, painter):
    canvas = make_canvas(size=(32, 32), update_mode="continuous")
    painted = painter(canvas, (10, 10, 10))
    async with (
        connect(canvas.url, view=view_of(32, 32, visible=False)) as hidden,
        connect(canvas.url, view=view_of(32, 32)) as visible,
    ):
        for shade in range(20, 200, 30):
            painted.color = (shade, shade, shade)
            picture = await visible.next_picture()
            while abs(int(picture.pixels[0, 0, 0]) - shade) > 3:
                picture = await visible.next_picture()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(hidden.next_picture(), 0.1)


async def test_several_viewers_see_the_same_from_one_encoder(make_canvas, painter):
    canvas = make_canvas(size=(32, 32), update_mode="continuous")
    painted = painter(canvas, (10, 10, 10))
    async with connect(canvas.url) as first, connect(canvas.url) as second, connect(canvas.url) as third:
        for client in (first, second, third):
            await client.next_picture()
        painted.color = (77, 177, 27)
        for client in (first, second, third):
            picture = await client.next_picture()
            while abs(picture.pixels[0, 0] - np.array([77, 177, 27])).max() > 3:
                picture = await client.next_picture()
        assert len(canvas._display.pipeline.active_tiers) == 1


async def test_several_canvases_have_their_own_pictures(make_canvas, painter):
    red, blue = make_canvas(size=(32, 32)), make_canvas(size=(24, 24))
    painter(red, (220, 0, 0))
    painter(blue, (0, 0, 220))
    async with connect(red.url) as on_red, connect(blue.url) as on_blue:
        assert (await on_red.next_picture()).pixels[0, 0].argmax() == 0
        assert (await on_blue.next_picture()).pixels[0, 0].argmax() == 2


async def test_an_error_in_a_draw_is_reported_and_the_next_one_goes_on(make_canvas, painter, caplog):
    canvas = make_canvas(size=(16, 16))
    painted = painter(canvas, (120, 120, 120))
    fine, painted.draw = painted.draw, None

    def fail():
        canvas.request_draw(fine)
        raise ZeroDivisionError("the model is wrong")

    canvas.request_draw(fail)
    with caplog.at_level(logging.ERROR, logger="rendercanvas"):
        async with connect(canvas.url) as client:
            assert abs((await client.next_picture()).pixels.mean() - 120) < 4
    assert "the model is wrong" in caplog.text


async def test_a_draw_that_blocks_delays_no_join_and_no_heartbeat(make_canvas, painter):
    canvas = make_canvas(size=(16, 16))
    painted = painter(canvas, (5, 5, 5))
    drawing, joined = threading.Event(), threading.Event()
    fine = painted.draw

    def block():
        drawing.set()
        assert joined.wait(20), "nobody could join during the draw"
        canvas.request_draw(fine)

    async def join_and_ping():
        async with connect(canvas.url) as client:
            await client.send(Ping(42.0))
            assert await client.wait_for(Pong) == Pong(42.0)

    def meanwhile():
        assert drawing.wait(20)
        asyncio.run(asyncio.wait_for(join_and_ping(), 15))
        joined.set()

    canvas.request_draw(block)
    async with connect(canvas.url) as client:
        await asyncio.gather(asyncio.to_thread(meanwhile), client.next_picture())
    assert joined.is_set()


def test_draws_that_events_ask_for_keep_to_the_frame_rate_over_time():
    pace = _NextDraw("ondemand", 10.0)
    draws = []
    for milliseconds in range(10_000):
        if pace.is_due(milliseconds / 1000):
            pace.drawn(milliseconds / 1000)
            draws.append(milliseconds)
    assert 99 <= len(draws) <= 101
    # After a pause one may come half a period early, to make up for it, and no more of them.
    pace.drawn(20.0)
    assert not pace.is_due(20.04)
    assert pace.is_due(20.06)
    pace.drawn(20.06)
    assert not pace.is_due(20.14)
    assert pace.is_due(20.16)


def test_in_manual_mode_no_event_brings_a_draw():
    pace = _NextDraw("manual", 10.0)
    assert not pace.is_due(100.0)
    pace.set_mode("ondemand", None)
    assert pace.is_due(100.0)
