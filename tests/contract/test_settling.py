"""A canvas whose picture stands still has it shown exactly, though its draws never stop."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from rendercanvas_rfb.client import connect
from rendercanvas_rfb.protocol.formats import PictureFormat
from tests.support import until


async def test_a_canvas_that_draws_forever_settles_and_goes_on_with_a_delta(make_canvas, painter):
    canvas = make_canvas(size=(64, 48), update_mode="continuous")
    painted = painter(canvas, (11, 122, 233))
    async with connect(canvas.url) as client:
        while not (still := await client.next_picture()).header.lossless:
            pass
        assert np.array_equal(still.pixels, canvas._display.latest.pixels[..., :3])
        before = painted.draws
        await until(lambda: painted.draws > before + 20)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.next_chunk(), 0.6)  # Twice the time in which a picture settles.
        painted.color = (233, 11, 122)
        picture = await client.next_picture()
        assert (picture.header.format, picture.header.keyframe) == (PictureFormat.H264, False)
