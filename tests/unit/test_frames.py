from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendercanvas_rfb.errors import FrameError
from rendercanvas_rfb.frames import MAX_DIMENSION, Frame, PixelFormat, Pixels, check_pixels, same_pixels
from tests.unit.support import picture


def test_an_array_of_the_right_kind_is_not_copied() -> None:
    pixels = picture()
    assert check_pixels(pixels) is pixels


def test_a_strided_array_is_made_contiguous() -> None:
    pixels = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
    upside_down = check_pixels(pixels[::-1])
    assert upside_down.flags.c_contiguous
    assert np.array_equal(upside_down[0], pixels[1])


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        ([[[0, 0, 0, 0]]], "numpy array, not list"),
        (None, "not NoneType"),
        (np.zeros((2, 2, 4), np.float32), "uint8, not float32"),
        (np.zeros((2, 2, 4), np.int8), "uint8, not int8"),
        (np.zeros((2, 2), np.uint8), r"in rgba must have shape \(height, width, 4\), not \(2, 2\)"),
        (np.zeros((2, 2, 3), np.uint8), r"not \(2, 2, 3\)"),
        (np.zeros((1, 2, 2, 4), np.uint8), r"not \(1, 2, 2, 4\)"),
        (np.zeros((0, 2, 4), np.uint8), "not 2x0"),
        (np.zeros((2, 0, 4), np.uint8), "not 0x2"),
        (np.zeros((1, MAX_DIMENSION + 1, 4), np.uint8), f"not {MAX_DIMENSION + 1}x1"),
    ],
)
def test_anything_else_is_refused_with_what_it_is(pixels: Any, words: str) -> None:
    with pytest.raises(FrameError, match=words):
        check_pixels(pixels)


@pytest.mark.parametrize("shape", [(1, 1, 4), (1, MAX_DIMENSION, 4), (MAX_DIMENSION, 1, 4)])
def test_the_smallest_and_largest_sides_are_taken(shape: tuple[int, int, int]) -> None:
    check_pixels(np.zeros(shape, np.uint8))


def frame(pixels: Pixels, format: PixelFormat = PixelFormat.RGBA, ratio: float = 1.0) -> Frame:
    return Frame(pixels, format, ratio, 1, 0)


@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_frames_are_the_same_until_any_byte_differs(width: int, height: int, data: st.DataObject) -> None:
    # Odd numbers of pixels have four bytes more than whole words.
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 4), np.uint8)
    other = pixels.copy()
    assert same_pixels(frame(pixels), frame(other))
    other.reshape(-1)[data.draw(st.integers(0, other.size - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert not same_pixels(frame(pixels), frame(other))


def test_frames_of_another_shape_format_or_ratio_are_not_the_same() -> None:
    pixels = picture(0, 6, 2)
    assert not same_pixels(frame(pixels), frame(picture(0, 2, 6)))
    assert not same_pixels(frame(pixels), frame(pixels, PixelFormat.BGRA))
    assert not same_pixels(frame(pixels), frame(pixels, ratio=2.0))


def test_width_and_height_are_those_of_the_picture() -> None:
    assert (frame(picture(0, 6, 2)).width, frame(picture(0, 6, 2)).height) == (6, 2)
