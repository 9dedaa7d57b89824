"""Pictures on devices, on their whole way: through a server to viewers, into files, and back to the program."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from rendercanvas_rfb import serve
from rendercanvas_rfb.client import connect
from rendercanvas_rfb.client.connection import ALL_VIDEO
from rendercanvas_rfb.frames import Memory, Pixels
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.testing.fidelity import psnr
from rendercanvas_rfb.testing.patterns import color_blocks, line_plot
from tests.convert.converters import cuda_or_skip, mlx_or_skip
from tests.convert.fake_cupy import FakeArray
from tests.recording.movies import read
from tests.support import TIMEOUT_S

MakeArray = Callable[[Pixels], Any]


@pytest.fixture(params=["cuda-on-cpu", "cuda", "mlx", "mlx-converting"])
def on_device(request, monkeypatch) -> Iterator[MakeArray]:
    """Puts pixels on a device."""
    if request.param == "cuda-on-cpu":
        request.getfixturevalue("fake_cuda")
        yield FakeArray
        return
    if request.param == "cuda":
        yield cuda_or_skip().asarray
        return
    mx = mlx_or_skip()
    if request.param == "mlx-converting":
        monkeypatch.setenv("RENDERCANVAS_RFB_CONVERT", "gpu")
    # The compiler of MLX's build for CPUs takes seconds for each size, in which other pictures would be sent.
    mx.disable_compile()
    yield mx.array
    mx.enable_compile()


VIDEO = [(Tier(PictureFormat.H264, chroma),) for chroma in (Chroma.RGB, Chroma.YUV444, Chroma.YUV420)]


@pytest.mark.parametrize("video", [ALL_VIDEO, *VIDEO, ()], ids=["any", "rgb", "444", "420", "images"])
@pytest.mark.parametrize("size", [(128, 96), (131, 97)])
async def test_a_viewer_sees_what_it_would_see_of_the_host(on_device, video, size) -> None:
    pixels = color_blocks(*size)
    async with serve(port=0) as display, connect(display.url, video=video) as client:
        display.publish(pixels)
        expected = await client.next_picture()
        # From the second one on it is converted before it is asked for: the encoder waits for it.
        for _ in range(2):
            version = display.publish(on_device(pixels))
            picture = await client.next_picture()
            assert picture.header.frame == version
            assert psnr(picture.pixels, expected.pixels) > 40
            version = display.publish(on_device(np.zeros_like(pixels)))
            assert (await client.next_picture()).header.frame == version


async def test_a_picture_at_rest_becomes_exact(on_device) -> None:
    pixels = line_plot(160, 120)
    async with serve(port=0) as display, connect(display.url, video=VIDEO[-1]) as client:
        display.publish(on_device(pixels))
        async with asyncio.timeout(TIMEOUT_S):
            while not (picture := await client.next_picture()).header.lossless:
                pass
        assert np.array_equal(picture.pixels, pixels[..., :3])


def test_snapshots_are_exact(on_device) -> None:
    pixels = line_plot(61, 43)
    with serve(port=0) as display:
        display.publish(on_device(pixels))
        assert display.latest is not None
        assert display.latest.memory in (Memory.CUDA, Memory.METAL, Memory.HOST)
        assert np.array_equal(display.snapshot(), pixels[..., :3])
        display.publish(on_device(pixels[..., 0]))
        assert np.array_equal(display.snapshot()[..., 2], pixels[..., 0])


def test_recordings_have_them(on_device, tmp_path) -> None:
    first, second = color_blocks(64, 48), line_plot(64, 48)
    with serve(port=0) as display, display.record(tmp_path / "movie.webp"):
        display.publish(on_device(first), timestamp=1.0)
        display.publish(on_device(second), timestamp=2.0)
    pictures = read(tmp_path / "movie.webp")
    assert np.array_equal(pictures[-1], second[..., :3])
