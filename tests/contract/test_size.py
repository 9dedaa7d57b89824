"""Size and pixel ratio: from the program, and from the viewer."""

from __future__ import annotations

import pytest

from rendercanvas_rfb.client import connect, view_of
from tests.support import until


async def test_a_canvas_has_its_size_before_anybody_looks(make_canvas):
    canvas = make_canvas(size=(320, 240))
    assert canvas.get_logical_size() == (320, 240)
    assert canvas.get_physical_size() == (320, 240)
    assert canvas.get_pixel_ratio() == 1.0


async def test_the_default_size_is_that_of_rendercanvas(make_canvas):
    assert make_canvas().get_logical_size() == (640, 480)


async def test_the_program_can_set_the_logical_size(make_canvas):
    canvas = make_canvas(size=(320, 240))
    canvas.set_logical_size(500, 300)
    assert canvas.get_logical_size() == (500, 300)
    assert canvas.get_physical_size() == (500, 300)


async def test_views_are_asked_to_follow_a_size_that_the_program_sets(make_canvas):
    canvas = make_canvas(size=(320, 240))
    assert "css_width" not in canvas.display.state  # The first size is where it begins, and pages fill themselves.
    canvas.set_logical_size(500, 300)
    assert canvas.display.state["css_width"] == "500px"
    assert canvas.display.state["css_height"] == "300px"


async def test_a_negative_size_is_refused(make_canvas):
    canvas = make_canvas(size=(320, 240))
    with pytest.raises(ValueError, match="must not be negative"):
        canvas.set_logical_size(-1, 10)
    assert canvas.get_logical_size() == (320, 240)


async def test_a_size_of_nothing_still_is_one_pixel(make_canvas):
    assert make_canvas(size=(0, 0)).get_physical_size() == (1, 1)


async def test_the_viewers_size_becomes_the_canvas_size(make_canvas):
    canvas = make_canvas(size=(320, 240))
    async with connect(canvas.url, view=view_of(400, 300, pixel_ratio=2)):
        await until(lambda: canvas.get_physical_size() == (800, 600))
        assert canvas.get_logical_size() == (400, 300)
        assert canvas.get_pixel_ratio() == 2.0


async def test_a_change_of_the_viewers_size_is_one_resize_event(make_canvas):
    canvas = make_canvas(size=(320, 240))
    sizes = []
    canvas.add_event_handler(lambda e: sizes.append((e["width"], e["height"], e["pixel_ratio"])), "resize")
    async with connect(canvas.url, view=view_of(400, 300)) as client:
        await until(lambda: (400, 300, 1.0) in sizes)
        await client.set_view(view_of(200, 100, pixel_ratio=1.5))
        await until(lambda: (200, 100, 1.5) in sizes)
    assert sizes.count((400, 300, 1.0)) == 1
    assert sizes.count((200, 100, 1.5)) == 1


async def test_the_picture_has_the_physical_size(make_canvas, painter):
    canvas = make_canvas(size=(64, 48))
    painter(canvas, (10, 200, 30))
    async with connect(canvas.url, view=view_of(50, 40, pixel_ratio=2)) as client:
        picture = await client.next_picture()
        while picture.pixels.shape != (80, 100, 3):
            picture = await client.next_picture()
        assert picture.header.pixel_ratio == 2.0


async def test_only_the_first_viewer_sizes_the_canvas(make_canvas):
    canvas = make_canvas()
    async with connect(canvas.url, view=view_of(400, 300)) as first:
        await until(lambda: canvas.get_logical_size() == (400, 300))
        async with connect(canvas.url, view=view_of(100, 100)) as second:
            await second.send_event("key_down", key="x")
            keys = []
            canvas.add_event_handler(lambda e: keys.append(e["key"]), "key_down")
            await second.send_event("key_down", key="y")
            await until(lambda: "y" in keys)
            assert canvas.get_logical_size() == (400, 300)
            await first.close()
            await until(lambda: canvas.get_logical_size() == (100, 100), "the second viewer's size")


async def test_a_viewer_cannot_make_the_canvas_larger_than_a_texture_may_be(make_canvas):
    canvas = make_canvas()
    async with connect(canvas.url, view=view_of(16000, 10)):
        await until(lambda: canvas.get_physical_size() == (8192, 10))


async def test_a_viewer_cannot_make_the_canvas_larger_than_video_may_be(make_canvas):
    canvas = make_canvas()
    async with connect(canvas.url, view=view_of(8192, 8192)):
        await until(lambda: canvas.get_physical_size() == (8192, 4352))


async def test_a_viewer_without_a_screen_leaves_the_size_alone(make_canvas, painter):
    canvas = make_canvas(size=(64, 48))
    painter(canvas, (10, 200, 30))
    async with connect(canvas.url) as client:
        assert (await client.next_picture()).pixels.shape == (48, 64, 3)


async def test_viewers_are_told_the_size(make_canvas):
    canvas = make_canvas(size=(320, 240))
    async with connect(canvas.url) as client:
        assert (client.state["width"], client.state["height"], client.state["pixel_ratio"]) == (320, 240, 1.0)
