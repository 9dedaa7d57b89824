from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest

from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import FrameError
from rendercanvas_rfb.frames import ColorSpace, Frame, PixelFormat
from rendercanvas_rfb.protocol.chunk import Chunk
from rendercanvas_rfb.session.turns import Room
from rendercanvas_rfb.testing import FakeEncoderFactory, ManualClock
from tests.support import TIMEOUT_S, wait_until
from tests.unit.support import H264_444, PNG, TIERS, picture


class Viewer:
    """Subscribes to a tier, and takes as many chunks as it has room for."""

    def __init__(self, display: Display, room: int = 1_000_000, tier: Any = H264_444) -> None:
        self.chunks: list[Chunk] = []
        self.room = room
        self._display = display
        display.pipeline.subscribe(self, tier)
        self.report()

    def post(self, function: Any) -> None:
        threading.Thread(target=function).start()

    def offer(self, chunk: Chunk) -> None:
        self.chunks.append(chunk)
        self.room -= 1
        self.report()

    def report(self) -> None:
        self._display.pipeline.ready(self, Room(self.room > 0))

    def tiers_changed(self) -> None:
        raise AssertionError("no tier fails here")

    def shows(self, version: int) -> bool:
        return bool(self.chunks) and self.chunks[-1].header.frame == version


@pytest.fixture
def encoders() -> FakeEncoderFactory:
    return FakeEncoderFactory()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def display(encoders: FakeEncoderFactory, clock: ManualClock) -> Iterator[Display]:
    made = Display("plot", tiers=TIERS, open_encoder=encoders, clock=clock)
    yield made
    made.close()


def latest(display: Display) -> Frame:
    assert display.latest is not None
    return display.latest


class TestCopies:
    def test_a_picture_stays_when_its_array_is_written_to(self, display: Display) -> None:
        array = picture(1)
        display.publish(array)
        array[...] = 2
        assert latest(display).pixels.max() == 1

    def test_memory_is_used_again(self, display: Display) -> None:
        array = picture(0, 64, 48)
        for value in range(200):
            array[...] = value
            display.publish(array)
        assert display._publisher.buffers_allocated == 2

    def test_what_somebody_still_looks_at_is_not_overwritten(self, display: Display) -> None:
        held = []
        for value in range(20):
            display.publish(picture(value))
            held.append(latest(display).pixels[1:, ::2])
        assert [array.max() for array in held] == list(range(20))

    def test_conversions_use_memory_again_too(self, display: Display) -> None:
        array = np.zeros((48, 64, 3))
        for value in range(200):
            array[...] = value / 255
            display.publish(array)
            assert latest(display).pixels.min() == latest(display).pixels.max() == value
        assert display._publisher.buffers_allocated == 2

    @pytest.mark.parametrize("copy", [True, False])
    def test_an_equal_picture_is_the_same_one(self, display: Display, copy: bool) -> None:
        first = display.publish(picture(1), copy=copy)
        assert display.publish(picture(1), copy=copy) == first
        assert display.publish(picture(1)[::-1], copy=copy) == first
        assert display.publish(picture(1) / 255, copy=copy) == first
        assert display.publish(picture(2), copy=copy) != first

    def test_another_size_or_kind_is_another_picture(self, display: Display) -> None:
        kinds: list[dict[str, Any]] = [
            {"frame": picture(1)},
            {"frame": picture(1), "format": "bgra"},
            {"frame": picture(1), "pixel_ratio": 2},
            {"frame": picture(1), "color": "display-p3"},
            {"frame": picture(1)[..., :3]},
            {"frame": picture(1, 5, 5)},
            {"frame": np.zeros((6, 8), np.uint8)},
            {"frame": np.zeros((6, 8), np.uint8), "format": "i420"},
        ]
        assert [display.publish(**kind) for kind in kinds] == [1, 2, 3, 4, 5, 6, 7, 8]
        frame = latest(display)
        assert (frame.width, frame.height, frame.format) == (8, 4, PixelFormat.I420)

    def test_many_threads_publish_at_once(self, display: Display) -> None:
        def work(first: int) -> None:
            array = picture(first, 40, 30)
            for value in range(first, 256, 8):
                array[...] = value
                display.publish(array, copy=True)

        viewer = Viewer(display)
        threads = [threading.Thread(target=work, args=(first,)) for first in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert latest(display).pixels.min() == latest(display).pixels.max() >= 248
        wait_until(partial(viewer.shows, latest(display).version))


class TestBorrowing:
    def test_it_copies_nothing(self, display: Display) -> None:
        array = picture(1)
        display.publish(array, copy=False)
        assert np.shares_memory(latest(display).pixels, array)
        assert display._publisher.buffers_allocated == 0

    def test_without_viewers_an_array_comes_back_at_once(self, display: Display) -> None:
        array = picture(1)
        version = display.publish(array, copy=False)
        assert display.wait_encoded(timeout=0)
        array[...] = 2
        assert latest(display).pixels.max() == 1
        assert latest(display).version == version

    def test_an_array_comes_back_when_it_is_encoded(self, display: Display, encoders: FakeEncoderFactory) -> None:
        viewer = Viewer(display)
        with encoders.hold():
            version = display.publish(picture(1), copy=False)
            wait_until(lambda: encoders.calls)
            assert not display.wait_encoded(timeout=0.01)
        assert display.wait_encoded(timeout=TIMEOUT_S)
        assert [call.version for call in encoders.calls] == [version]
        wait_until(partial(viewer.shows, version))

    def test_an_array_of_which_there_is_a_later_picture_comes_back_too(
        self, display: Display, encoders: FakeEncoderFactory
    ) -> None:
        Viewer(display)
        with encoders.hold():
            display.publish(picture(1), copy=False)
            wait_until(lambda: encoders.calls)
            display.publish(picture(2))
            assert not display.wait_encoded(timeout=0.01)
        assert display.wait_encoded(timeout=TIMEOUT_S)

    def test_a_viewer_without_room_does_not_keep_it(self, display: Display, encoders: FakeEncoderFactory) -> None:
        viewer = Viewer(display, room=0)
        version = display.publish(picture(1), copy=False)
        assert display.wait_encoded(timeout=0)
        assert encoders.calls == []
        viewer.room = 1
        viewer.report()
        wait_until(partial(viewer.shows, version))

    def test_each_tier_is_waited_for(self, display: Display, encoders: FakeEncoderFactory) -> None:
        viewers = [Viewer(display), Viewer(display, tier=PNG)]
        with encoders.hold():
            version = display.publish(picture(1), copy=False)
        assert display.wait_encoded(timeout=TIMEOUT_S)
        assert [call.version for call in encoders.calls] == [version, version]
        wait_until(lambda: all(viewer.shows(version) for viewer in viewers))

    def test_a_late_viewer_is_shown_the_picture(self, display: Display) -> None:
        version = display.publish(picture(1), copy=False)
        assert display.wait_encoded(timeout=TIMEOUT_S)
        wait_until(partial(Viewer(display).shows, version))

    def test_what_the_program_looks_at_is_still_borrowed(self, display: Display) -> None:
        display.publish(picture(1), copy=False)
        held = latest(display).pixels[1:]
        assert not display.wait_encoded(timeout=0)
        del held
        assert display.wait_encoded(timeout=0)

    @pytest.mark.parametrize("array", [picture(1)[::-1], picture(1) / 255], ids=["strided", "float"])
    def test_what_has_to_be_converted_is_copied(self, display: Display, array: Any) -> None:
        display.publish(array, copy=False)
        array[...] = 0
        assert latest(display).pixels.min() == 1

    def test_memory_that_may_not_be_written_to_can_be_borrowed(self, display: Display) -> None:
        display.publish(np.frombuffer(bytes(48), np.uint8).reshape(3, 4, 4), copy=False)
        assert display.wait_encoded(timeout=0)

    def test_nothing_to_wait_for(self, display: Display) -> None:
        assert display.wait_encoded(timeout=0)
        display.publish(picture(1))
        assert display.wait_encoded()

    def test_copied_pictures_are_waited_for_as_well(self, display: Display, encoders: FakeEncoderFactory) -> None:
        Viewer(display)
        with encoders.hold():
            display.publish(picture(1))
            assert not display.wait_encoded(timeout=0.01)
        assert display.wait_encoded(timeout=TIMEOUT_S)

    def test_closing_ends_the_wait(self, display: Display, encoders: FakeEncoderFactory) -> None:
        Viewer(display)
        results: list[bool] = []
        waiting = threading.Thread(target=lambda: results.append(display.wait_encoded()))
        with encoders.hold():
            display.publish(picture(1), copy=False)
            wait_until(lambda: encoders.calls)
            waiting.start()
            closing = threading.Thread(target=display.close)
            closing.start()
        closing.join()
        waiting.join(TIMEOUT_S)
        assert results == [True]


class TestMeta:
    def test_the_time_is_now_unless_it_is_given(self, display: Display, clock: ManualClock) -> None:
        display.publish(picture(1))
        assert latest(display).timestamp_us == int(clock.now * 1e6)
        display.publish(picture(2), timestamp=12.5)
        assert latest(display).timestamp_us == 12_500_000

    def test_a_color_space_goes_with_the_picture(self, display: Display) -> None:
        display.publish(picture(1), color=ColorSpace.DISPLAY_P3)
        assert latest(display).color is ColorSpace.DISPLAY_P3

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({"pixel_ratio": 0}, "pixel ratio of a frame must be a positive finite number, not 0"),
            ({"pixel_ratio": -1.0}, "not -1.0"),
            ({"pixel_ratio": float("nan")}, "not nan"),
            ({"pixel_ratio": float("inf")}, "not inf"),
            ({"pixel_ratio": "2"}, "not '2'"),
            ({"pixel_ratio": None}, "not None"),
            ({"timestamp": -1}, "timestamp of a frame must be seconds of a monotonic clock, >= 0, not -1"),
            ({"timestamp": float("nan")}, "not nan"),
            ({"timestamp": float("inf")}, "not inf"),
            ({"timestamp": 1e300}, "not 1e[+]300"),
            ({"timestamp": "now"}, "not 'now'"),
            ({"color": "rec2020"}, "one of srgb, display-p3, not 'rec2020'"),
            ({"color": None}, "not None"),
            ({"format": "rgb"}, "in rgb must have 3 channels"),
            ({"frame": "picture"}, "of type str; accepted are"),
        ],
    )
    def test_what_is_refused_changes_nothing(self, display: Display, arguments: Any, words: str) -> None:
        viewer = Viewer(display)
        version = display.publish(picture(1))
        with pytest.raises(FrameError, match=words):
            display.publish(**{"frame": picture(2), **arguments})
        assert latest(display).version == version
        assert latest(display).pixels.max() == 1
        following = display.publish(picture(3))
        assert following == version + 1
        wait_until(partial(viewer.shows, following))


def test_another_color_space_is_another_stream(display: Display, encoders: FakeEncoderFactory) -> None:
    viewer = Viewer(display)
    streams: list[int] = []
    for color in (ColorSpace.SRGB, ColorSpace.SRGB, ColorSpace.DISPLAY_P3, ColorSpace.SRGB):
        version = display.publish(picture(len(streams)), color=color)
        wait_until(partial(viewer.shows, version))
        streams.append(viewer.chunks[-1].header.stream)
        assert viewer.chunks[-1].header.keyframe == (len(streams) != 2)
    assert streams[0] == streams[1]
    assert len(set(streams)) == 3
    assert len(encoders.open) == 1
