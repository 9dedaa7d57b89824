"""Bitrates that change while a stream runs: real bytes follow them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from rendercanvas_rfb.encoders.base import RateAdjustable
from rendercanvas_rfb.encoders.limit import LONGEST_S, PacedLimit
from rendercanvas_rfb.encoders.x264 import X264Encoder
from rendercanvas_rfb.errors import EncoderError
from rendercanvas_rfb.protocol.formats import Chroma
from rendercanvas_rfb.testing.conformance import decode_pictures
from rendercanvas_rfb.testing.patterns import heatmap, line_plot, noise
from tests.encoders.decoding import frame_of

SIZE = (640, 360)


class Stream:
    """Encodes pictures of a scene at a pace."""

    def __init__(self, make, fps: int, chroma: Chroma = Chroma.YUV444, **settings: Any) -> None:
        self.encoder = X264Encoder(chroma, *SIZE, **settings)
        self.pictures = [make(*SIZE, step) for step in range(12)]
        self.fps = fps
        self.made: list = []

    def bits_per_second(self, seconds: float) -> float:
        """What so many seconds of it take."""
        begin = len(self.made)
        for _ in range(round(seconds * self.fps)):
            count = len(self.made)
            frame = replace(frame_of(self.pictures[count % 12]), timestamp_us=count * 1_000_000 // self.fps)
            self.made.append(self.encoder.encode(frame, keyframe=False))
        return 8 * sum(len(picture.payload) for picture in self.made[begin:]) / seconds

    @property
    def keyframes(self) -> list[int]:
        return [index for index, picture in enumerate(self.made) if picture.keyframe]


@pytest.mark.parametrize("make", [heatmap, noise], ids=lambda make: make.__name__)
@pytest.mark.parametrize("fps", [10, 30])
@pytest.mark.parametrize("chroma", [Chroma.YUV444, Chroma.YUV420])
def test_bytes_follow_the_limit_down_and_up_without_a_keyframe(make, fps, chroma) -> None:
    stream = Stream(make, fps, chroma, max_bitrate=2_000_000)
    for limit in (2_000_000, 500_000, 150_000, 1_000_000, 4_000_000):
        stream.encoder.set_max_bitrate(limit)
        stream.bits_per_second(1)
        # Noise takes whatever there is; the heatmap may need less.
        least = 0.2 * limit if make is noise else 0
        assert least < stream.bits_per_second(2) < 1.25 * limit
    assert stream.keyframes == [0]
    assert len(decode_pictures(stream.encoder.info, stream.made, *SIZE)) == len(stream.made)
    stream.encoder.close()


def test_the_first_limit_and_its_end_cost_a_keyframe_each() -> None:
    stream = Stream(heatmap, 30)
    assert isinstance(stream.encoder, RateAdjustable)
    free = stream.bits_per_second(1)
    stream.encoder.set_max_bitrate(500_000)
    stream.bits_per_second(1)
    assert stream.bits_per_second(1) < 625_000 < free
    stream.encoder.set_max_bitrate(None)
    assert stream.bits_per_second(1) == pytest.approx(free, rel=0.3)
    assert stream.keyframes == [0, 30, 90]
    stream.encoder.close()


def test_a_plot_below_its_limit_takes_no_more_than_its_quality_needs() -> None:
    free, limited = Stream(line_plot, 30), Stream(line_plot, 30, max_bitrate=20_000_000)
    assert limited.bits_per_second(2) < 1.3 * free.bits_per_second(2)


def test_rgb_stays_exact() -> None:
    stream = Stream(noise, 30, Chroma.RGB, lossless=True)
    stream.encoder.set_max_bitrate(100_000)
    stream.bits_per_second(0.1)
    assert all(picture.lossless for picture in stream.made)
    stream.encoder.close()


@pytest.mark.parametrize("bits_per_second", [0, -1])
def test_a_limit_is_positive(bits_per_second) -> None:
    with pytest.raises(EncoderError, match="must be positive"):
        X264Encoder(Chroma.YUV420, *SIZE).set_max_bitrate(bits_per_second)


class TestPacedLimit:
    def told(self, limit: PacedLimit, interval_s: float, count: int = 100) -> list[int]:
        rates = (limit.next_bitrate(round(index * interval_s * 1e6)) for index in range(count))
        return [rate for rate in rates if rate is not None]

    @pytest.mark.parametrize("fps", [60, 30, 10, 5])
    def test_fewer_pictures_may_be_larger(self, fps) -> None:
        told = self.told(PacedLimit(Fraction(60), 1_000_000), 1 / fps)
        assert told[0] == 1_000_000
        assert told[-1] == pytest.approx(1_000_000 * 60 / fps, rel=0.1)

    def test_more_pictures_than_said_are_not_believed_in(self) -> None:
        assert self.told(PacedLimit(Fraction(60), 1_000_000), 1 / 500) == [1_000_000]

    def test_pauses_say_nothing(self) -> None:
        assert self.told(PacedLimit(Fraction(60), 1_000_000), 2 * LONGEST_S) == [1_000_000]

    def test_another_limit_is_told_at_once(self) -> None:
        limit = PacedLimit(Fraction(60), 1_000_000)
        assert limit.next_bitrate(0) == 1_000_000
        limit.bits_per_second = 300_000
        assert limit.next_bitrate(16_667) == pytest.approx(300_000, abs=10)
        assert limit.next_bitrate(33_333) is None
