from __future__ import annotations

import numpy as np
import pytest

from rendercanvas_rfb.convert.scale import Shrinker, shrunk_size
from rendercanvas_rfb.frames import Frame, PixelFormat

SHAPES = {
    PixelFormat.RGBA: (20, 32, 4),
    PixelFormat.BGRA: (20, 32, 4),
    PixelFormat.RGB: (20, 32, 3),
    PixelFormat.BGR: (20, 32, 3),
    PixelFormat.GRAY: (20, 32, 1),
    PixelFormat.I444: (60, 32),
    PixelFormat.I420: (30, 32),
    PixelFormat.NV12: (30, 32),
}


@pytest.mark.parametrize("format", SHAPES)
def test_a_frame_of_any_format_is_half_as_large_and_shows_the_same(format: PixelFormat) -> None:
    pixels = np.full(SHAPES[format], 90, np.uint8)
    small = Shrinker(2).shrink(Frame(pixels, format, 1.5, 7, 123))
    assert (small.width, small.height) == (16, 10)
    assert (small.version, small.timestamp_us, small.pixel_ratio) == (7, 123, 0.75)
    assert small.format is (PixelFormat.I444 if format.is_planar else format)
    assert small.pixels.flags.c_contiguous
    assert np.abs(small.pixels.astype(int) - 90).max() <= 1


def test_a_pixel_is_the_mean_of_those_it_stands_for() -> None:
    pixels = np.zeros((4, 4, 4), np.uint8)
    pixels[:2, :2, 0] = [[10, 20], [30, 40]]
    small = Shrinker(2).shrink(Frame(pixels, PixelFormat.RGBA, 1.0, 1, 0))
    assert abs(int(small.pixels[0, 0, 0]) - 25) <= 1
    assert small.pixels[1, 1, 0] == 0


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 5), (101, 7), (1281, 719)])
def test_odd_sizes_keep_their_logical_size_to_less_than_a_pixel(width: int, height: int) -> None:
    frame = Frame(np.zeros((height, width, 4), np.uint8), PixelFormat.RGBA, 2.0, 1, 0)
    small = Shrinker(2).shrink(frame)
    assert (small.width, small.height) == shrunk_size(width, height, 2)
    assert small.width / small.pixel_ratio == pytest.approx(width / 2.0)
    assert abs(small.height / small.pixel_ratio - height / 2.0) <= 1.0


def test_factor_one_changes_nothing() -> None:
    frame = Frame(np.zeros((3, 3, 4), np.uint8), PixelFormat.RGBA, 1.0, 1, 0)
    assert Shrinker(1).shrink(frame) is frame
