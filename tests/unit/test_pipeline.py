"""Encoders, chunks and keyframes that the viewers of a pipeline share."""

from __future__ import annotations

from rendercanvas_rfb.session.keyframes import MIN_INTERVAL_S
from rendercanvas_rfb.testing import EncodeCall
from tests.support import wait_until
from tests.unit.pipeline_bench import Bench, bench
from tests.unit.support import H264_420, H264_444, PNG, TIERS

__all__ = ["bench"]


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
