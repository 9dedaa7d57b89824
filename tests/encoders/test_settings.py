"""The settings do what they are called after."""

from __future__ import annotations

import numpy as np
import pytest

from rendercanvas_rfb.encoders.image import ImageEncoder
from rendercanvas_rfb.encoders.x264 import X264Encoder
from rendercanvas_rfb.errors import EncoderError
from rendercanvas_rfb.options import DisplayOptions
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.testing.conformance import decode_pictures, psnr
from rendercanvas_rfb.testing.patterns import heatmap, line_plot, noise
from tests.encoders.decoding import frame_of

WIDTH, HEIGHT = 640, 360


def encode(options, pictures, tier=None):
    """The encoded pictures, and the decoded ones."""
    tiers, open_encoder = options.select()
    encoder = open_encoder(tier or tiers[0], WIDTH, HEIGHT)
    encoded = [encoder.encode(frame_of(picture), keyframe=False) for picture in pictures]
    decoded = decode_pictures(encoder.info, encoded, WIDTH, HEIGHT)
    encoder.close()
    return encoded, decoded


@pytest.mark.parametrize("make", [line_plot, heatmap, noise], ids=lambda make: make.__name__)
@pytest.mark.parametrize("codec", ["auto", "webp", "png"])
def test_lossless_is_exact_whatever_the_picture(make, codec) -> None:
    picture = make(WIDTH, HEIGHT)
    encoded, decoded = encode(DisplayOptions(quality="lossless", codec=codec), [picture])
    assert encoded[0].lossless
    assert np.array_equal(decoded[0], picture[..., :3])


def test_jpeg_cannot_be_lossless() -> None:
    with pytest.raises(EncoderError, match="JPEG cannot be lossless"):
        ImageEncoder(PictureFormat.JPEG, 4, 3, lossless=True)


@pytest.mark.parametrize("format", [PictureFormat.H264, PictureFormat.JPEG, PictureFormat.WEBP])
def test_each_lossy_quality_is_smaller_and_coarser_than_the_one_before(format) -> None:
    pictures = [heatmap(WIDTH, HEIGHT, 2.0 * step) for step in range(4)]
    tier = Tier(format, Chroma.YUV420 if format.is_video else None)
    sizes, qualities = [], []
    for quality in ("sharp", "balanced", "low-bandwidth"):
        encoded, decoded = encode(DisplayOptions(quality=quality), pictures, tier)
        sizes.append(sum(len(picture.payload) for picture in encoded))
        qualities.append(psnr(decoded[-1], pictures[-1][..., :3]))
    assert sizes == sorted(sizes, reverse=True)
    assert qualities == sorted(qualities, reverse=True)
    assert qualities[-1] > 20


@pytest.mark.parametrize("fps", [10, 60])
def test_a_bitrate_is_kept_to(fps) -> None:
    bitrate = 1_000_000
    options = DisplayOptions(bitrate=bitrate, max_fps=fps)
    encoded, _ = encode(options, [noise(WIDTH, HEIGHT, seed) for seed in range(3 * fps)])
    bits = [8 * len(picture.payload) for picture in encoded]
    # The first second has the buffer to fill.
    assert sum(bits[fps:]) / 2 < 1.15 * bitrate
    unlimited, _ = encode(DisplayOptions(max_fps=fps), [noise(WIDTH, HEIGHT)])
    assert 8 * len(unlimited[0].payload) > 2 * max(bits)


@pytest.mark.parametrize("bitrate", [10_000, 100_000])
def test_a_tiny_bitrate_still_makes_pictures(bitrate) -> None:
    encoded, _ = encode(DisplayOptions(bitrate=bitrate), [line_plot(WIDTH, HEIGHT, step) for step in range(5)])
    assert len(encoded) == 5


def test_the_crf_of_an_encoder_has_a_range() -> None:
    with pytest.raises(EncoderError, match="crf must be from 0 to 51, not 52"):
        X264Encoder(Chroma.YUV444, 64, 48, crf=52)
