from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from rendercanvas_rfb.errors import FrameError
from rendercanvas_rfb.frames import MAX_DIMENSION, PixelFormat, Pixels
from rendercanvas_rfb.intake import Source, take_in


def take_host(frame: Any, format: PixelFormat | str | None = None) -> Source:
    source = take_in(frame, format)
    assert isinstance(source, Source)
    return source


def taken(frame: Any, format: PixelFormat | str | None = None) -> Pixels:
    source = take_host(frame, format)
    pixels = np.full(source.shape, 99, np.uint8)
    source.write_to(pixels)
    return pixels


def values(*shape: int) -> Pixels:
    return np.random.default_rng(3).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize(
    ("shape", "format", "found", "as_shape"),
    [
        ((4, 6), None, PixelFormat.GRAY, (4, 6, 1)),
        ((4, 6, 1), None, PixelFormat.GRAY, (4, 6, 1)),
        ((4, 6, 3), None, PixelFormat.RGB, (4, 6, 3)),
        ((4, 6, 3), "bgr", PixelFormat.BGR, (4, 6, 3)),
        ((4, 6, 4), None, PixelFormat.RGBA, (4, 6, 4)),
        ((4, 6, 4), PixelFormat.BGRA, PixelFormat.BGRA, (4, 6, 4)),
        ((6, 6), "nv12", PixelFormat.NV12, (6, 6)),
        ((9, 6), "i420", PixelFormat.I420, (9, 6)),
        ((12, 5), "i444", PixelFormat.I444, (12, 5)),
        ((3, 4, 5), "i444", PixelFormat.I444, (12, 5)),
    ],
)
class TestShapes:
    def test_it_is_taken_as_it_lies(self, shape, format, found, as_shape) -> None:
        array = values(*shape)
        source = take_host(array, format)
        assert (source.format, source.shape) == (found, as_shape)
        assert source.plain is not None
        assert np.shares_memory(source.plain, array)
        assert source.plain.tobytes() == array.tobytes()

    def test_strides_are_gathered(self, shape, format, found, as_shape) -> None:
        array = values(*(2 * side for side in shape))[tuple(slice(None, None, -2) for _ in shape)]
        assert take_host(array, format).plain is None
        assert taken(array, format).shape == as_shape
        assert taken(array, format).tobytes() == array.tobytes()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f4"])
def test_floats_are_rounded_and_clipped(dtype) -> None:
    array = np.array([[0, 1, 0.5, 2 / 255, -1, 7, np.nan, np.inf, -np.inf, 1e-6]], dtype)
    assert taken(array)[0, :, 0].tolist() == [0, 255, 128, 2, 0, 255, 0, 255, 0, 0]


@given(arrays.arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 5), st.just(3))))
def test_any_float_makes_a_picture(array) -> None:
    assert taken(array).dtype == np.uint8


def test_floats_of_large_and_strided_pictures() -> None:
    expected = values(700, 333, 4)
    floats = (expected / 255).astype(np.float32)
    assert np.array_equal(taken(floats), expected)
    assert np.array_equal(taken(floats[::-2, ::3]), expected[::-2, ::3])


class OfInterface:
    def __init__(self, array: np.ndarray) -> None:
        self.__array_interface__ = array.__array_interface__
        self.array = array


class OfDlpack:
    """What a tensor on some device is to others."""

    def __init__(self, array: np.ndarray, device: int = 1) -> None:
        self.array = array
        self.device = device

    def __dlpack__(self, **options: Any) -> Any:
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.device, 0


class Lost:
    def __dlpack__(self, **_options: Any) -> Any:
        raise BufferError("the tensor needs its gradient")

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0


@pytest.mark.parametrize("kind", [OfInterface, OfDlpack])
def test_what_exports_its_memory_is_an_array(kind) -> None:
    array = values(4, 6, 3)
    source = take_host(kind(array))
    assert source.plain is not None
    assert np.array_equal(source.plain, array)
    assert np.shares_memory(source.plain, array)


def test_a_pillow_image_is_an_array() -> None:
    image = Image.new("RGB", (6, 4), (1, 2, 3))
    assert np.array_equal(taken(image), np.broadcast_to(np.array([1, 2, 3], np.uint8), (4, 6, 3)))


BAD = [
    (None, None, "of type NoneType; accepted are uint8 arrays of shape"),
    ([[0, 1]], None, "of type list"),
    (b"abc", None, "of type bytes"),
    (3.5, None, "of type float"),
    (np.zeros((2, 2, 4), np.int8), None, r"shape \(2, 2, 4\) and dtype int8; accepted"),
    (np.zeros((2, 2, 4), np.uint16), None, "dtype uint16"),
    (np.zeros((2, 2), bool), None, "dtype bool"),
    (np.zeros((2, 2), object), None, "dtype object"),
    (np.zeros((2, 2), complex), None, "dtype complex128"),
    (np.zeros((2, 2), "U3"), None, "dtype <U3"),
    (np.zeros((), np.uint8), None, r"shape \(\)"),
    (np.zeros(9, np.uint8), None, r"shape \(9,\)"),
    (np.zeros((2, 2, 2), np.uint8), None, r"shape \(2, 2, 2\)"),
    (np.zeros((2, 2, 5), np.float32), None, r"shape \(2, 2, 5\) and dtype float32"),
    (np.zeros((1, 2, 2, 4), np.uint8), None, r"shape \(1, 2, 2, 4\)"),
    (np.zeros((0, 2, 4), np.uint8), None, "1 to 16384 pixels per side, not 2x0"),
    (np.zeros((2, 0, 4), np.uint8), None, "not 0x2"),
    (np.zeros((0, 0), np.float32), None, "not 0x0"),
    (np.zeros((1, MAX_DIMENSION + 1), np.uint8), None, f"not {MAX_DIMENSION + 1}x1"),
    (np.zeros((MAX_DIMENSION + 1, 1, 3), np.uint8), None, f"not 1x{MAX_DIMENSION + 1}"),
    (np.zeros((2, 2, 3), np.uint8), "rgba", r"in rgba must have 4 channels, not the shape \(2, 2, 3\)"),
    (np.zeros((2, 2, 4), np.uint8), "bgr", "in bgr must have 3 channels"),
    (np.zeros((2, 2, 4), np.uint8), "gray", "in gray must have 1 channels"),
    (np.zeros((2, 2), np.uint8), PixelFormat.RGB, "in rgb must have 3 channels"),
    (np.zeros((2, 2, 4), np.uint8), "yuyv", "one of rgba, bgra, .* not 'yuyv'"),
    (np.zeros((2, 2, 4), np.uint8), 7, "not 7"),
    (np.zeros((4, 4), np.uint8), "nv12", r"in nv12 must have shape \(H \* 3/2, W\) .* not \(4, 4\) and uint8"),
    (np.zeros((6, 3), np.uint8), "nv12", r"not \(6, 3\)"),
    (np.zeros((6, 4), np.float32), "nv12", "dtype uint8, not .* float32"),
    (np.zeros((6, 4, 1), np.uint8), "i420", r"not \(6, 4, 1\)"),
    (np.zeros(6, np.uint8), "i420", r"not \(6,\)"),
    (np.zeros((0, 4), np.uint8), "i420", "not 4x0"),
    (np.zeros((4, 4), np.uint8), "i444", r"\(3, H, W\) or \(3 \* H, W\)"),
    (np.zeros((2, 4, 4), np.uint8), "i444", r"not \(2, 4, 4\)"),
    (np.zeros((3, MAX_DIMENSION + 1, 1), np.uint8), "i444", f"not 1x{MAX_DIMENSION + 1}"),
    (OfDlpack(np.zeros((2, 2), np.uint8), device=8), None, r"this OfDlpack .* not known here \(DLPack device type 8\)"),
    (OfDlpack(np.zeros((2, 2), np.int64)), None, "dtype int64"),
    (Lost(), None, "a Lost cannot be read as an array: the tensor needs its gradient"),
]


@pytest.mark.parametrize(("frame", "format", "words"), BAD)
def test_anything_else_is_refused_with_what_it_is(frame, format, words) -> None:
    with pytest.raises(FrameError, match=words):
        take_in(frame, format)
