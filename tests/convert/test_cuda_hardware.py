"""That no picture is torn on a real CUDA device, whoever makes it; skipped, with the reason, where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rendercanvas_rfb.display import Display
from rendercanvas_rfb.frames import PixelFormat
from tests.convert.converters import cuda_or_skip

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
