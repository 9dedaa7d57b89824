"""The pipeline with encoders that hand pictures out later than frames go in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from rendercanvas_rfb.encoders.base import EncodedPicture, Finished
from rendercanvas_rfb.errors import DeviceError, EncoderError
from rendercanvas_rfb.frames import Frame
from rendercanvas_rfb.protocol.chunk import unpack_chunk
from rendercanvas_rfb.session.pushes import PUSH_AGAIN_S, PUSH_S
from rendercanvas_rfb.testing import FakePipelinedEncoder, read_fake_picture
from tests.unit.pipeline_bench import Bench
from tests.unit.support import H264_444, PNG, frame

HOLDS = [1, 2, 3]


@pytest.fixture(params=HOLDS, ids=lambda holds: f"holds {holds}")
def bench(request) -> Iterator[Bench]:
    made = Bench()
    made.encoders.holds = request.param
    yield made
    made.pipeline.close()


def let_out(bench: Bench, condition: Callable[[], object]) -> None:
    """Let time pass in small steps until a condition is met."""

    def met() -> object:
        bench.clock.advance(PUSH_AGAIN_S / 4)
        bench.pipeline.frame_published()
        return condition()

    bench.until(met)


def feed(bench: Bench, version: int, width: int = 4) -> None:
    """Publish a picture, and see that it goes in."""
    calls = len(bench.encoders.calls)
    bench.publish(version, width)
    bench.until(lambda: len(bench.encoders.calls) > calls and bench.pipeline.wait_encoded(0))


def test_each_picture_is_that_of_its_frame_and_in_order(bench) -> None:
    viewer = bench.viewer()
    holds = bench.encoders.holds
    for version in range(1, 9):
        feed(bench, version)
    bench.until(lambda: len(viewer.chunks) == 8 - holds)
    for number, chunk in enumerate(viewer.chunks):
        header, shown = chunk.header, read_fake_picture(unpack_chunk(chunk.message)[1])
        assert header.frame == shown.version == number + 1
        assert header.timestamp_us == frame(number + 1).timestamp_us
        assert header.keyframe == (number == 0) == shown.keyframe
        assert chunk.held == holds
    sequences = [chunk.header.sequence for chunk in viewer.chunks]
    assert sequences == sorted(set(sequences))


def test_what_is_held_comes_out_when_no_further_frame_comes(bench) -> None:
    viewer = bench.viewer()
    for version in (1, 2, 3):
        feed(bench, version)
    began = bench.clock()
    let_out(bench, lambda: viewer.versions[-1:] == [3])
    # The clock may go on a little before this thread hears of it.
    assert bench.clock() - began < PUSH_S + bench.encoders.holds * PUSH_AGAIN_S + 1.0
    assert viewer.versions == [1, 2, 3]
    calls = len(bench.encoders.calls)
    for _ in range(50):
        bench.clock.advance(0.1)
        bench.pipeline.frame_published()
    bench.until(lambda: bench.pipeline.wait_encoded(0))
    assert len(bench.encoders.calls) == calls, "a picture that is out is not pushed any more"


def test_time_is_counted_from_the_frame_to_its_picture(bench) -> None:
    viewer = bench.viewer()
    for version in range(1, 6):
        feed(bench, version)
        bench.clock.advance(0.01)
    bench.until(lambda: viewer.chunks)
    assert viewer.chunks[0].encode_s == pytest.approx(0.01 * bench.encoders.holds)
    (tier,) = bench.pipeline.metrics("plot")
    assert tier.held == bench.encoders.holds
    assert tier.encode_ms == pytest.approx(10 * bench.encoders.holds)


def test_one_keyframe_serves_a_viewer_that_comes_while_pictures_are_held(bench) -> None:
    first = bench.viewer()
    for version in range(1, 6):
        feed(bench, version)
    bench.until(lambda: first.chunks)
    bench.clock.advance(1.0)
    second = bench.viewer()
    bench.pipeline.need_picture(second, None)
    for version in range(6, 14):
        feed(bench, version)
        bench.clock.advance(0.2)
    asked = [call.version for call in bench.encoders.calls if call.keyframe]
    assert len(asked) == 2, "the first picture, and the one for the second viewer"
    assert asked[1] >= 5
    bench.until(lambda: any(chunk.header.keyframe for chunk in second.chunks))


def test_a_keyframe_of_a_still_picture_comes_out_too(bench) -> None:
    first = bench.viewer()
    feed(bench, 1)
    let_out(bench, lambda: first.versions == [1])
    bench.clock.advance(1.0)
    # What pushed the first picture out is a delta, and comes before the keyframe.
    second = bench.viewer()
    bench.pipeline.need_picture(second, first.chunks[-1].header.sequence)
    let_out(bench, lambda: any(chunk.header.keyframe for chunk in second.chunks))
    assert set(first.versions) == set(second.versions) == {1}


def test_another_size_begins_with_a_keyframe_and_what_was_held_is_superseded(bench) -> None:
    viewer = bench.viewer()
    for version in range(1, 6):
        feed(bench, version)
    feed(bench, 6, width=8)
    let_out(bench, lambda: viewer.versions[-1:] == [6])
    assert viewer.versions == sorted(viewer.versions)
    (stream,) = {chunk.header.stream for chunk in viewer.chunks if chunk.header.width == 4}
    later = [chunk for chunk in viewer.chunks if chunk.header.width == 8]
    assert later[0].header.keyframe
    assert {chunk.header.stream for chunk in later}.isdisjoint({stream})
    assert [encoder.closed for encoder in bench.encoders.opened] == [True, False]


def test_a_viewer_that_leaves_ends_the_encoder_with_pictures_in_it(bench) -> None:
    viewer = bench.viewer()
    feed(bench, 1)
    viewer.leave()
    bench.until(lambda: not bench.encoders.open)


def test_closing_drops_what_is_held(bench) -> None:
    bench.viewer()
    feed(bench, 1)
    bench.pipeline.close()
    assert not bench.encoders.open


def test_images_are_answered_at_once(bench) -> None:
    viewer = bench.viewer(PNG)
    bench.show(1, viewer)
    assert viewer.chunks[0].held == 0


class Odd(FakePipelinedEncoder):
    """Misbehaves in a way of which the test says when."""

    way = ""

    def feed(self, frame: Frame, *, keyframe: bool, token: int) -> list[Finished]:
        if self.way == "unreadable":
            raise DeviceError("the CUDA device failed: gone")
        out = super().feed(frame, keyframe=keyframe, token=token)
        match self.way:
            case "silent":
                return []
            case "strange":
                return [Finished(99, EncodedPicture(b"x", keyframe=True), self.info)]
            case "deaf":
                return [one._replace(picture=EncodedPicture(b"x", keyframe=False)) for one in out]
        return out


class OddBench(Bench):
    def __init__(self) -> None:
        super().__init__(self.open_odd)
        self.opened: list[Odd] = []

    def open_odd(self, tier, width: int, height: int) -> Odd:
        self.opened.append(Odd(tier, width, height, len(self.opened) + 1))
        return self.opened[-1]


@pytest.fixture
def odd() -> Iterator[OddBench]:
    made = OddBench()
    yield made
    made.pipeline.close()


@pytest.mark.parametrize("way", ["silent", "strange", "deaf"])
def test_one_that_holds_too_much_or_mixes_pictures_up_fails(odd, way, monkeypatch) -> None:
    monkeypatch.setattr(Odd, "way", way)
    viewer = odd.viewer()
    version = 0

    def failed() -> object:
        nonlocal version
        version += 1
        odd.publish(version)
        return viewer.tiers_changes

    odd.until(failed)
    assert H264_444 not in odd.pipeline.tiers
    assert not viewer.chunks


def test_a_device_that_fails_is_not_held_against_the_encoder(odd, monkeypatch, caplog) -> None:
    viewer = odd.viewer()
    for version in (1, 2, 3):
        odd.publish(version)
        odd.until(lambda: odd.pipeline.wait_encoded(0))
    monkeypatch.setattr(Odd, "way", "unreadable")
    for version in (4, 5):
        odd.publish(version)
        odd.until(lambda: odd.pipeline.wait_encoded(0))
    monkeypatch.setattr(Odd, "way", "")
    odd.publish(6)
    odd.until(lambda: odd.pipeline.wait_encoded(0))
    let_out(odd, lambda: viewer.versions[-1:] == [6])
    assert viewer.versions == sorted(viewer.versions)
    assert not {4, 5} & set(viewer.versions)
    assert len(odd.opened) == 1
    assert not viewer.tiers_changes
    assert caplog.text.count("the CUDA device failed: gone") == 1


def test_what_no_encoder_does_is_no_error_of_the_frame() -> None:
    assert not issubclass(DeviceError, EncoderError)
