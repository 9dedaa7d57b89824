"""A GPU device that is lost: viewers are told, and keep the last picture; a new device ends that."""

from __future__ import annotations

import logging

import numpy as np
import pytest

wgpu = pytest.importorskip("wgpu")

from rendercanvas_rfb.client import connect  # noqa: E402
from rendercanvas_rfb.gpu.loss import LOSS, is_lost  # noqa: E402
from rendercanvas_rfb.testing.patterns import color_blocks  # noqa: E402
from tests.gpu.test_context import Projector  # noqa: E402
from tests.push.viewers import state_where  # noqa: E402

pytestmark = pytest.mark.gpu


def new_device():
    """One of its own: what is destroyed is not the device of other tests."""
    return wgpu.gpu.request_adapter_sync().request_device_sync()


def test_a_device_is_asked_whether_it_is_lost():
    device = new_device()
    assert not is_lost(device)
    device.destroy()
    assert is_lost(device)


async def test_viewers_are_told_and_keep_the_last_picture_until_there_is_another(make_canvas, caplog):
    pixels = color_blocks(64, 48)
    canvas = make_canvas(size=(64, 48))
    device = new_device()
    projector = Projector(canvas, device, pixels)
    projector.force(pixels)
    async with connect(canvas.url, video=()) as client:
        picture = await client.next_picture()
        assert "problem" not in client.state
        with caplog.at_level(logging.ERROR, "rendercanvas_rfb"):
            device.destroy()
            projector.force(pixels[::-1].copy())
            await state_where(client, "problem", LOSS)
        assert [record.name for record in caplog.records].count("rendercanvas_rfb") == 1
        assert np.array_equal(canvas.display.latest.pixels[..., :3], picture.pixels)
        async with connect(canvas.url, video=()) as later:
            assert later.state["problem"] == LOSS
        projector = Projector(canvas, new_device(), pixels)
        projector.force(pixels[::-1].copy())
        await state_where(client, "problem", None)
