"""Video in other codecs than H.264: only where it is asked for, and in the right colours."""

from __future__ import annotations

import numpy as np
import pytest

from rendercanvas_rfb import serve
from rendercanvas_rfb.testing.patterns import color_blocks

WIDTH, HEIGHT = 402, 202

TOLERANCE = 12
"""Of 255. BT.601 in place of BT.709, and limited range in place of full, err by 16 and more."""


@pytest.mark.parametrize(
    ("options", "format", "encoder", "start"),
    [
        ({"encoder": "vp9"}, "vp9", "libvpx-vp9", "vp09.01."),
        ({"codec": "vp9", "quality": "low-bandwidth"}, "vp9", "libvpx-vp9", "vp09.00."),
        ({"encoder": "svt-av1"}, "av1", "libsvtav1", "av01.0."),
        ({"codec": "av1"}, "av1", "libsvtav1", "av01.0."),
        ({}, "h264", "libx264rgb", "avc1.F4"),
    ],
    ids=str,
)
async def test_a_codec_that_is_asked_for_is_painted_as_it_was_drawn(open_page, options, format, encoder, start):
    with serve(port=0, settle=False, **options) as display:
        pixels = color_blocks(WIDTH, HEIGHT)
        display.publish(pixels)
        viewer = await open_page(display.url, WIDTH, HEIGHT)
        await viewer.current(display)
        for step in range(1, 5):  # Pictures that need the one before.
            pixels = np.roll(pixels, 16 * step, axis=1)
            display.publish(pixels)
            await viewer.current(display)
        shown, drawn = await viewer.current(display)
        stats = await viewer.get("view.stats")
        assert (stats["format"], stats["encoder"]) == (format, encoder)
        assert stats["codec"].startswith(start)
        errors = np.abs(shown.astype(int) - drawn).max(axis=2)
        # Halved colour mixes those of blocks along their edges, and nowhere else.
        assert np.mean(errors <= TOLERANCE) > 0.85, "the colours are those of another matrix or range"
