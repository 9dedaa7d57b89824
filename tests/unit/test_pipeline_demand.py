"""When the pipeline wants a frame, which it encodes, and whom it waits for."""

from __future__ import annotations

from rendercanvas_rfb.testing import EncodeCall
from tests.support import wait_until
from tests.unit.pipeline_bench import Bench, bench
from tests.unit.support import H264_444

__all__ = ["bench"]


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
