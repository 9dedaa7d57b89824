"""H.264 in RGB: what is decoded is what was drawn, to the bit."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from rendercanvas_rfb.bitstream.h264 import find_sequence_parameters
from rendercanvas_rfb.convert.host import coded_size, frame_to_rgb
from rendercanvas_rfb.encoders.x264 import X264Encoder
from rendercanvas_rfb.frames import ColorSpace, Frame, PixelFormat
from rendercanvas_rfb.protocol.formats import SRGB_FULL, Chroma, PictureFormat, Tier
from rendercanvas_rfb.testing.conformance import decode_pictures
from rendercanvas_rfb.testing.patterns import color_blocks, heatmap, line_plot, noise
from tests.encoders.decoding import frame_of
from tests.encoders.test_formats import cases, make

SIZES = [(1, 1), (1, 2), (2, 1), (3, 5), (17, 33), (95, 97), (639, 479), (1280, 720)]


def encode_exactly(frames: list[Frame]) -> tuple[X264Encoder, list, list]:
    """The encoder, closed; what it made, and what that decodes to."""
    width, height = frames[0].width, frames[0].height
    encoder = X264Encoder(Chroma.RGB, width, height, lossless=True)
    made = [encoder.encode(frame, keyframe=index == 4) for index, frame in enumerate(frames)]
    shown = decode_pictures(encoder.info, made, width, height)
    encoder.close()
    return encoder, made, shown


@pytest.mark.parametrize("make_picture", [color_blocks, noise], ids=lambda make: make.__name__)
@pytest.mark.parametrize("size", SIZES)
def test_every_size_comes_back_to_the_bit(make_picture, size) -> None:
    pixels = make_picture(*size)
    encoder, made, shown = encode_exactly([frame_of(pixels)] * 2)
    assert (encoder.info.coded_width, encoder.info.coded_height) == coded_size(*size)
    assert all(picture.lossless for picture in made)
    for picture in shown:
        assert np.array_equal(picture, pixels[..., :3])


@pytest.mark.parametrize("make_picture", [line_plot, heatmap], ids=lambda make: make.__name__)
def test_what_moves_comes_back_to_the_bit(make_picture) -> None:
    pictures = [make_picture(641, 361, 2.5 * step) for step in range(8)]
    _, made, shown = encode_exactly([frame_of(pixels) for pixels in pictures])
    assert [picture.keyframe for picture in made] == [index in (0, 4) for index in range(8)]
    for picture, pixels in zip(shown, pictures, strict=True):
        assert np.array_equal(picture, pixels[..., :3])


@pytest.mark.parametrize(("format", "size"), cases((128, 96), (97, 101), (2, 2)))
def test_every_format_is_the_picture_that_it_is_in_rgb(format, size) -> None:
    frame = make(noise(*size)[..., :3], format)
    _, _, shown = encode_exactly([frame, frame])
    for picture in shown:
        assert np.array_equal(picture, frame_to_rgb(frame))


@pytest.mark.parametrize("color", ColorSpace)
def test_the_bitstream_says_what_decoders_need(color) -> None:
    frame = dataclasses.replace(frame_of(color_blocks(1280, 720)), color=color)
    encoder, made, _ = encode_exactly([frame])
    sps = find_sequence_parameters(made[0].payload)
    primaries = "bt709" if color is ColorSpace.SRGB else "smpte432"
    assert (sps.profile_idc, sps.chroma_format_idc) == (244, 3)
    assert (sps.vui.matrix, sps.vui.transfer, sps.vui.full_range) == (0, 13, True)
    assert (sps.vui.max_num_reorder_frames, sps.vui.max_dec_frame_buffering) == (0, sps.num_ref_frames)
    assert encoder.info.tier == Tier(PictureFormat.H264, Chroma.RGB)
    assert encoder.info.color == dataclasses.replace(SRGB_FULL, primaries=primaries)
    assert encoder.info.encoder == "libx264rgb"


def test_neither_a_quality_nor_a_bitrate_makes_it_inexact() -> None:
    pixels = noise(320, 180)
    encoder = X264Encoder(Chroma.RGB, 320, 180, lossless=True, crf=40.0, max_bitrate=100_000)
    made = [encoder.encode(frame_of(pixels, PixelFormat.RGBA), keyframe=False) for _ in range(3)]
    for picture in decode_pictures(encoder.info, made, 320, 180):
        assert np.array_equal(picture, pixels[..., :3])
    encoder.close()
