from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from rendercanvas_rfb.convert.host import MIN_CODED_SIDE, HostConverter, coded_size
from rendercanvas_rfb.convert.reference import exact_planes
from rendercanvas_rfb.errors import FrameError
from rendercanvas_rfb.frames import PixelFormat
from rendercanvas_rfb.protocol.formats import Chroma
from rendercanvas_rfb.testing.patterns import color_blocks, line_plot, noise
from tests.encoders.decoding import YCBCR, frame_of, planes_of

TOLERANCE = 1.15
"""swscale rounds full-range chroma down, and its fixed-point arithmetic adds a little."""


PLANAR = {Chroma.YUV444: PixelFormat.I444, Chroma.YUV420: PixelFormat.I420}


@pytest.mark.parametrize("chroma", YCBCR)
@pytest.mark.parametrize("pattern", [color_blocks, line_plot, noise])
@pytest.mark.parametrize("size", [(96, 96), (130, 98), (638, 360), (1280, 720)])
@pytest.mark.parametrize("threads", [1, 2])
def test_is_the_bt709_matrix_in_full_range(chroma, pattern, size, threads) -> None:
    pixels = pattern(*size)
    picture = HostConverter(size[0], size[1], chroma, threads).convert(frame_of(pixels))
    assert (picture.width, picture.height) == size
    for plane, exact in zip(planes_of(picture), exact_planes(pixels[..., :3], PLANAR[chroma]), strict=True):
        assert np.abs(plane - exact).max() < TOLERANCE


@pytest.mark.parametrize(
    ("size", "coded"),
    [((1, 1), (96, 96)), ((97, 3), (98, 96)), ((1280, 720), (1280, 720)), ((1279, 719), (1280, 720))],
)
def test_coded_sizes_are_even_and_not_tiny(size, coded) -> None:
    assert coded_size(*size) == coded
    assert min(coded) >= MIN_CODED_SIDE


@pytest.mark.parametrize("chroma", YCBCR)
@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 1), (3, 5), (97, 101), (95, 640), (641, 99)])
def test_padding_repeats_the_edges(chroma, size) -> None:
    pixels = noise(*size)
    converter = HostConverter(size[0], size[1], chroma)
    pad = ((0, converter.coded_height - size[1]), (0, converter.coded_width - size[0]), (0, 0))
    exact = exact_planes(np.pad(pixels[..., :3], pad, mode="edge"), PLANAR[chroma])
    for plane, expected in zip(planes_of(converter.convert(frame_of(pixels))), exact, strict=True):
        assert np.abs(plane - expected).max() < TOLERANCE


def test_a_later_picture_leaves_an_earlier_one_alone() -> None:
    converter = HostConverter(97, 97, Chroma.YUV444)
    first = converter.convert(frame_of(np.full((97, 97, 4), 255, np.uint8)))
    converter.convert(frame_of(np.zeros((97, 97, 4), np.uint8)))
    assert np.all(planes_of(first)[0] == 255)


@pytest.mark.parametrize("size", [(640, 360), (641, 361)])
def test_keeps_no_reference_to_the_pixels(size) -> None:
    pixels = noise(*size)
    gone = weakref.ref(pixels)
    picture = HostConverter(size[0], size[1], Chroma.YUV420).convert(frame_of(pixels))
    del pixels
    gc.collect()
    assert gone() is None
    assert picture.width == coded_size(*size)[0]


def test_refuses_a_frame_of_another_size() -> None:
    with pytest.raises(FrameError, match="must be 128x96 pixels, not 96x128"):
        HostConverter(128, 96, Chroma.YUV420).convert(frame_of(noise(96, 128)))
