"""A pipeline that is told to encode in other ways while viewers watch."""

from __future__ import annotations

import pytest

from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import ConfigurationError, StateError
from rendercanvas_rfb.options import DisplayOptions
from rendercanvas_rfb.protocol.chunk import unpack_chunk
from rendercanvas_rfb.testing import FakeEncoderFactory, read_fake_picture
from tests.support import wait_until
from tests.unit.pipeline_bench import Bench, bench
from tests.unit.support import H264_420, H264_444, PNG

__all__ = ["bench"]


def test_viewers_that_choose_again_get_the_latest_frame_anew_as_a_keyframe_of_another_stream(bench: Bench) -> None:
    viewer = bench.viewer()
    bench.show(1, viewer)
    bench.show(2, viewer)
    other = FakeEncoderFactory()
    bench.pipeline.reconfigure(other, (H264_444,), None)
    bench.until(lambda: viewer.tiers_changes == 1)
    assert not bench.pipeline.serves(viewer)
    viewer.watch(H264_444)
    bench.until(lambda: len(viewer.chunks) == 3)
    bench.show(3, viewer)
    assert viewer.versions == [1, 2, 2, 3]
    assert [chunk.header.keyframe for chunk in viewer.chunks] == [True, False, True, False]
    before, after = viewer.chunks[1].header.stream, viewer.chunks[2].header.stream
    assert before != after == viewer.chunks[3].header.stream
    bench.until(lambda: bench.encoders.open == [])
    assert len(other.opened) == 1
    bench.pipeline.close()
    assert other.open == []


def test_what_was_being_encoded_in_the_old_way_reaches_nobody(bench: Bench) -> None:
    viewer = bench.viewer()
    bench.show(1, viewer)
    other = FakeEncoderFactory()
    with bench.encoders.hold():
        bench.publish(2)
        wait_until(lambda: len(bench.encoders.calls) == 2)
        bench.pipeline.reconfigure(other, (H264_444,), None)
        bench.until(lambda: viewer.tiers_changes == 1)
        viewer.watch(H264_444)
        bench.until(lambda: len(viewer.chunks) == 2)
    bench.until(lambda: bench.encoders.open == [])
    bench.show(3, viewer)
    assert [read_fake_picture(unpack_chunk(chunk.message)[1]).index for chunk in viewer.chunks] == [0, 0, 1]


def test_all_viewers_are_told_to_choose_again_and_tiers_that_are_gone_end(bench: Bench) -> None:
    video, image = bench.viewer(H264_444), bench.viewer(PNG)
    bench.show(1, video, image)
    bench.pipeline.reconfigure(bench.encoders, (PNG,), None)
    bench.until(lambda: video.tiers_changes == image.tiers_changes == 1)
    assert (bench.pipeline.tiers, bench.pipeline.active_tiers) == ((PNG,), ())
    video.watch(PNG)
    image.watch(PNG)
    bench.show(2, video, image)
    bench.until(lambda: [encoder.tier for encoder in bench.encoders.open] == [PNG])


def test_a_viewer_that_has_just_chosen_a_tier_that_is_gone_is_told_to_choose_again(bench: Bench) -> None:
    bench.pipeline.reconfigure(bench.encoders, (PNG,), None)
    viewer = bench.viewer(H264_420)
    bench.until(lambda: viewer.tiers_changes == 1)
    assert bench.pipeline.active_tiers == ()


def test_a_new_pace_counts_from_the_next_picture_on(bench: Bench) -> None:
    viewer = bench.viewer(PNG)
    bench.show(1, viewer)
    bench.pipeline.reconfigure(bench.encoders, (PNG,), 2.0)
    viewer.watch(PNG)
    bench.until(lambda: viewer.versions == [1, 1])
    bench.publish(2)
    assert not bench.pipeline.wants_frame()
    assert viewer.versions == [1, 1]
    bench.clock.advance(0.5)
    bench.show(2, viewer)


def test_a_tier_whose_encoder_failed_is_tried_again(bench: Bench) -> None:
    bench.encoders.fail_open.add(H264_444)
    viewer = bench.viewer()
    bench.publish(1)
    bench.until(lambda: viewer.tiers_changes == 1)
    bench.encoders.fail_open.clear()
    bench.pipeline.reconfigure(bench.encoders, (H264_444,), None)
    viewer.watch(H264_444)
    bench.show(2, viewer)


def test_options_change_one_by_one_and_a_wrong_one_changes_nothing() -> None:
    display = Display("plot", options=DisplayOptions(max_fps=10.0))
    assert display.set_options(quality="balanced", codec="jpeg") == display.options
    assert display.options == DisplayOptions(quality="balanced", codec="jpeg", max_fps=10.0)
    assert [str(tier) for tier in display.pipeline.tiers] == ["jpeg"]
    display.set_options(max_fps=None)
    assert display.options == DisplayOptions(quality="balanced", codec="jpeg")
    for wrong in ({"quality": "best"}, {"quality": "lossless"}, {"max_fps": 0}, {"bitrate": 1}):
        with pytest.raises(ConfigurationError):
            display.set_options(**wrong)
    assert display.options == DisplayOptions(quality="balanced", codec="jpeg")
    assert [str(tier) for tier in display.pipeline.tiers] == ["jpeg"]
    display.close()
    with pytest.raises(StateError):
        display.set_options(quality="sharp")
    assert display.options.quality == "balanced"
