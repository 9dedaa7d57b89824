"""Lossless stills: when they are made, how many, and for whom."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from rendercanvas_rfb.events import Event
from rendercanvas_rfb.frames import Frame
from rendercanvas_rfb.pipeline import Pipeline
from rendercanvas_rfb.protocol.chunk import Chunk, serial_less, unpack_chunk
from rendercanvas_rfb.protocol.formats import PictureFormat, Tier
from rendercanvas_rfb.session.exact import StillWish
from rendercanvas_rfb.session.turns import Room
from rendercanvas_rfb.settling import SETTLE_S, is_gesture
from rendercanvas_rfb.testing import FakeEncoderFactory, ManualClock
from tests.support import wait_until
from tests.unit.support import H264_444, TIERS, frame, key_event, pointer_event

WEBP, PNG = PictureFormat.WEBP, PictureFormat.PNG


class Source:
    """A display, to the pipeline."""

    def __init__(self) -> None:
        self.latest: Frame | None = None

    def demand_changed(self) -> None:
        pass


class Taker:
    """A viewer whose wishes are the test's."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.stills: list[Chunk] = []
        self.chunks: list[Chunk] = []

    def post(self, function: Callable[[], None]) -> None:
        self.bench.posted.append(function)

    def wish(self, version: int, format: PictureFormat = WEBP) -> Taker:
        self.bench.pipeline.wish_still(self, StillWish(version, format))
        return self

    def offer_still(self, chunk: Chunk) -> None:
        self.stills.append(chunk)

    def offer(self, chunk: Chunk) -> None:
        self.chunks.append(chunk)
        self.bench.pipeline.ready(self, Room(open=True))

    def tiers_changed(self) -> None:
        raise AssertionError("no tier changes in these tests")

    @property
    def frames(self) -> list[int]:
        return [chunk.header.frame for chunk in self.stills]


class Bench:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.source = Source()
        self.encoders, self.still_encoders = FakeEncoderFactory(), FakeEncoderFactory()
        self.posted: deque[Callable[[], None]] = deque()
        self.pipeline = Pipeline(self.source, self.encoders, TIERS, self.clock, open_still=self.still_encoders)

    def publish(self, version: int, width: int = 4, *, settled: bool = True) -> None:
        self.source.latest = frame(version, width)
        self.pipeline.frame_published()
        if settled:
            self.clock.advance(SETTLE_S)

    def taker(self) -> Taker:
        return Taker(self)

    def until(self, condition: Callable[[], object]) -> None:
        def met() -> object:
            while self.posted:
                self.posted.popleft()()
            return condition()

        wait_until(met)

    @property
    def encoded(self) -> list[int]:
        return [call.version for call in self.still_encoders.calls]


def still_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "rfb-still"]


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.pipeline.close()
    assert still_threads() == []
    assert made.still_encoders.open == []


def test_a_settled_picture_is_encoded_once_for_all_who_wish_for_it(bench: Bench) -> None:
    bench.publish(1)
    with bench.still_encoders.hold():
        takers = [bench.taker().wish(1) for _ in range(16)]
    bench.until(lambda: all(taker.frames == [1] for taker in takers))
    assert bench.encoded == [1]
    assert all(taker.stills[0] is takers[0].stills[0] for taker in takers)
    header, _ = unpack_chunk(takers[0].stills[0].message)
    assert header == takers[0].stills[0].header
    assert (header.format, header.keyframe, header.lossless) == (WEBP, True, True)


def test_who_comes_later_gets_what_is_encoded_already_under_a_number_of_its_own(bench: Bench) -> None:
    bench.publish(1)
    first = bench.taker().wish(1)
    bench.until(lambda: first.frames == [1])
    second = bench.taker().wish(1)
    bench.until(lambda: second.frames == [1])
    assert bench.encoded == [1]
    assert serial_less(first.stills[0].header.sequence, second.stills[0].header.sequence)
    assert first.stills[0].header.stream == second.stills[0].header.stream


def test_each_format_that_is_wished_for_is_encoded_once(bench: Bench) -> None:
    bench.publish(1)
    webp = [bench.taker().wish(1) for _ in range(3)]
    png = [bench.taker().wish(1, PNG) for _ in range(3)]
    bench.until(lambda: all(taker.frames == [1] for taker in [*webp, *png]))
    assert sorted(encoder.tier.format.value for encoder in bench.still_encoders.opened) == ["png", "webp"]
    assert webp[0].stills[0].header.stream != png[0].stills[0].header.stream


def test_nothing_is_encoded_while_the_picture_moves(bench: Bench) -> None:
    taker = bench.taker()
    for version in range(1, 6):
        bench.publish(version, settled=False)
        taker.wish(version)
        bench.clock.advance(SETTLE_S * 0.9)
    bench.clock.advance(SETTLE_S * 0.2)
    bench.until(lambda: taker.frames == [5])
    assert bench.encoded == [5]


def test_input_that_may_bring_another_picture_puts_a_still_off(bench: Bench) -> None:
    taker = bench.taker()
    bench.publish(1, settled=False)
    taker.wish(1)
    bench.clock.advance(SETTLE_S * 0.9)
    bench.pipeline.input_came()
    bench.clock.advance(SETTLE_S * 0.9)
    bench.publish(2, settled=False)
    taker.wish(2)
    bench.clock.advance(SETTLE_S)
    bench.until(lambda: taker.frames == [2])
    assert bench.encoded == [2]


def test_a_new_picture_makes_a_still_in_the_making_worthless(bench: Bench) -> None:
    taker = bench.taker()
    bench.publish(1)
    with bench.still_encoders.hold():
        taker.wish(1)
        bench.until(lambda: bench.encoded == [1])
        bench.publish(2, settled=False)
    bench.until(lambda: not still_threads())
    assert taker.frames == []
    bench.clock.advance(SETTLE_S)
    taker.wish(2)
    bench.until(lambda: taker.frames == [2])


def test_a_new_picture_is_encoded_while_a_still_is(bench: Bench) -> None:
    viewer = bench.taker()
    bench.pipeline.subscribe(viewer, H264_444)
    bench.pipeline.ready(viewer, Room(open=True))
    bench.publish(1)
    bench.until(lambda: len(viewer.chunks) == 1)
    with bench.still_encoders.hold():
        viewer.wish(1)
        bench.until(lambda: bench.encoded == [1])
        bench.publish(2)
        bench.until(lambda: len(viewer.chunks) == 2)


def test_a_wish_that_is_taken_back_is_not_granted(bench: Bench) -> None:
    bench.publish(1)
    leaves, stays = bench.taker(), bench.taker()
    with ExitStack() as held:
        held.enter_context(bench.still_encoders.hold())
        leaves.wish(1)
        stays.wish(1)
        bench.pipeline.unsubscribe(leaves)
    bench.until(lambda: stays.frames == [1])
    assert leaves.frames == []


def test_no_thread_is_left_once_all_wishes_are_granted(bench: Bench) -> None:
    bench.publish(1)
    taker = bench.taker().wish(1)
    bench.until(lambda: taker.frames == [1])
    bench.until(lambda: not still_threads())


def test_a_picture_that_cannot_be_encoded_is_tried_once(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.still_encoders.fail_open.add(Tier(WEBP))
    bench.publish(1)
    taker = bench.taker().wish(1)
    bench.until(lambda: not still_threads())
    taker.wish(1)
    assert still_threads() == []
    assert caplog.text.count("no lossless still") == 1
    bench.still_encoders.fail_open.clear()
    bench.publish(2)
    taker.wish(2)
    bench.until(lambda: taker.frames == [2])


def test_a_picture_of_another_size_starts_another_stream(bench: Bench) -> None:
    taker = bench.taker()
    for version, width in [(1, 4), (2, 4), (3, 8)]:
        bench.publish(version, width)
        taker.wish(version)
        bench.until(lambda version=version: taker.frames[-1:] == [version])  # type: ignore[misc]
    first, second, third = (still.header.stream for still in taker.stills)
    assert first == second != third


def test_stills_and_chunks_reach_a_viewer_in_the_order_of_their_numbers(bench: Bench) -> None:
    arrived: list[int] = []

    class InOrder(Taker):
        def offer(self, chunk: Chunk) -> None:
            arrived.append(chunk.header.sequence)
            super().offer(chunk)
            self.wish(chunk.header.frame)

        def offer_still(self, chunk: Chunk) -> None:
            arrived.append(chunk.header.sequence)
            super().offer_still(chunk)

    viewer = InOrder(bench)
    bench.pipeline.subscribe(viewer, H264_444)
    bench.pipeline.ready(viewer, Room(open=True))
    for version in range(1, 40):
        bench.publish(version)
        bench.until(lambda version=version: any(c.header.frame == version for c in viewer.chunks))  # type: ignore[misc]
    bench.until(lambda: viewer.frames[-1:] == [39])
    assert arrived == sorted(arrived)


def test_a_display_without_stills_makes_none() -> None:
    source = Source()
    source.latest = frame(1)
    pipeline = Pipeline(source, FakeEncoderFactory(), TIERS, ManualClock())
    pipeline.wish_still(Bench().taker(), StillWish(1, WEBP))
    assert still_threads() == []
    pipeline.close()


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (pointer_event("pointer_move"), False),
        (pointer_event("pointer_enter"), False),
        (pointer_event("pointer_move", buttons=(1,)), True),
        (pointer_event("pointer_down", button=1), True),
        (key_event("key_down", "a"), True),
        (Event("wheel", 1.0, {"dy": 1.0}), True),
        (Event("message", 1.0, {"data": 1}), False),
    ],
)
def test_hovering_is_no_gesture(event: Event, expected: bool) -> None:
    assert is_gesture(event) is expected
