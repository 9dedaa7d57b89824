"""The encoder that is exact while that costs little: real pictures, decoded back."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest

from rendercanvas_rfb.encoders.adaptive import AdaptiveEncoder
from rendercanvas_rfb.encoders.base import EncoderSettings, RateAdjustable
from rendercanvas_rfb.encoders.registry import find_encoder
from rendercanvas_rfb.encoders.x264 import X264Encoder
from rendercanvas_rfb.errors import EncoderError
from rendercanvas_rfb.frames import PixelFormat
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.session.exactness import ExactPolicy
from rendercanvas_rfb.testing.conformance import decode_pictures, psnr
from rendercanvas_rfb.testing.patterns import line_plot, noise
from tests.encoders.decoding import frame_of

SIZE = (320, 180)
H264_RGB, H264_444 = (Tier(PictureFormat.H264, chroma) for chroma in (Chroma.RGB, Chroma.YUV444))
PLOTS = [line_plot(*SIZE, 2.5 * step) for step in range(30)]
NOISE = [noise(*SIZE, seed) for seed in range(30)]


class Clock:
    """30 pictures per second; encoding takes no time."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def encoder(clock):
    opened = AdaptiveEncoder(
        lambda: X264Encoder(Chroma.RGB, *SIZE, lossless=True),
        lambda: X264Encoder(Chroma.RGB, *SIZE),
        lambda: X264Encoder(Chroma.YUV444, *SIZE),
        # Noise takes four times as much, a plot about half.
        ExactPolicy(bitrate=10_000_000),
        clock=clock,
    )
    yield opened
    opened.close()


def encode(encoder, clock, pictures, pixel_format=PixelFormat.RGBA):
    """What is made of them, with the description of each one's stream."""
    made = []
    for pixels in pictures:
        made.append((encoder.encode(frame_of(pixels, pixel_format), keyframe=False), encoder.info))
        clock.now += 1 / 30
    return made


def decode_streams(made):
    """Decode as a viewer does that starts a decoder with each stream."""
    return [
        pixels
        for info, run in groupby(made, key=lambda one: one[1])
        for pixels in decode_pictures(info, [picture for picture, _ in run], *SIZE)
    ]


def test_plots_are_exact(encoder, clock) -> None:
    made = encode(encoder, clock, PLOTS)
    assert {info.tier for _, info in made} == {H264_RGB}
    assert [picture.keyframe for picture, _ in made] == [True] + [False] * 29
    for pixels, plot in zip(decode_streams(made), PLOTS, strict=True):
        assert np.array_equal(pixels, plot[..., :3])


def test_noise_is_not_and_not_one_picture_of_it_is_sent_exactly(encoder, clock) -> None:
    made = encode(encoder, clock, NOISE)
    assert {info.tier for _, info in made} == {H264_RGB}
    assert not any(picture.lossless for picture, _ in made)
    assert min(psnr(a, b[..., :3]) for a, b in zip(decode_streams(made), NOISE, strict=True)) > 22


def test_what_has_a_limit_is_in_full_chroma(encoder, clock) -> None:
    encoder.set_max_bitrate(5_000_000)
    made = encode(encoder, clock, NOISE)
    assert {info.tier for _, info in made} == {H264_444}
    assert not any(picture.lossless for picture, _ in made)
    encoder.set_max_bitrate(None)
    assert {info.tier for _, info in encode(encoder, clock, NOISE)} == {H264_RGB}


def test_scenes_by_turns_decode_and_what_is_said_to_be_exact_is(encoder, clock) -> None:
    scenes = PLOTS + NOISE + 5 * PLOTS + NOISE + NOISE + 5 * PLOTS
    made = encode(encoder, clock, scenes)
    assert {info.tier for _, info in made} == {H264_RGB}
    exact = [picture.lossless for picture, _ in made]
    begins = [0, *(at for at in range(1, len(made)) if exact[at] != exact[at - 1])]
    assert [exact[at] for at in begins] == [True, False, True, False, True]
    assert [at for at, (picture, _) in enumerate(made) if picture.keyframe] == begins
    for (picture, _), pixels, original in zip(made, decode_streams(made), scenes, strict=True):
        assert not picture.lossless or np.array_equal(pixels, original[..., :3])


def test_a_slow_link_makes_it_lossy_and_a_fast_one_exact_again(encoder, clock) -> None:
    assert isinstance(encoder, RateAdjustable)
    assert encode(encoder, clock, PLOTS)[-1][0].lossless
    encoder.set_max_bitrate(100_000)
    assert not any(picture.lossless for picture, _ in encode(encoder, clock, PLOTS))
    encoder.set_max_bitrate(None)
    assert encode(encoder, clock, 5 * PLOTS)[-1][0].lossless


def test_planes_are_coded_with_loss(encoder, clock) -> None:
    planes = [np.full((3 * SIZE[1], SIZE[0]), 90 + step, np.uint8) for step in range(3)]
    made = [*encode(encoder, clock, PLOTS[:3]), *encode(encoder, clock, planes, PixelFormat.I444)]
    made += encode(encoder, clock, PLOTS[3:6])
    assert [picture.lossless for picture, _ in made] == [True] * 3 + [False] * 3 + [True] * 3
    assert [picture.keyframe for picture, _ in made] == 3 * [True, False, False]
    assert np.array_equal(decode_streams(made)[-1], PLOTS[5][..., :3])


def test_a_keyframe_comes_when_asked_for(encoder, clock) -> None:
    for pictures in (PLOTS, NOISE):
        encode(encoder, clock, pictures[:2])
        assert encoder.encode(frame_of(pictures[2]), keyframe=True).keyframe


def test_has_no_stream_before_a_picture_and_none_after_the_end(encoder) -> None:
    with pytest.raises(EncoderError, match="before the first picture"):
        _ = encoder.info
    encoder.close()
    with pytest.raises(EncoderError, match="closed"):
        encoder.encode(frame_of(PLOTS[0]), keyframe=False)


def test_lossless_settings_force_it() -> None:
    (backend,) = find_encoder("x264")
    opened = backend.open(H264_RGB, *SIZE, EncoderSettings(lossless=True))
    assert all(opened.encode(frame_of(pixels), keyframe=False).lossless for pixels in NOISE[:5])
    opened.close()
    with pytest.raises(EncoderError, match="in RGB only"):
        backend.open(H264_444, *SIZE, EncoderSettings(lossless=True))
