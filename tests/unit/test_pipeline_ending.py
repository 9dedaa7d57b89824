"""What the pipeline does when encoders fail, viewers leave, and it is closed."""

from __future__ import annotations

import threading

import pytest

from rendercanvas_rfb.encoders.base import Encoder
from rendercanvas_rfb.protocol.formats import Tier
from tests.support import wait_until
from tests.unit.pipeline_bench import Bench, bench, encode_threads
from tests.unit.support import H264_420, H264_444, PNG, TIERS

__all__ = ["bench"]


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
