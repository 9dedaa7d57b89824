"""Which chunks and stills a viewer is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rendercanvas_rfb.protocol.chunk import Chunk
from rendercanvas_rfb.protocol.formats import PictureFormat, Tier
from rendercanvas_rfb.protocol.messages import Ack, Capabilities, KeyframeRequest, StreamStarted, ViewChanged
from rendercanvas_rfb.session.exact import StillWish
from rendercanvas_rfb.session.refinement import STILL_REASON
from rendercanvas_rfb.session.viewer import NeedPicture, Send, SendChunk, Viewer
from rendercanvas_rfb.session.window import INITIAL_CHUNKS
from tests.unit.open_viewers import NOW, open_viewer, sent, showing
from tests.unit.support import CAPABILITIES, H264_420, H264_444, HELLO, HIDDEN_VIEW, PNG, VIEW, chunk


def still(sequence: int, version: int = 0, *, stream: int = 50, tier: Tier = PNG, size: int = 100) -> Chunk:
    return chunk(sequence, keyframe=True, stream=stream, tier=tier, version=version, size=size, lossless=True)


class TestStills:
    def test_who_has_shown_all_it_was_sent_wishes_for_the_exact_pixels_of_it(self) -> None:
        viewer = open_viewer()
        assert viewer.still_wish is None
        viewer.offer(chunk(1, keyframe=True, version=7), NOW)
        assert viewer.still_wish is None
        viewer.receive(Ack(1), NOW)
        assert viewer.still_wish == StillWish(7, PictureFormat.PNG)

    @pytest.mark.parametrize(
        ("images", "expected"),
        [
            ((PictureFormat.PNG, PictureFormat.JPEG, PictureFormat.WEBP), PictureFormat.WEBP),
            ((PictureFormat.JPEG, PictureFormat.PNG), PictureFormat.PNG),
        ],
    )
    def test_the_format_is_the_best_lossless_one_that_the_viewer_shows(
        self, images: tuple[PictureFormat, ...], expected: PictureFormat
    ) -> None:
        viewer = open_viewer(replace(HELLO, capabilities=Capabilities((H264_444,), images)))
        viewer.offer(chunk(1, keyframe=True), NOW)
        viewer.receive(Ack(1), NOW)
        assert viewer.still_wish == StillWish(0, expected)

    def test_who_shows_no_lossless_format_wishes_for_none(self) -> None:
        viewer = open_viewer(replace(HELLO, capabilities=Capabilities((H264_444,), (PictureFormat.JPEG,))))
        viewer.offer(chunk(1, keyframe=True), NOW)
        viewer.receive(Ack(1), NOW)
        assert viewer.still_wish is None

    def test_who_has_a_lossless_picture_wishes_for_none(self) -> None:
        viewer = open_viewer(replace(HELLO, capabilities=Capabilities((), (PictureFormat.PNG,), "disabled")))
        viewer.offer(chunk(1, keyframe=True, tier=PNG, lossless=True), NOW)
        viewer.receive(Ack(1), NOW)
        assert viewer.still_wish is None

    def test_a_still_is_announced_as_a_stream_of_its_own_and_the_stream_of_the_video_remains(self) -> None:
        viewer = showing()
        refined = still(2)
        announced, *rest = viewer.offer_still(refined, NOW)
        assert isinstance(announced, Send)
        assert announced.message == StreamStarted(50, refined.info, STILL_REASON)
        assert rest == [SendChunk(refined)]
        viewer.receive(Ack(2), NOW)
        delta = chunk(3, version=1)
        assert viewer.offer(delta, NOW) == [SendChunk(delta)]
        viewer.receive(Ack(3), NOW)
        again = still(4, 1)
        assert viewer.offer_still(again, NOW) == [SendChunk(again)]

    def test_one_that_was_sent_is_not_sent_again_though_video_of_the_same_picture_comes(self) -> None:
        viewer = showing()
        viewer.offer_still(still(2), NOW)
        viewer.offer(chunk(3, keyframe=True), NOW)
        viewer.receive(Ack(3), NOW)
        assert viewer.still_wish is None
        assert viewer.offer_still(still(4), NOW) == []

    def test_one_that_could_not_be_shown_is_sent_a_second_time_and_no_third(self) -> None:
        viewer = showing()
        for sequence, wish in ((2, StillWish(0, PictureFormat.PNG)), (4, None)):
            viewer.offer_still(still(sequence), NOW)
            viewer.receive(KeyframeRequest("image-error"), NOW)
            viewer.receive(Ack(sequence), NOW)
            viewer.offer(chunk(sequence + 1, keyframe=True), NOW)
            viewer.receive(Ack(sequence + 1), NOW)
            assert viewer.still_wish == wish

    def test_a_still_of_another_picture_than_the_one_shown_is_left_out(self) -> None:
        viewer = showing()
        assert viewer.offer_still(still(2, version=1), NOW) == []
        viewer.offer(chunk(3, version=2), NOW)
        viewer.receive(Ack(3), NOW)
        assert viewer.offer_still(still(4, version=1), NOW) == []

    def test_one_that_is_left_out_gates_nothing_and_is_wished_for_still(self) -> None:
        viewer = showing()
        viewer.offer(chunk(2), NOW)
        assert viewer.offer_still(still(3), NOW) == []
        assert sent(viewer.offer(chunk(4), NOW)) == [4]
        viewer.receive(Ack(4), NOW)
        assert viewer.still_wish is not None
        assert sent(viewer.offer_still(still(5), NOW)) == [5]

    def test_one_in_flight_takes_part_in_the_window_and_leaves_room_for_video(self) -> None:
        viewer = showing()
        viewer.offer_still(still(2), NOW)
        assert viewer.pictures.window.in_flight == 1
        assert sent(viewer.offer(chunk(3, version=1), NOW)) == [3]
        viewer.receive(Ack(3), NOW)
        assert viewer.pictures.window.in_flight == 0

    def test_who_is_hidden_or_lacks_a_keyframe_wishes_for_none(self) -> None:
        viewer = showing()
        wishes = []
        for message in (ViewChanged(HIDDEN_VIEW), ViewChanged(VIEW), KeyframeRequest("lost")):
            viewer.receive(message, NOW)
            wishes.append(viewer.still_wish)
        assert wishes == [None, StillWish(0, PictureFormat.PNG), None]

    def test_a_still_is_counted_as_sent_and_not_as_a_keyframe(self) -> None:
        viewer = showing()
        viewer.offer_still(still(2), NOW)
        metrics = viewer.metrics("plot", NOW)
        assert (metrics.sent, metrics.keyframes) == (2, 1)


class TestChunks:
    def test_the_stream_is_announced_once_before_its_first_chunk(self) -> None:
        viewer = open_viewer()
        first = chunk(1, keyframe=True, stream=7)
        announced, *rest = viewer.offer(first, NOW)
        assert isinstance(announced, Send)
        assert announced.message == StreamStarted(
            7, first.info, "video: the viewer has proven that it decodes h264/444"
        )
        assert rest == [SendChunk(first)]
        second = chunk(2, stream=7)
        assert viewer.offer(second, NOW) == [SendChunk(second)]

    def test_a_delta_before_the_first_keyframe_is_left_out(self) -> None:
        assert open_viewer().offer(chunk(1), NOW) == []

    def test_a_chunk_of_another_tier_is_left_out_and_costs_no_keyframe(self) -> None:
        viewer = showing()
        assert viewer.offer(chunk(2, keyframe=True, tier=PNG), NOW) == []
        assert sent(viewer.offer(chunk(3), NOW)) == [3]

    def test_no_more_are_sent_than_the_window_holds(self) -> None:
        viewer = open_viewer()
        offers = [viewer.offer(chunk(sequence, keyframe=True), NOW) for sequence in range(1, 2 * INITIAL_CHUNKS)]
        assert [sequence for effects in offers for sequence in sent(effects)] == list(range(1, INITIAL_CHUNKS + 1))

    def test_a_delta_after_one_that_was_left_out_waits_for_a_keyframe(self) -> None:
        viewer = open_viewer()
        for sequence in range(1, INITIAL_CHUNKS + 2):
            viewer.offer(chunk(sequence, keyframe=sequence == 1), NOW)
        assert viewer.receive(Ack(INITIAL_CHUNKS), NOW) == [NeedPicture()]
        assert viewer.offer(chunk(10), NOW) == []
        assert sent(viewer.offer(chunk(11, keyframe=True), NOW)) == [11]
        assert sent(viewer.offer(chunk(12), NOW)) == [12]

    def test_an_acknowledgement_asks_for_nothing_where_nothing_was_left_out(self) -> None:
        viewer = open_viewer()
        viewer.offer(chunk(1, keyframe=True), NOW)
        assert viewer.receive(Ack(1), NOW) == []

    def test_the_same_keyframe_a_second_time_changes_nothing(self) -> None:
        viewer = open_viewer()
        viewer.offer(chunk(1, keyframe=True), NOW)
        assert viewer.offer(chunk(1, keyframe=True), NOW) == []
        assert sent(viewer.offer(chunk(2), NOW)) == [2]

    def test_a_keyframe_that_a_chunk_of_another_tier_has_overtaken_is_asked_for_again(self) -> None:
        viewer = open_viewer()
        viewer.offer(chunk(10, keyframe=True), NOW)
        viewer.receive(Capabilities((H264_420,), CAPABILITIES.images), NOW)
        assert viewer.offer(chunk(9, keyframe=True, tier=H264_420, stream=2), NOW) == [NeedPicture()]

    def test_sequence_numbers_go_on_after_the_largest(self) -> None:
        viewer = open_viewer()
        viewer.offer(chunk(2**32 - 1, keyframe=True), NOW)
        assert sent(viewer.offer(chunk(0), NOW)) == [0]
        viewer.receive(Ack(0), NOW)
        assert viewer.pictures.window.in_flight == 0

    def test_nothing_is_sent_before_the_viewer_is_let_in(self) -> None:
        viewer = Viewer("v1", NOW)
        assert viewer.offer(chunk(1, keyframe=True), NOW) == []
        viewer.receive(HELLO, NOW)
        assert viewer.offer(chunk(1, keyframe=True), NOW) == []
