"""What the page shows is what was drawn."""

from __future__ import annotations

import numpy as np
import pytest

from rendercanvas_rfb import Server
from rendercanvas_rfb.testing.patterns import color_blocks
from tests.support import until


def largest_difference(shown, drawn, share=1.0):
    """The largest difference of a channel, leaving out the worst pixels beyond ``share`` of all."""
    difference = np.abs(shown.astype(int) - drawn[..., :3].astype(int)).max(axis=2)
    return int(np.quantile(difference, share, method="lower"))


class Pattern:
    """Draws a test pattern at the size of the canvas."""

    def __init__(self, canvas, make):
        self.canvas, self.make = canvas, make
        self.context = canvas.get_bitmap_context()
        canvas.request_draw(self.draw)

    def draw(self):
        width, height = self.canvas.get_physical_size()
        self.context.set_bitmap(self.make(width, height))


async def test_video_is_sharp_and_has_the_right_colours(make_canvas, open_page):
    canvas = make_canvas(settle=False)
    Pattern(canvas, color_blocks)
    viewer = await open_page(canvas.url, 640, 480)
    shown, drawn = await viewer.current(canvas._display, (640, 480))
    assert await viewer.get("view.stats.format + view.stats.chroma") in ("h264rgb", "h264444")
    assert shown.shape == (480, 640, 3)
    assert largest_difference(shown, drawn, share=0.99) <= 6


@pytest.mark.parametrize(("width", "height"), [(641, 479), (203, 101), (97, 333)])
async def test_odd_sizes_have_no_foreign_edge(make_canvas, open_page, painter, width, height):
    canvas = make_canvas(settle=False)
    painter(canvas, (250, 130, 20))
    viewer = await open_page(canvas.url, width, height)
    shown, drawn = await viewer.current(canvas._display, (width, height))
    assert shown.shape == (height, width, 3)
    assert largest_difference(shown, drawn) <= 6


async def test_the_picture_follows_the_window(make_canvas, open_page):
    canvas = make_canvas(settle=False)
    Pattern(canvas, color_blocks)
    viewer = await open_page(canvas.url, 400, 300)
    await viewer.current(canvas._display, (400, 300))
    for width, height in [(500, 301), (333, 222), (640, 480), (640, 100)]:
        await viewer.page.set_viewport_size({"width": width, "height": height})
        shown, drawn = await viewer.current(canvas._display, (width, height))
        assert largest_difference(shown, drawn, share=0.99) <= 6


@pytest.mark.parametrize("ratio", [1.5, 2])
async def test_a_screen_with_more_device_pixels_gets_all_of_them(make_canvas, open_page, ratio):
    canvas = make_canvas(settle=False)
    Pattern(canvas, color_blocks)
    viewer = await open_page(canvas.url, 400, 300, ratio)
    shown, drawn = await viewer.current(canvas._display, (int(400 * ratio), int(300 * ratio)))
    assert canvas.get_pixel_ratio() == ratio
    assert canvas.get_logical_size() == (400, 300)
    assert largest_difference(shown, drawn, share=0.99) <= 6


async def test_pages_without_a_secure_context_get_images_and_say_why(open_page):
    with Server(port=0, hosts="plot.test") as server:
        display = server.add("plot")
        display.publish(color_blocks(320, 240))
        viewer = await open_page(server.url("plot").replace("127.0.0.1", "plot.test"), 320, 240)
        shown, drawn = await viewer.current(display, (320, 240))
        assert await viewer.get("view.stats.noVideo") == "insecure-context"
        assert "https or localhost" in await viewer.get("view.stats.reason")
        assert await viewer.get("view.stats.format") == "webp"
        assert largest_difference(shown, drawn) == 0


async def test_two_pages_see_the_same_and_the_second_letterboxes(make_canvas, open_page, painter):
    canvas = make_canvas()
    painted = painter(canvas, (20, 160, 60))
    first = await open_page(canvas.url, 400, 200)
    await first.current(canvas._display, (400, 200))
    second = await open_page(canvas.url, 400, 400)
    await second.current(canvas._display)
    painted.color = (200, 40, 90)
    canvas.request_draw()
    await until(lambda: canvas._display.latest.pixels[0, 0, 0] == 200)
    for viewer in (first, second):
        await viewer.current(canvas._display)
    picture, box = await second.pixels(), await second.box()
    assert (box["width"], box["height"], box["y"]) == (400, 200, 100)
    assert np.abs(picture[100:300].astype(int) - (200, 40, 90)).max() <= 6
    assert np.abs(picture[:100].astype(int) - (200, 40, 90)).max(axis=2).min() > 20
    assert canvas.get_logical_size() == (400, 200)


async def test_a_hidden_page_gets_nothing_and_is_current_when_it_is_shown(make_canvas, open_page, painter):
    canvas = make_canvas(update_mode="continuous")
    painted = painter(canvas, (10, 10, 10))
    viewer = await open_page(canvas.url, 64, 64)
    await viewer.current(canvas._display, (64, 64))
    await set_visibility(viewer, "hidden")
    await until(lambda: not canvas._display.wants_frame(), "the end of the demand")
    draws, painted.color = painted.draws, (200, 200, 200)
    assert painted.draws <= draws + 1
    await set_visibility(viewer, "visible")
    await until(lambda: canvas._display.latest.pixels[0, 0, 0] == 200)
    await viewer.current(canvas._display)


async def set_visibility(viewer, state):
    """Make the page believe that its tab was hidden or shown: headless browsers never hide one."""
    await viewer.get(
        f"(Object.defineProperty(document, 'visibilityState', {{value: '{state}', configurable: true}}),"
        f" Object.defineProperty(document, 'hidden', {{value: {str(state == 'hidden').lower()}, configurable: true}}),"
        " document.dispatchEvent(new Event('visibilitychange')))"
    )
