"""Once the picture stands still, the page shows its exact pixels."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from rendercanvas_rfb import serve
from rendercanvas_rfb.testing.patterns import color_blocks, heatmap, line_plot, noise

SETTLED = "view.stats.lossless && view.stats.format == 'webp'"


async def settled(viewer, display):
    """What the page shows and the frame, once the page has the latest one exactly."""
    while True:
        await viewer.until(f"view.frame?.frame === {display.latest.version} && view.frame.lossless")
        shown, drawn = await viewer.current(display)
        if await viewer.get("view.frame.lossless"):
            return shown, drawn


@pytest.mark.parametrize("quality", ["sharp", "low-bandwidth"])
async def test_the_page_shows_the_exact_pixels_of_each_picture_that_stands_still(quality, open_page):
    with serve(port=0, quality=quality) as display:
        display.publish(color_blocks(641, 479))
        viewer = await open_page(display.url, 641, 479)
        for make in (color_blocks, line_plot, heatmap, noise):
            display.publish(make(641, 479))
            shown, drawn = await settled(viewer, display)
            assert np.array_equal(shown, drawn), make.__name__
        (tier,) = display.pipeline.metrics("")
        assert tier.tier.partition("/")[0] == "h264"
        # In the default quality each change between exact and lossy pictures begins with a keyframe.
        assert tier.keyframes == 1 or quality == "sharp"
        assert await viewer.get("view.stats.errors") == 0


async def test_video_takes_the_place_of_the_still_and_a_still_that_of_the_video(open_page):
    with serve(port=0, quality="low-bandwidth") as display:
        display.publish(line_plot(640, 480))
        viewer = await open_page(display.url, 640, 480)
        await settled(viewer, display)
        assert await viewer.get(SETTLED)
        for shift in range(1, 30):
            version = display.publish(np.roll(line_plot(640, 480), shift, axis=1))
            await viewer.until(f"view.frame.frame === {version}")
        shown, drawn = await settled(viewer, display)
        assert np.array_equal(shown, drawn)
        assert display.pipeline.metrics("")[0].keyframes == 1


async def test_who_comes_to_a_still_picture_changes_nothing_for_who_is_there(open_page):
    with serve(port=0) as display:
        display.publish(line_plot(640, 480))
        first = await open_page(display.url, 640, 480)
        await settled(first, display)
        second = await open_page(display.url, 640, 480)
        await settled(second, display)
        for viewer in (first, second):
            shown, drawn = await viewer.current(display)
            assert await viewer.get("view.frame.lossless")
            assert np.array_equal(shown, drawn)


async def test_nothing_more_comes_once_the_picture_has_settled(open_page):
    with serve(port=0) as display:
        display.publish(line_plot(640, 480))
        viewer = await open_page(display.url, 640, 480)
        await settled(viewer, display)
        presented = await viewer.get("view.frame.sequence")
        for _ in range(20):
            display.publish(line_plot(640, 480))
            await asyncio.sleep(0.05)
        assert await viewer.get("view.frame.sequence") == presented
