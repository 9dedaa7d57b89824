"""Arrays of MLX as frames; on whatever device MLX runs here."""

from __future__ import annotations

import numpy as np
import pytest

from rendercanvas_rfb.convert.mlx import MlxPicture
from rendercanvas_rfb.convert.reference import convert_exactly
from rendercanvas_rfb.errors import FrameError
from rendercanvas_rfb.frames import PixelFormat
from rendercanvas_rfb.intake import DeviceSource, take_in
from rendercanvas_rfb.testing.patterns import noise

mx = pytest.importorskip("mlx.core", reason="needs MLX")


def captured(frame, format=None) -> MlxPicture:
    source = take_in(frame, format)
    assert isinstance(source, DeviceSource)
    picture = source.capture()
    assert isinstance(picture, MlxPicture)
    return picture


@pytest.mark.parametrize(
    ("shape", "format", "found"),
    [
        ((4, 6), None, PixelFormat.GRAY),
        ((4, 6, 1), None, PixelFormat.GRAY),
        ((4, 6, 3), None, PixelFormat.RGB),
        ((4, 6, 3), "bgr", PixelFormat.BGR),
        ((4, 6, 4), None, PixelFormat.RGBA),
        ((6, 6), "nv12", PixelFormat.NV12),
        ((3, 4, 5), "i444", PixelFormat.I444),
    ],
)
def test_every_kind_of_array(shape, format, found) -> None:
    values = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    picture = captured(mx.array(values), format)
    assert picture.format is found
    assert picture.read(found).tobytes() == values.tobytes()


def test_no_byte_is_copied() -> None:
    array = mx.array(noise(16, 9))
    mx.eval(array)
    pixels = captured(array).read(PixelFormat.RGBA)
    assert np.shares_memory(pixels, np.array(array, copy=False))
    assert not pixels.flags.writeable


def test_assigning_to_a_part_makes_another_array() -> None:
    values = noise(16, 9)
    array = mx.array(values)
    picture = captured(array)
    array[2:5] = 0
    array += 1
    mx.eval(array)
    assert np.array_equal(picture.read(PixelFormat.RGBA), values)


def test_what_is_not_computed_yet_is_computed() -> None:
    values = noise(16, 9)
    assert np.array_equal(captured(mx.array(values) // 2).read(PixelFormat.RGBA), values // 2)


def test_strides_are_gathered() -> None:
    values = noise(16, 9)
    assert np.array_equal(
        captured(mx.array(values).transpose(1, 0, 2)[::2]).read(PixelFormat.RGBA), values.transpose(1, 0, 2)[::2]
    )


@pytest.mark.parametrize("dtype", ["float16", "float32", "bfloat16"])
def test_floats_are_rounded_and_clipped(dtype) -> None:
    array = mx.array([[0, 1, 0.5, -1, 7, float("nan"), float("inf"), float("-inf")]]).astype(getattr(mx, dtype))
    assert captured(array).read(PixelFormat.GRAY).ravel().tolist() == [0, 255, 128, 0, 255, 0, 255, 0]


@pytest.mark.parametrize("format", [PixelFormat.NV12, PixelFormat.I420, PixelFormat.I444])
def test_the_compiled_conversion(format, monkeypatch) -> None:
    monkeypatch.setenv("RENDERCANVAS_RFB_CONVERT", "gpu")
    pixels = noise(31, 17)
    picture = captured(mx.array(pixels))
    assert format in picture.formats
    assert np.abs(picture.read(format).astype(int) - convert_exactly(pixels[..., :3], format)).max() <= 1


def test_a_cpu_leaves_the_conversion_to_swscale(monkeypatch) -> None:
    monkeypatch.delenv("RENDERCANVAS_RFB_CONVERT", raising=False)
    assert bool(captured(mx.array(noise(4, 4))).formats) == (mx.default_device() == mx.gpu)


@pytest.mark.parametrize(
    ("array", "format", "words"),
    [
        (mx.zeros((2, 2, 4), mx.int32), None, "dtype int32"),
        (mx.zeros((2, 2), mx.bool_), None, "dtype bool"),
        (mx.zeros((2, 2, 2), mx.uint8), None, r"shape \(2, 2, 2\)"),
        (mx.zeros((2, 2, 4), mx.uint8), "rgb", "in rgb must have 3 channels"),
        (mx.zeros((0, 2, 4), mx.uint8), None, "not 2x0"),
    ],
)
def test_what_the_host_refuses_is_refused(array, format, words) -> None:
    with pytest.raises(FrameError, match=words):
        take_in(array, format)
