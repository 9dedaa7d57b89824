"""The image that a newcomer is shown until there is a keyframe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rendercanvas_rfb.protocol.chunk import Chunk
from rendercanvas_rfb.protocol.formats import PictureFormat, Tier
from rendercanvas_rfb.protocol.messages import Ack, Capabilities, Hello, StreamStarted
from rendercanvas_rfb.session.keyframes import MIN_INTERVAL_S
from rendercanvas_rfb.session.refinement import PREVIEW_REASON
from rendercanvas_rfb.session.viewer import NeedPicture, Send, SendChunk, Viewer
from tests.support import wait_until
from tests.unit.pipeline_bench import Bench, FakeViewer
from tests.unit.support import H264_420, H264_444, PNG, TIERS, VIEW, WELCOME, chunk

NOW = 100.0
JPEG = Tier(PictureFormat.JPEG)
IMAGES = (PictureFormat.WEBP, PictureFormat.JPEG, PictureFormat.PNG)


def newcomer(images: tuple[PictureFormat, ...] = IMAGES, video: tuple[Tier, ...] = (H264_444, H264_420)) -> Viewer:
    viewer = Viewer("v1", NOW)
    hello = Hello(Capabilities(video, images), VIEW)
    viewer.receive(hello, NOW)
    viewer.accept(hello, WELCOME, (*TIERS, JPEG), NOW)
    return viewer


def image(sequence: int, tier: Tier = JPEG) -> Chunk:
    return chunk(sequence, keyframe=True, stream=9, tier=tier)


class TestViewer:
    def test_a_newcomer_shows_the_image_and_then_begins_with_a_keyframe_all_the_same(self) -> None:
        viewer = newcomer()
        started, shown = viewer.offer_preview(image(1), NOW)
        assert isinstance(started, Send)
        assert isinstance(started.message, StreamStarted)
        assert started.message.reason == PREVIEW_REASON
        assert isinstance(shown, SendChunk)
        assert viewer.offer(chunk(2), NOW) == []
        assert any(isinstance(effect, SendChunk) for effect in viewer.offer(chunk(3, keyframe=True), NOW))

    def test_it_is_no_keyframe_in_the_numbers(self) -> None:
        viewer = newcomer()
        viewer.offer_preview(image(1), NOW)
        assert viewer.metrics("plot", NOW).keyframes == 0

    def test_the_wish_for_a_keyframe_stays(self) -> None:
        viewer = newcomer()
        viewer.offer_preview(image(1), NOW)
        assert NeedPicture() in viewer.receive(Ack(1), NOW)

    def test_who_shows_a_picture_takes_none(self) -> None:
        viewer = newcomer()
        viewer.offer(chunk(1, keyframe=True), NOW)
        assert viewer.preview_format is None
        assert viewer.offer_preview(image(2), NOW) == []

    def test_it_is_shown_once(self) -> None:
        viewer = newcomer()
        viewer.offer_preview(image(1), NOW)
        assert viewer.offer_preview(image(2), NOW) == []

    def test_the_fastest_format_that_the_viewer_shows_is_taken(self) -> None:
        assert newcomer().preview_format is PictureFormat.JPEG
        assert newcomer((PictureFormat.PNG, PictureFormat.WEBP)).preview_format is PictureFormat.WEBP
        assert newcomer((PictureFormat.PNG,)).preview_format is None

    def test_a_viewer_of_images_needs_none(self) -> None:
        assert newcomer((PictureFormat.PNG,), ()).preview_format is None


class Previewed(FakeViewer):
    """Notes the images that it is offered."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self.previews: list[Chunk] = []

    def offer_preview(self, chunk: Chunk) -> None:
        self.previews.append(chunk)

    def come(self) -> bool:
        self.watch(H264_444)
        takes_long = self.bench.pipeline.need_picture(self, None)
        if takes_long:
            self.bench.pipeline.wish_preview(self, PNG.format)
        return takes_long


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.pipeline.close()


class TestPipeline:
    def test_a_keyframe_that_can_be_made_at_once_needs_no_image(self, bench: Bench) -> None:
        first = bench.viewer()
        bench.show(1, first)
        bench.clock.advance(MIN_INTERVAL_S)
        bench.show(2, first)
        assert not Previewed(bench).come()

    def test_newcomers_that_have_to_wait_share_one_image_of_the_latest_frame(self, bench: Bench) -> None:
        first = bench.viewer()
        bench.show(1, first)
        bench.show(2, first)
        with bench.encoders.hold():
            newcomers = [Previewed(bench) for _ in range(4)]
            assert all(newcomer.come() for newcomer in newcomers)
        bench.until(lambda: all(newcomer.previews for newcomer in newcomers))
        assert {newcomer.previews[0].header.frame for newcomer in newcomers} == {2}
        opened = [encoder for encoder in bench.encoders.opened if encoder.tier == PNG]
        assert len(opened) <= 2  # One of them may have come while the image was being encoded.
        assert [chunk.header.keyframe for chunk in first.chunks] == [True, False]

    def test_a_format_that_cannot_be_made_is_not_tried(self, bench: Bench) -> None:
        viewer = Previewed(bench)
        bench.pipeline.wish_preview(viewer, PictureFormat.JPEG)
        assert bench.encoders.opened == []

    def test_an_encoder_that_fails_costs_the_image_only(self, bench: Bench) -> None:
        first = bench.viewer()
        bench.show(1, first)
        bench.show(2, first)
        bench.encoders.fail_encode.add(PNG)
        viewer = Previewed(bench)
        assert viewer.come()
        wait_until(lambda: any(encoder.tier == PNG and encoder.closed for encoder in bench.encoders.opened))
        bench.clock.advance(MIN_INTERVAL_S)
        bench.show(3, first)
        bench.until(lambda: viewer.chunks)
        assert viewer.previews == []
