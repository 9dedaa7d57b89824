from __future__ import annotations

import itertools

from rendercanvas_rfb.encoders.tier import TierEncoder
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.testing import FakeEncoder, ManualClock
from rendercanvas_rfb.viewer_event import PictureSize
from tests.unit.support import H264_444, frame

SMALL = Tier(PictureFormat.H264, Chroma.YUV420, 3)


class Adjustable(FakeEncoder):
    """Notes the bitrates that it is given."""

    def __init__(self, tier: Tier, width: int, height: int) -> None:
        super().__init__(tier, width, height)
        self.rates: list[int | None] = []

    def set_max_bitrate(self, bits_per_second: int | None) -> None:
        self.rates.append(bits_per_second)


class Bench:
    def __init__(self, tier: Tier = H264_444) -> None:
        self.clock = ManualClock()
        self.opened: list[Adjustable] = []
        streams = itertools.count(1)
        self.encoder = TierEncoder(tier, self.open, lambda: next(streams), self.clock)

    def open(self, tier: Tier, width: int, height: int) -> Adjustable:
        self.opened.append(Adjustable(tier, width, height))
        return self.opened[-1]

    def encode(self, version: int, bitrate: float | None = None, width: int = 4, height: int = 2) -> None:
        self.last = self.encoder.encode(frame(version, width, height), keyframe=False, bitrate=bitrate)


def test_a_level_is_opened_as_its_full_quality_in_its_size() -> None:
    bench = Bench(SMALL)
    bench.encode(1)
    assert [(one.tier, one.width, one.height) for one in bench.opened] == [(SMALL.full, 2, 1)]
    header = bench.last.header
    assert (header.width, header.height, header.pixel_ratio) == (2, 1, 0.5)


def test_a_chunk_says_its_tier_and_the_size_of_the_picture_as_it_was_drawn() -> None:
    bench = Bench(SMALL)
    bench.encode(1)
    chunk = bench.last.numbered(9)
    assert (chunk.tier, chunk.picture, chunk.header.sequence) == (SMALL, PictureSize(4, 2, 1.0), 9)


def test_another_size_takes_another_encoder_and_another_stream() -> None:
    bench = Bench()
    streams = []
    for version, width in enumerate([4, 4, 6, 4]):
        bench.encode(version, width=width)
        streams.append(bench.last.header.stream)
    assert streams == [1, 1, 2, 3]
    assert [one.closed for one in bench.opened] == [True, True, False]


def test_an_encoder_is_told_its_bitrate_when_that_has_changed_by_more_than_a_little() -> None:
    bench = Bench()
    for version, bitrate in enumerate([None, 1e6, 1.01e6, 1.2e6, None]):
        bench.encode(version, bitrate)
        bench.clock.advance(1.0)
    assert bench.opened[0].rates == [1_000_000, 1_200_000, None]


def test_a_new_encoder_is_told_the_bitrate_before_its_first_picture() -> None:
    bench = Bench()
    bench.encode(1, 1e6)
    bench.encode(2, 1e6, width=6)
    assert [one.rates for one in bench.opened] == [[1_000_000], [1_000_000]]
