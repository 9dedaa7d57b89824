"""The pipeline with fake encoders, real encode threads, and I/O threads that run when the test says so."""

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
from rendercanvas_rfb.session.keyframes import MIN_INTERVAL_S
from rendercanvas_rfb.session.turns import Room
from rendercanvas_rfb.testing import EncodeCall, FakeEncoderFactory, ManualClock
from tests.unit.support import H264_420, H264_444, PNG, TIERS, frame, wait_until


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


class TestFanOut:
    def test_a_tier_has_one_encoder_and_its_viewers_share_each_chunk(self, bench: Bench) -> None:
        viewers = [bench.viewer() for _ in range(16)]
        for version in (1, 2, 3):
            bench.show(version, *viewers)
        assert len(bench.encoders.opened) == 1
        assert [call.version for call in bench.encoders.calls] == [1, 2, 3]
        for viewer in viewers[1:]:
            assert all(one is other for one, other in zip(viewer.chunks, viewers[0].chunks, strict=True))

    def test_the_first_chunk_is_a_keyframe_and_the_others_are_deltas(self, bench: Bench) -> None:
        viewer = bench.viewer()
        for version in (1, 2, 3):
            bench.show(version, viewer)
        assert [chunk.header.keyframe for chunk in viewer.chunks] == [True, False, False]

    def test_each_tier_has_an_encoder_of_its_own(self, bench: Bench) -> None:
        video, image = bench.viewer(H264_444), bench.viewer(PNG)
        bench.show(1, video, image)
        assert {encoder.tier for encoder in bench.encoders.opened} == {H264_444, PNG}
        assert {viewer.chunks[0].info.tier for viewer in (video, image)} == {H264_444, PNG}
        assert set(bench.pipeline.active_tiers) == {H264_444, PNG}

    def test_sequence_numbers_increase_and_no_two_chunks_of_a_display_share_one(self, bench: Bench) -> None:
        viewers = [bench.viewer(tier) for tier in TIERS]
        for version in range(1, 5):
            bench.show(version, *viewers)
        for viewer in viewers:
            numbers = [chunk.header.sequence for chunk in viewer.chunks]
            assert numbers == sorted(numbers)
        every = [chunk.header.sequence for viewer in viewers for chunk in viewer.chunks]
        assert len(set(every)) == len(every)

    def test_a_chunk_s_header_is_that_of_the_frame(self, bench: Bench) -> None:
        viewer = bench.viewer()
        bench.publish(7, width=6, height=2)
        bench.until(lambda: viewer.chunks)
        header = viewer.chunks[0].header
        assert (header.frame, header.width, header.height, header.pixel_ratio) == (7, 6, 2, 1.0)

    def test_a_viewer_that_changes_its_tier_gets_chunks_of_the_new_one_only(self, bench: Bench) -> None:
        viewer = bench.viewer(H264_444)
        bench.show(1, viewer)
        viewer.watch(H264_420)
        bench.show(2, viewer)
        bench.show(3, viewer)
        assert [chunk.info.tier for chunk in viewer.chunks] == [H264_444, H264_420, H264_420]
        bench.until(lambda: [encoder.tier for encoder in bench.encoders.open] == [H264_420])


class TestDemand:
    def test_nothing_is_encoded_until_a_viewer_has_room_and_then_the_latest_frame(self, bench: Bench) -> None:
        viewer = bench.viewer(room=0)
        for version in (1, 2, 3):
            bench.publish(version)
        assert not bench.pipeline.wants_frame()
        viewer.room = 1
        viewer.report()
        bench.until(lambda: viewer.chunks)
        assert bench.encoders.calls == [EncodeCall(3, False)]

    def test_frames_that_come_while_one_is_encoded_are_skipped_but_for_the_last(self, bench: Bench) -> None:
        viewer = bench.viewer()
        with bench.encoders.hold():
            bench.publish(1)
            wait_until(lambda: bench.encoders.calls)
            for version in range(2, 10):
                bench.publish(version)
        bench.until(lambda: viewer.versions[-1:] == [9])
        assert viewer.versions == [1, 9]

    def test_a_frame_is_wanted_when_there_is_none_and_when_the_last_one_is_taken(self, bench: Bench) -> None:
        viewer = bench.viewer()
        assert bench.pipeline.wants_frame()
        with bench.encoders.hold():
            bench.publish(1)
            wait_until(lambda: bench.encoders.calls)
            assert bench.pipeline.wants_frame()
            bench.publish(2)
            assert not bench.pipeline.wants_frame()
        bench.until(lambda: viewer.versions == [1, 2])
        assert bench.pipeline.wants_frame()

    def test_the_source_is_told_when_a_frame_becomes_wanted(self, bench: Bench) -> None:
        viewer = bench.viewer(room=0)
        assert bench.source.demands == 0
        viewer.room = 1
        viewer.report()
        assert bench.source.demands == 1

    def test_a_full_viewer_does_not_hold_up_the_others(self, bench: Bench) -> None:
        full, free = bench.viewer(room=1), bench.viewer()
        for version in (1, 2, 3):
            bench.show(version, free)
        assert (full.versions, full.refused) == ([1], 2)

    def test_room_that_a_chunk_on_its_way_will_take_is_not_counted_twice(self, bench: Bench) -> None:
        viewer = bench.viewer(room=1)
        bench.publish(1)
        wait_until(lambda: bench.io.posted)
        viewer.report()  # As any message of the viewer makes it, before it has looked at the chunk.
        assert not bench.pipeline.wants_frame()
        bench.publish(2)
        bench.io.run()
        viewer.room = 1
        viewer.report()
        bench.until(lambda: viewer.versions == [1, 2])
        assert viewer.refused == 0

    def test_a_viewer_that_left_and_came_back_before_its_chunk_arrived_still_gets_the_next_one(
        self, bench: Bench
    ) -> None:
        other, viewer = bench.viewer(), bench.viewer()
        bench.publish(1)
        wait_until(lambda: bench.io.posted)
        viewer.leave()
        viewer.watch(H264_444)
        bench.until(lambda: other.chunks)
        bench.show(2, other, viewer)


class TestKeyframes:
    def test_requests_of_many_viewers_make_one_keyframe(self, bench: Bench) -> None:
        viewers = [bench.viewer() for _ in range(5)]
        bench.show(1, *viewers)
        bench.show(2, *viewers)
        with bench.encoders.hold():
            bench.publish(3)
            wait_until(lambda: len(bench.encoders.calls) == 3)
            for viewer in viewers:
                bench.pipeline.need_picture(viewer, viewer.chunks[-1].header.sequence)
            bench.clock.advance(MIN_INTERVAL_S)
        bench.until(lambda: viewers[0].versions[-2:] == [3, 3])
        bench.show(4, *viewers)
        assert bench.encoders.calls[2:] == [EncodeCall(3, False), EncodeCall(3, True), EncodeCall(4, False)]

    def test_a_requested_keyframe_waits_for_the_interval_while_deltas_go_on(self, bench: Bench) -> None:
        viewer = bench.viewer()
        bench.show(1, viewer)
        bench.pipeline.need_picture(viewer, viewer.chunks[-1].header.sequence)
        bench.show(2, viewer)
        assert not viewer.chunks[-1].header.keyframe
        bench.clock.advance(MIN_INTERVAL_S)
        bench.show(3, viewer)
        bench.until(lambda: viewer.chunks[-1].header.keyframe)

    def test_a_viewer_that_joins_a_still_picture_gets_the_last_keyframe_without_an_encode(self, bench: Bench) -> None:
        first = bench.viewer()
        bench.show(1, first)
        second = bench.viewer()
        bench.pipeline.need_picture(second, None)
        bench.until(lambda: second.chunks)
        assert second.chunks[0] is first.chunks[0]
        bench.show(2, first, second)
        assert bench.encoders.calls == [EncodeCall(1, False), EncodeCall(2, False)]
        assert len(first.chunks) == 2

    def test_a_viewer_that_joins_after_a_delta_gets_a_new_keyframe(self, bench: Bench) -> None:
        first = bench.viewer()
        bench.show(1, first)
        bench.show(2, first)
        bench.clock.advance(MIN_INTERVAL_S)
        second = bench.viewer()
        bench.pipeline.need_picture(second, None)
        bench.until(lambda: second.chunks)
        assert second.chunks[0].header.keyframe
        assert second.versions == [2]

    def test_a_keyframe_that_the_viewer_had_already_is_not_offered_again(self, bench: Bench) -> None:
        viewer = bench.viewer()
        bench.show(1, viewer)
        bench.clock.advance(MIN_INTERVAL_S)
        bench.pipeline.need_picture(viewer, viewer.chunks[-1].header.sequence)
        bench.until(lambda: len(viewer.chunks) == 2)
        assert viewer.chunks[1] is not viewer.chunks[0]
        assert bench.encoders.calls == [EncodeCall(1, False), EncodeCall(1, True)]

    def test_an_image_is_a_keyframe_that_any_viewer_can_join_with(self, bench: Bench) -> None:
        first = bench.viewer(PNG)
        bench.show(1, first)
        bench.show(2, first)
        second = bench.viewer(PNG)
        bench.pipeline.need_picture(second, None)
        bench.until(lambda: second.chunks)
        assert second.chunks[0] is first.chunks[1]


class TestSizes:
    def test_another_size_takes_another_encoder_with_another_stream_number(self, bench: Bench) -> None:
        viewer = bench.viewer()
        bench.show(1, viewer)
        bench.publish(2, width=8, height=5)
        bench.until(lambda: viewer.versions == [1, 2])
        first, second = viewer.chunks
        assert second.header.stream != first.header.stream
        assert second.header.keyframe
        assert (second.header.width, second.header.height) == (8, 5)
        assert [(encoder.width, encoder.closed) for encoder in bench.encoders.opened] == [(4, True), (8, False)]

    def test_streams_of_different_tiers_have_different_numbers(self, bench: Bench) -> None:
        viewers = [bench.viewer(tier) for tier in TIERS]
        bench.show(1, *viewers)
        assert len({viewer.chunks[0].header.stream for viewer in viewers}) == len(TIERS)


class TestFailure:
    @pytest.mark.parametrize("failure", ["fail_open", "fail_encode"])
    def test_a_tier_whose_encoder_fails_is_dropped_and_its_viewers_choose_again(
        self, bench: Bench, failure: str
    ) -> None:
        getattr(bench.encoders, failure).add(H264_444)
        viewers = [bench.viewer(), bench.viewer()]
        bench.publish(1)
        bench.until(lambda: all(viewer.tiers_changes for viewer in viewers))
        assert bench.pipeline.tiers == (H264_420, PNG)
        assert bench.pipeline.active_tiers == ()
        for viewer in viewers:
            viewer.watch(bench.pipeline.tiers[0])
        bench.until(lambda: all(viewer.versions == [1] for viewer in viewers))
        assert {viewer.chunks[0].info.tier for viewer in viewers} == {H264_420}

    def test_other_tiers_go_on(self, bench: Bench) -> None:
        bench.encoders.fail_encode.add(H264_444)
        failing, going_on = bench.viewer(), bench.viewer(PNG)
        bench.show(1, going_on)
        bench.until(lambda: failing.tiers_changes)
        bench.show(2, going_on)

    def test_an_encoder_that_crashes_counts_as_failed(self) -> None:
        def crash(tier: Tier, width: int, height: int) -> Encoder:
            raise ZeroDivisionError(f"{tier} at {width}x{height}")

        bench = Bench(crash)
        viewer = bench.viewer()
        bench.publish(1)
        bench.until(lambda: viewer.tiers_changes)
        assert H264_444 not in bench.pipeline.tiers
        bench.pipeline.close()
        assert encode_threads() == []

    def test_a_failure_after_the_viewers_left_reaches_those_who_came_since(self, bench: Bench) -> None:
        early = bench.viewer()
        bench.encoders.fail_encode.add(H264_444)
        with bench.encoders.hold():
            bench.publish(1)
            wait_until(lambda: bench.encoders.calls)
            early.leave()
            late = bench.viewer(room=0)
        bench.until(lambda: late.tiers_changes)
        wait_until(lambda: not encode_threads())


class TestEnding:
    def test_without_viewers_the_encoder_is_closed_and_its_thread_ends(self, bench: Bench) -> None:
        viewers = [bench.viewer(), bench.viewer()]
        bench.show(1, *viewers)
        viewers[0].leave()
        assert encode_threads()
        viewers[1].leave()
        assert bench.pipeline.active_tiers == ()
        wait_until(lambda: not encode_threads())
        assert bench.encoders.open == []

    def test_who_comes_back_gets_a_new_encoder_and_a_keyframe(self, bench: Bench) -> None:
        viewer = bench.viewer()
        bench.show(1, viewer)
        viewer.leave()
        viewer.watch(H264_444)
        bench.show(2, viewer)
        assert viewer.chunks[-1].header.keyframe
        assert len({chunk.header.stream for chunk in viewer.chunks}) == 2

    def test_a_viewer_that_left_is_offered_nothing_not_even_what_was_on_its_way(self, bench: Bench) -> None:
        viewer = bench.viewer()
        bench.publish(1)
        wait_until(lambda: bench.io.posted)
        viewer.leave()
        bench.io.run()
        assert viewer.chunks == []

    def test_closing_waits_for_the_picture_that_is_encoded_and_ends_all_threads(self, bench: Bench) -> None:
        for tier in TIERS:
            bench.viewer(tier)
        with bench.encoders.hold():
            bench.publish(1)
            wait_until(lambda: len(bench.encoders.calls) == len(TIERS))
            closing = threading.Thread(target=bench.pipeline.close)
            closing.start()
            wait_until(lambda: bench.pipeline.active_tiers == ())
            assert closing.is_alive()
        closing.join()
        assert encode_threads() == []
        assert bench.encoders.open == []

    def test_closing_waits_for_encoders_that_nobody_watches_any_more_too(self, bench: Bench) -> None:
        viewer = bench.viewer()
        with bench.encoders.hold():
            bench.publish(1)
            wait_until(lambda: bench.encoders.calls)
            viewer.leave()
        bench.pipeline.close()
        assert encode_threads() == []

    def test_nothing_happens_after_closing(self, bench: Bench) -> None:
        bench.pipeline.close()
        bench.pipeline.close()
        viewer = bench.viewer()
        bench.publish(1)
        bench.pipeline.need_picture(viewer, None)
        assert not bench.pipeline.wants_frame()
        assert encode_threads() == []
