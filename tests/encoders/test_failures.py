"""Encoders that die, hang or run out of sessions: the next one makes the pictures, and viewers keep theirs."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from rendercanvas_rfb.client.decoder import ChunkDecoder
from rendercanvas_rfb.encoders.base import EncoderBackend, EncoderSettings, Takes
from rendercanvas_rfb.encoders.builtin import BUILT_IN
from rendercanvas_rfb.encoders.choosing import EncoderChooser
from rendercanvas_rfb.encoders.registry import find_encoder
from rendercanvas_rfb.encoders.selection import FrameKind
from rendercanvas_rfb.encoders.standings import MAX_STRIKES, RETRY_S, Failure, Standings
from rendercanvas_rfb.encoders.trial import Outcome, Trial
from rendercanvas_rfb.frames import Frame, PixelFormat, Pixels
from rendercanvas_rfb.pipeline import LOOK_S, Pipeline
from rendercanvas_rfb.protocol.chunk import Chunk, unpack_chunk
from rendercanvas_rfb.protocol.formats import Tier
from rendercanvas_rfb.protocol.messages import StreamStarted
from rendercanvas_rfb.session.turns import Room
from rendercanvas_rfb.session.watchdog import WATCHDOG_S
from rendercanvas_rfb.testing import ManualClock
from rendercanvas_rfb.testing.faults import FaultyBackend
from rendercanvas_rfb.testing.fidelity import psnr
from rendercanvas_rfb.testing.patterns import line_plot
from tests.support import wait_until
from tests.unit.pipeline_bench import IoThread, Source
from tests.unit.support import H264_420, H264_444, PNG

(X264,) = find_encoder("x264")
IMAGES = [backend for backend in BUILT_IN if backend.name == "pillow"]


def passes(backend: EncoderBackend) -> dict[Tier, Trial]:
    return {tier: Trial(Outcome.PASSED) for tier in backend.tiers}


class Viewer:
    """Decodes what it is offered, as a viewer in Python does, and chooses again when it is told to."""

    def __init__(self, bench: Bench, *decodes: Tier) -> None:
        self.bench = bench
        self.post = bench.io.post
        self.decodes = decodes
        self.decoder = ChunkDecoder()
        self.stream = 0
        self.chunks: list[Chunk] = []
        self.shown: Pixels = np.zeros((1, 1, 3), np.uint8)
        self.choose()

    def choose(self) -> None:
        if not self.bench.pipeline.serves(self):
            tier = next(tier for tier in self.decodes if tier in self.bench.pipeline.tiers)
            self.bench.pipeline.subscribe(self, tier)
        self.bench.pipeline.ready(self, Room(open=True))

    def offer(self, chunk: Chunk) -> None:
        self.chunks.append(chunk)
        header, payload = unpack_chunk(chunk.message)
        if header.stream != self.stream:
            assert header.keyframe, "a stream begins with a delta"
            self.stream = header.stream
            self.decoder.start(StreamStarted(header.stream, chunk.info, ""))
        self.shown = self.decoder.decode(header, payload).pixels
        self.bench.pipeline.ready(self, Room(open=True))

    def tiers_changed(self) -> None:
        self.choose()

    @property
    def encoder(self) -> str:
        return self.chunks[-1].info.encoder_reason.split(":")[0]


class Bench:
    """A pipeline with some encoders, of which the first is faulty."""

    def __init__(self, faulty: FaultyBackend, *others: EncoderBackend, tiers: tuple[Tier, ...]) -> None:
        self.clock = ManualClock()
        self.standings = Standings(self.clock, passes)
        self.backends = (faulty.backend, *others)
        self.chooser = EncoderChooser(self.backends, EncoderSettings(), standings=self.standings).only(tiers)
        self.standings.try_now(self.backends)
        self.source, self.io = Source(), IoThread()
        self.pipeline = Pipeline(self.source, self.chooser, self.chooser.tiers(), self.clock)
        self.versions = itertools.count(1)
        self.width = 320

    def publish(self) -> tuple[int, Pixels]:
        version = next(self.versions)
        pixels = line_plot(self.width, 180, 3.0 * version)
        self.source.latest = Frame(pixels, PixelFormat.RGBA, 1.0, version, version)
        self.pipeline.frame_published()
        return version, pixels

    def show(self, *viewers: Viewer) -> None:
        """Publish a picture, and see that it comes back."""
        version, pixels = self.publish()
        self.until(lambda: all(viewer.chunks and viewer.chunks[-1].header.frame == version for viewer in viewers))
        for viewer in viewers:
            assert psnr(viewer.shown, pixels[..., :3]) > 20

    def until(self, condition) -> None:
        def met() -> object:
            self.io.run()
            return condition()

        wait_until(met)

    def look(self, seconds: float) -> None:
        """Let time pass, with a look at the encoders each second."""
        for _ in range(round(seconds)):
            self.clock.advance(1.0)
            self.pipeline.look_after_encoders()
            self.io.run()


@pytest.fixture
def benches() -> Iterator[list[Bench]]:
    made: list[Bench] = []
    yield made
    for bench in made:
        bench.pipeline.close()
    wait_until(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("rfb-encode")])


@pytest.fixture
def faulty() -> Iterator[FaultyBackend]:
    made = FaultyBackend("faulty", [H264_444], X264.open, hardware=True)
    yield made
    made.go_on.set()


@pytest.fixture
def bench(benches: list[Bench], faulty: FaultyBackend) -> Bench:
    benches.append(Bench(faulty, X264, *IMAGES, tiers=(H264_444, H264_420, PNG)))
    return benches[0]


def test_one_that_raises_gives_way_to_the_next_with_a_keyframe_of_the_same_picture(bench, faulty, caplog) -> None:
    viewer = Viewer(bench, H264_444)
    faulty.raise_at = 3
    for _ in range(2):
        bench.show(viewer)
    assert viewer.encoder == "faulty"
    bench.show(viewer)
    assert viewer.encoder == "x264"
    assert [chunk.header.keyframe for chunk in viewer.chunks] == [True, False, True]
    assert "faulty: failed, OSError: the device is gone; tried again later" in viewer.chunks[-1].info.encoder_reason
    bench.show(viewer)
    assert bench.standings.failures() == {("faulty", "error"): 1}
    assert "encoder faulty failed to make h264/444: OSError: the device is gone" in caplog.text
    assert faulty.closed == faulty.opened
    assert H264_444 in bench.pipeline.tiers


def test_without_another_one_viewers_move_to_another_tier_and_come_back(benches, faulty) -> None:
    benches.append(Bench(faulty, *IMAGES, tiers=(H264_444, PNG)))
    bench = benches[0]
    viewer = Viewer(bench, H264_444, PNG)
    bench.show(viewer)
    faulty.raise_at = faulty.pictures + 1
    bench.publish()
    bench.until(lambda: viewer.chunks[-1].info.tier == PNG)
    assert bench.pipeline.tiers == (PNG,)
    faulty.raise_at = None
    bench.look(RETRY_S + 1)
    wait_until(
        lambda: bench.pipeline.look_after_encoders() or bench.clock.advance(1) or H264_444 in bench.pipeline.tiers
    )


def test_a_tier_that_cannot_have_a_size_comes_back_with_another_size(benches) -> None:
    small = FaultyBackend("small", [H264_444], X264.open, takes=Takes(max_size=(400, 400)))
    benches.append(bench := Bench(small, *IMAGES, tiers=(H264_444, PNG)))
    viewer = Viewer(bench, H264_444, PNG)
    bench.show(viewer)
    bench.width = 401
    bench.publish()
    bench.until(lambda: viewer.chunks[-1].info.tier == PNG)
    bench.look(100)
    assert H264_444 not in bench.pipeline.tiers
    bench.width = 320
    bench.publish()
    bench.look(2)
    assert H264_444 in bench.pipeline.tiers
    assert bench.standings.failures() == {}


def test_a_thread_that_hangs_is_left_to_itself(bench, faulty) -> None:
    viewer = Viewer(bench, H264_444)
    bench.show(viewer)
    shown = viewer.shown
    faulty.hang_at = 2
    bench.publish()
    wait_until(lambda: faulty.pictures == 2)
    bench.look(WATCHDOG_S - 1)
    assert viewer.encoder == "faulty"
    assert viewer.shown is shown
    bench.look(3)
    bench.until(lambda: viewer.encoder == "x264")
    assert viewer.chunks[-1].header.keyframe
    assert bench.standings.failures() == {("faulty", "no_output"): 1}
    # The next pictures come while the first thread still hangs.
    bench.show(viewer)
    hanging = viewer.chunks[-1]
    faulty.go_on.set()
    wait_until(lambda: faulty.closed == faulty.opened)
    bench.io.run()
    assert viewer.chunks[-1] is hanging
    bench.show(viewer)


def test_closing_does_not_wait_for_a_thread_that_hangs(bench, faulty) -> None:
    viewer = Viewer(bench, H264_444)
    faulty.hang_at = 1
    bench.publish()
    wait_until(lambda: faulty.pictures == 1)
    bench.look(WATCHDOG_S + 2)
    bench.until(lambda: viewer.chunks)
    bench.pipeline.close()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("rfb-encode")]


def test_a_process_that_was_suspended_is_no_fault_of_the_encoder(bench, faulty) -> None:
    viewer = Viewer(bench, H264_444)
    faulty.hang_at = 1
    bench.publish()
    wait_until(lambda: faulty.pictures == 1)
    bench.look(1)
    bench.clock.advance(3600)
    bench.look(1)
    assert bench.standings.failures() == {}
    faulty.go_on.set()
    bench.until(lambda: viewer.chunks)
    assert viewer.encoder == "faulty"


def test_one_without_a_session_is_left_out_for_a_while_and_those_that_have_one_keep_it(benches, faulty) -> None:
    faulty.sessions = 1
    first = Bench(faulty, X264, tiers=(H264_444,))
    second = Bench(faulty, X264, tiers=(H264_444,))
    benches += [first, second]
    has_it, has_not = Viewer(first, H264_444), Viewer(second, H264_444)
    first.show(has_it)
    second.show(has_not)
    assert (has_it.encoder, has_not.encoder) == ("faulty", "x264")
    assert "faulty: busy, 1 sessions" in has_not.chunks[-1].info.encoder_reason
    assert second.standings.failures() == {("faulty", "busy"): 1}
    first.look(2)
    first.show(has_it)
    assert has_it.encoder == "faulty"
    # Once the session is free, and the time is over, the better encoder is taken again, with a keyframe.
    first.pipeline.close()
    wait_until(lambda: faulty.closed == faulty.opened)
    second.look(RETRY_S + 1)
    wait_until(lambda: str(second.chooser.choose(H264_444, FrameKind(320, 180)).chosen).startswith("faulty"))
    second.look(LOOK_S + 1)
    second.show(has_not)
    assert has_not.encoder == "faulty"
    assert has_not.chunks[-1].header.keyframe


def test_each_failure_makes_the_wait_longer_until_it_is_left_alone() -> None:
    clock = ManualClock()
    standings = Standings(clock, passes)
    faulty = FaultyBackend("faulty", [H264_444]).backend
    chooser = EncoderChooser([faulty], EncoderSettings(), standings=standings)
    waits = []
    for _ in range(MAX_STRIKES - 1):
        standings.failed("faulty", H264_444, Failure.ERROR, "it is gone")
        failed_at = clock()
        while not chooser.tiers():
            clock.advance(1.0)
        waits.append(clock() - failed_at)
    assert waits == [RETRY_S, 4 * RETRY_S, 16 * RETRY_S]
    standings.failed("faulty", H264_444, Failure.ERROR, "it is gone")
    clock.advance(1e9)
    assert chooser.tiers() == ()
    chooser.forgive()
    assert chooser.tiers() == (H264_444,)


def test_hardware_that_failed_has_to_prove_itself_again_first() -> None:
    clock, tried = ManualClock(), []

    def tryer(backend: EncoderBackend) -> dict[Tier, Trial]:
        tried.append(clock())
        return passes(backend)

    standings = Standings(clock, tryer)
    faulty = FaultyBackend("faulty", [H264_444], hardware=True).backend
    chooser = EncoderChooser([faulty], EncoderSettings(), standings=standings)
    assert chooser.tiers() == ()
    standings.try_now([faulty])
    assert chooser.tiers() == (H264_444,)
    clock.advance(1.0)
    standings.failed("faulty", H264_444, Failure.NO_OUTPUT, "it gave no output")
    standings.try_now([faulty])
    clock.advance(RETRY_S)
    assert chooser.tiers() == ()
    standings.try_now([faulty])
    standings.try_now([faulty])
    assert chooser.tiers() == (H264_444,)
    assert np.diff(tried).tolist() == [1.0 + RETRY_S]


def test_one_that_proves_itself_later_takes_over_with_a_keyframe(benches, faulty) -> None:
    benches.append(bench := Bench(faulty, X264, tiers=(H264_444,)))
    bench.standings.failed("faulty", H264_444, Failure.ERROR, "it is gone")
    viewer = Viewer(bench, H264_444)
    bench.show(viewer)
    bench.show(viewer)
    assert viewer.encoder == "x264"
    bench.clock.advance(RETRY_S + 1)
    bench.standings.try_now(bench.backends)
    bench.look(1)
    bench.show(viewer)
    assert viewer.encoder == "faulty"
    assert [chunk.header.keyframe for chunk in viewer.chunks] == [True, False, True]


def test_a_better_one_that_cannot_be_opened_costs_viewers_nothing(benches, faulty) -> None:
    benches.append(bench := Bench(faulty, X264, tiers=(H264_444,)))
    bench.standings.failed("faulty", H264_444, Failure.ERROR, "it is gone")
    viewer = Viewer(bench, H264_444)
    bench.show(viewer)
    bench.clock.advance(RETRY_S + 1)
    bench.standings.try_now(bench.backends)
    faulty.sessions = 0
    bench.look(1)
    bench.show(viewer)
    assert viewer.encoder == "x264"
    assert [chunk.header.keyframe for chunk in viewer.chunks] == [True, False]


def test_a_crash_of_the_last_one_is_no_crash_of_the_display(benches, faulty) -> None:
    benches.append(bench := Bench(faulty, *IMAGES, tiers=(H264_444, PNG)))
    viewer = Viewer(bench, H264_444, PNG)
    faulty.raise_at = 1
    _, pixels = bench.publish()
    bench.until(lambda: viewer.chunks)
    assert viewer.chunks[-1].info.tier == PNG
    assert np.array_equal(viewer.shown, pixels[..., :3])


@pytest.mark.parametrize(("outcome", "wait_s", "trials"), [(Outcome.BUSY, RETRY_S, 50), (Outcome.FAILED, 600.0, 4)])
def test_a_trial_that_was_not_passed_is_repeated_but_not_for_ever(outcome, wait_s, trials) -> None:
    clock, tried = ManualClock(), []

    def tryer(backend: EncoderBackend) -> dict[Tier, Trial]:
        tried.append(clock())
        return {tier: Trial(outcome, "no") for tier in backend.tiers}

    standings = Standings(clock, tryer)
    backend = FaultyBackend("faulty", [H264_444], hardware=True).backend
    for _ in range(round(50 * wait_s / 10.0)):
        standings.try_now([backend])
        clock.advance(10.0)
    assert len(tried) == trials
    assert set(np.diff(tried)) == {wait_s}
