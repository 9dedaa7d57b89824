"""All conversions to Y'CbCr, against the reference in floating point."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from rendercanvas_rfb.convert.reference import convert_exactly
from rendercanvas_rfb.convert.ycbcr import BT709_FULL, Matrix, Range, Ycbcr
from rendercanvas_rfb.frames import PixelFormat
from rendercanvas_rfb.testing.patterns import color_blocks, line_plot, noise
from tests.convert.converters import CONVERTERS, Convert

ENCODINGS = [Ycbcr(*parts) for parts in itertools.product(Matrix, Range)]
TARGETS = [PixelFormat.NV12, PixelFormat.I420, PixelFormat.I444]
SOURCES = [PixelFormat.RGBA, PixelFormat.BGRA, PixelFormat.RGB, PixelFormat.BGR, PixelFormat.GRAY]

SMALL = list(itertools.product(range(1, 10), repeat=2))
"""Every way in which a size can miss the 2x2 squares, the words of four and the blocks of eight."""

LARGE = [(17, 9), (64, 64), (95, 97), (255, 257), (641, 361), (1280, 720)]


def named(encoding: Ycbcr) -> str:
    return f"{encoding.matrix.name.lower()}-{encoding.range.value}"


@pytest.fixture(params=CONVERTERS)
def convert(request) -> Convert:
    return CONVERTERS[request.param]


def largest_error(convert: Convert, rgba, source: PixelFormat, target: PixelFormat, encoding: Ycbcr) -> int:
    expected = convert_exactly(rgba[..., :3], target, encoding)
    made = convert(_arranged(rgba, source), source, target, encoding)
    assert made.shape == expected.shape
    return int(np.abs(made.astype(int) - expected).max())


def _arranged(rgba, source: PixelFormat):
    order = {
        PixelFormat.RGBA: [0, 1, 2, 3],
        PixelFormat.BGRA: [2, 1, 0, 3],
        PixelFormat.RGB: [0, 1, 2],
        PixelFormat.BGR: [2, 1, 0],
        PixelFormat.GRAY: [0],
    }[source]
    return np.ascontiguousarray(rgba[..., order])


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.value)
@pytest.mark.parametrize("encoding", ENCODINGS, ids=named)
def test_every_small_size(convert, encoding, target) -> None:
    errors = {size: largest_error(convert, noise(*size), PixelFormat.RGBA, target, encoding) for size in SMALL}
    assert {size: error for size, error in errors.items() if error > 1} == {}


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.value)
@pytest.mark.parametrize("encoding", ENCODINGS, ids=named)
@pytest.mark.parametrize("size", LARGE, ids=lambda size: f"{size[0]}x{size[1]}")
def test_larger_sizes(convert, size, encoding, target) -> None:
    assert largest_error(convert, noise(*size), PixelFormat.RGBA, target, encoding) <= 1


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.value)
@pytest.mark.parametrize("pattern", [color_blocks, line_plot], ids=lambda pattern: pattern.__name__)
def test_patterns(convert, pattern, target) -> None:
    assert largest_error(convert, pattern(322, 182), PixelFormat.RGBA, target, BT709_FULL) <= 1


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.value)
@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.value)
def test_every_order_of_channels(convert, source, target) -> None:
    rgba = noise(31, 17)
    if source is PixelFormat.GRAY:
        rgba[..., 1] = rgba[..., 2] = rgba[..., 0]
    assert largest_error(convert, rgba, source, target, BT709_FULL) <= 1


@pytest.mark.parametrize("encoding", ENCODINGS, ids=named)
def test_greys_have_no_tint_and_span_the_range(convert, encoding) -> None:
    pixels = np.full((2, 512, 4), 255, np.uint8)
    pixels[..., :3] = np.arange(256, dtype=np.uint8).repeat(2)[None, :, None]
    made = convert(pixels, PixelFormat.RGBA, PixelFormat.I444, encoding)
    least, span, _chroma = encoding.scales
    assert (made[0, 0], made[0, -1]) == (least, least + span)
    assert set(made[2:].ravel()) == {128}


@pytest.mark.parametrize("encoding", ENCODINGS, ids=named)
@pytest.mark.parametrize("color", list(itertools.product((0, 255), repeat=3)), ids=str)
def test_the_corners_of_the_cube_do_not_wrap(convert, color, encoding) -> None:
    pixels = np.full((4, 8, 4), (*color, 0), np.uint8)
    for target in TARGETS:
        assert largest_error(convert, pixels, PixelFormat.RGBA, target, encoding) <= 1


def test_the_reference_is_the_standard() -> None:
    """The colour bars of 100 % in limited range, as ITU-R BT.709 and BT.601 give them."""
    red = np.full((2, 2, 3), (255, 0, 0), np.uint8)
    for matrix, expected in ((Matrix.BT709, (63, 102, 240)), (Matrix.BT601, (81, 90, 240))):
        planes = convert_exactly(red, PixelFormat.I444, Ycbcr(matrix, Range.LIMITED))
        assert tuple(planes[::2, 0]) == expected


def test_the_whole_numbers_of_bt709() -> None:
    coefficients = BT709_FULL.coefficients
    assert coefficients.luma == (13933, 46871, 4732)
    assert coefficients.cb == (-7509, -25259, 32768)
    assert coefficients.cr == (32768, -29763, -3005)
    for encoding in ENCODINGS:
        assert sum(encoding.coefficients.cb) == sum(encoding.coefficients.cr) == 0
