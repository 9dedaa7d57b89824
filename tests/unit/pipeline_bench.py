"""A pipeline with fake encoders, real encode threads, and I/O threads that run when the test says so."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator

import pytest

from rendercanvas_rfb.encoders.base import Encoder
from rendercanvas_rfb.frames import Frame
from rendercanvas_rfb.pipeline import Pipeline
from rendercanvas_rfb.protocol.chunk import Chunk
from rendercanvas_rfb.protocol.formats import Tier
from rendercanvas_rfb.session.turns import Room
from rendercanvas_rfb.testing import FakeEncoderFactory, ManualClock
from tests.support import wait_until
from tests.unit.support import H264_444, TIERS, frame


class Source:
    """A display, to the pipeline."""

    def __init__(self) -> None:
        self.latest: Frame | None = None
        self.demands = 0

    def demand_changed(self) -> None:
        self.demands += 1


class IoThread:
    """What viewers live on: runs what is posted when it is told to."""

    def __init__(self) -> None:
        self.posted: deque[Callable[[], None]] = deque()

    def post(self, function: Callable[[], None]) -> None:
        self.posted.append(function)

    def run(self) -> None:
        while self.posted:
            self.posted.popleft()()


class FakeViewer:
    """Takes each chunk while it has room for more."""

    def __init__(self, bench: Bench, room: int = 1_000_000) -> None:
        self.bench = bench
        self.room = room
        self.chunks: list[Chunk] = []
        self.refused = 0
        self.tiers_changes = 0
        self.post = bench.io.post

    def offer(self, chunk: Chunk) -> None:
        if self.room:
            self.room -= 1
            self.chunks.append(chunk)
        else:
            self.refused += 1
        self.report()

    def tiers_changed(self) -> None:
        self.tiers_changes += 1

    def report(self) -> None:
        self.bench.pipeline.ready(self, Room(self.room > 0))

    def watch(self, tier: Tier) -> FakeViewer:
        self.bench.pipeline.subscribe(self, tier)
        self.report()
        return self

    def leave(self) -> None:
        self.bench.pipeline.unsubscribe(self)

    @property
    def versions(self) -> list[int]:
        return [chunk.header.frame for chunk in self.chunks]


class Bench:
    """A pipeline and everything around it."""

    def __init__(self, open_encoder: Callable[[Tier, int, int], Encoder] | None = None) -> None:
        self.encoders = FakeEncoderFactory()
        self.clock = ManualClock()
        self.source = Source()
        self.io = IoThread()
        self.pipeline = Pipeline(self.source, open_encoder or self.encoders, TIERS, self.clock)

    def viewer(self, tier: Tier = H264_444, room: int = 1_000_000) -> FakeViewer:
        return FakeViewer(self, room).watch(tier)

    def publish(self, version: int, width: int = 4, height: int = 3) -> None:
        self.source.latest = frame(version, width, height)
        self.pipeline.frame_published()

    def until(self, condition: Callable[[], object]) -> None:
        def met() -> object:
            self.io.run()
            return condition()

        wait_until(met)

    def show(self, version: int, *viewers: FakeViewer) -> None:
        self.publish(version)
        self.until(lambda: all(viewer.versions[-1:] == [version] for viewer in viewers))


def encode_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("rfb-encode")]


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.pipeline.close()
    assert encode_threads() == []
    assert made.encoders.open == []
