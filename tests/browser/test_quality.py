"""Quality presets, as Chromium shows them."""

from __future__ import annotations

import numpy as np
import pytest

from rendercanvas_rfb import serve
from rendercanvas_rfb.testing.patterns import color_blocks, heatmap, line_plot, noise


@pytest.mark.parametrize("codec", ["auto", "png"])
async def test_lossless_is_exact_on_the_page(codec, open_page):
    with serve(port=0, quality="lossless", codec=codec) as display:
        display.publish(color_blocks(640, 480))
        viewer = await open_page(display.url, 640, 480)
        for make in (color_blocks, line_plot, heatmap, noise):
            display.publish(make(640, 480))
            shown, drawn = await viewer.current(display, (640, 480))
            assert np.array_equal(shown, drawn), make.__name__
        assert await viewer.get("view.stats.format") == ("h264" if codec == "auto" else "png")


@pytest.mark.parametrize(("quality", "chroma"), [("sharp", "rgb"), ("balanced", "rgb"), ("low-bandwidth", "420")])
async def test_lossy_qualities_are_video(quality, chroma, open_page):
    with serve(port=0, quality=quality, settle=False) as display:
        display.publish(heatmap(640, 480))
        viewer = await open_page(display.url, 640, 480)
        shown, drawn = await viewer.current(display, (640, 480))
        assert await viewer.get("view.stats.format + view.stats.chroma") == f"h264{chroma}"
        assert np.abs(shown.astype(int) - drawn).mean() < 12
