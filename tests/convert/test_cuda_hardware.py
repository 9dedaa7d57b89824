"""Frames on a real CUDA device: that none is torn, whoever makes it, and that NVENC reads them there.

Skipped, with what is missing as the reason, where there is no such device.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rendercanvas_rfb.display import Display
from rendercanvas_rfb.encoders.base import EncoderSettings
from rendercanvas_rfb.encoders.libav import LibavEncoder
from rendercanvas_rfb.encoders.nvenc import H264
from rendercanvas_rfb.errors import EncoderError
from rendercanvas_rfb.frames import Frame, PixelFormat
from rendercanvas_rfb.intake import DeviceSource, take_in
from rendercanvas_rfb.protocol.formats import Chroma
from rendercanvas_rfb.testing.fidelity import psnr
from rendercanvas_rfb.testing.patterns import color_blocks
from tests.convert.converters import cuda_or_skip
from tests.encoders.decoding import decode, frame_of, to_rgb

pytestmark = pytest.mark.hardware

SHAPE = (2160, 3840, 4)
"""Large, so that writing takes a while."""

PICTURES = 200


def with_cupy() -> tuple[Any, Callable[[Any, int], None]]:
    cupy = cuda_or_skip()
    return cupy.zeros(SHAPE, cupy.uint8), lambda array, value: array.fill(value)


def with_cupy_on_a_stream() -> tuple[Any, Callable[[Any, int], None]]:
    cupy = cuda_or_skip()
    cupy.cuda.Stream(non_blocking=True).use()
    return with_cupy()


def with_torch() -> tuple[Any, Callable[[Any, int], None]]:
    cuda_or_skip()
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("needs torch with CUDA")
    return torch.zeros(SHAPE, dtype=torch.uint8, device="cuda"), lambda array, value: array.fill_(value)


def with_numba() -> tuple[Any, Callable[[Any, int], None]]:
    cupy = cuda_or_skip()
    cuda = pytest.importorskip("numba.cuda")
    array = cuda.device_array(SHAPE, np.uint8)
    return array, lambda _array, value: cupy.asarray(array).fill(value)


@pytest.mark.parametrize("make", [with_cupy, with_cupy_on_a_stream, with_torch, with_numba])
@pytest.mark.parametrize("format", [None, PixelFormat.I420])
def test_an_array_may_be_overwritten_at_once(make, format) -> None:
    cupy = cuda_or_skip()
    array, fill = make()
    try:
        with Display("plot") as display:
            for number in range(PICTURES):
                value = number % 255
                fill(array, value)
                display.publish(array)
                fill(array, 255)
                assert display.latest is not None
                frame = display.latest if format is None else display.latest.in_format(format)
                luma = frame.pixels.reshape(-1)[: SHAPE[0] * SHAPE[1]]
                assert (luma.min(), luma.max()) == (value, value)
    finally:
        cupy.cuda.Stream.null.use()


@pytest.mark.parametrize("size", [(640, 360), (641, 361)])
def test_nvenc_reads_frames_where_they_lie(size, caplog) -> None:
    cupy = cuda_or_skip()
    pixels = color_blocks(*size)
    try:
        by_host = _encoded(size, [frame_of(pixels)])
    except EncoderError as error:
        pytest.skip(str(error))
    frames = []
    for shift in range(3):
        source = take_in(cupy.asarray(np.roll(pixels, shift, axis=1)))
        assert isinstance(source, DeviceSource)
        frames.append(Frame(source.capture(), source.format, 1.0, shift, 0))
    by_device = _encoded(size, frames)
    assert len(by_device) == 3
    assert psnr(by_device[0], by_host[0]) > 35
    assert "gets its pictures from the host" not in caplog.text


def _encoded(size: tuple[int, int], frames: list[Frame]) -> list[np.ndarray]:
    """What comes back."""
    encoder = LibavEncoder(H264, Chroma.YUV420, *size, EncoderSettings())
    payloads = [encoder.encode(frame, keyframe=number == 0).payload for number, frame in enumerate(frames)]
    encoder.close()
    return [to_rgb(picture) for picture in decode(payloads)]
