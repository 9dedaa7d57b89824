from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from rendercanvas_rfb import inbox
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import CloseCode, ConfigurationError, FrameError, StateError
from rendercanvas_rfb.events import Event
from rendercanvas_rfb.frames import PixelFormat
from rendercanvas_rfb.options import DisplayOptions
from rendercanvas_rfb.policy import ViewerPolicy
from rendercanvas_rfb.protocol.chunk import Chunk
from rendercanvas_rfb.session.turns import Room
from rendercanvas_rfb.testing import FakeEncoderFactory, ManualClock
from tests.support import wait_until
from tests.unit.support import H264_444, HIDDEN_VIEW, TIERS, VIEW, key_event, picture, pointer_event


class FakeWatcher:
    """Runs at once what is posted to it, and remembers what it was told."""

    principal = "anonymous"

    def __init__(self, id: str = "v1") -> None:
        self.id = id
        self.messages: list[tuple[str, str | None]] = []
        self.told: list[dict[str, Any]] = []
        self.ended: list[tuple[CloseCode, str]] = []
        self.chunks: list[Chunk] = []

    def post(self, function: Callable[[], None]) -> None:
        function()

    def offer(self, chunk: Chunk) -> None:
        self.chunks.append(chunk)

    def tiers_changed(self) -> None:
        raise AssertionError("no tier fails here")

    def state_changed(self, members: Mapping[str, Any]) -> None:
        self.told.append(dict(members))

    def deliver(self, text: str, key: str | None) -> None:
        self.messages.append((text, key))

    def end(self, code: CloseCode, reason: str) -> None:
        self.ended.append((code, reason))


@pytest.fixture
def encoders() -> FakeEncoderFactory:
    return FakeEncoderFactory()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def display(encoders: FakeEncoderFactory, clock: ManualClock) -> Iterator[Display]:
    made = Display("plot", tiers=TIERS, open_encoder=encoders, clock=clock, policy=ViewerPolicy(resize="viewer"))
    yield made
    made.close()


def watch(display: Display, id: str = "v1") -> FakeWatcher:
    watcher = FakeWatcher(id)
    display.attach(watcher)
    watcher.told.clear()
    display.poll_events()
    return watcher


def shows(watcher: FakeWatcher, version: int) -> bool:
    return bool(watcher.chunks) and watcher.chunks[-1].header.frame == version


class TestFrames:
    def test_there_is_none_at_first(self, display: Display) -> None:
        assert display.latest is None

    def test_a_published_picture_is_the_latest_one(self, display: Display, clock: ManualClock) -> None:
        pixels = picture(1)
        frame = display.present(pixels, format=PixelFormat.BGRA, pixel_ratio=2.0)
        assert display.latest is frame
        assert frame.pixels is pixels
        assert (frame.format, frame.pixel_ratio, frame.timestamp_us) == (PixelFormat.BGRA, 2.0, int(clock.now * 1e6))

    def test_different_pictures_have_different_versions(self, display: Display) -> None:
        assert len({display.present(picture(value)).version for value in range(5)}) == 5

    def test_an_equal_picture_is_the_same_frame(self, display: Display, clock: ManualClock) -> None:
        frame = display.present(picture(1))
        clock.advance(1)
        assert display.present(picture(1)) is frame
        assert display.latest is frame

    def test_an_equal_picture_is_not_encoded(self, display: Display, encoders: FakeEncoderFactory) -> None:
        watcher = watch(display)
        display.pipeline.subscribe(watcher, H264_444)
        for value in (1, 1, 1, 2):
            display.pipeline.ready(watcher, Room(open=True))
            display.present(picture(value))
            wait_until(partial(shows, watcher, value))
        assert [call.version for call in encoders.calls] == [1, 2]

    def test_the_picture_before_the_last_is_another_one_again(self, display: Display) -> None:
        assert [display.present(picture(value)).version for value in (1, 2, 1)] == [1, 2, 3]

    def test_a_picture_of_another_kind_is_refused_and_the_latest_one_stays(self, display: Display) -> None:
        frame = display.present(picture(1))
        with pytest.raises(FrameError, match="uint8"):
            display.present(picture(1).astype(float))
        assert display.latest is frame

    @pytest.mark.parametrize("ratio", [0.0, -1.0, float("nan"), float("inf")])
    def test_a_pixel_ratio_that_is_none_is_refused(self, display: Display, ratio: float) -> None:
        with pytest.raises(FrameError, match="positive finite number"):
            display.present(picture(1), pixel_ratio=ratio)

    def test_no_frame_is_wanted_without_viewers(self, display: Display) -> None:
        assert not display.wants_frame()

    def test_a_frame_is_wanted_when_somebody_could_show_one(self, display: Display) -> None:
        watcher = watch(display)
        display.pipeline.subscribe(watcher, H264_444)
        assert not display.wants_frame()
        wakes: list[bool] = []
        display.on_wake = lambda: wakes.append(True)
        display.pipeline.ready(watcher, Room(open=True))
        assert display.wants_frame()
        assert wakes


class TestState:
    def test_a_watcher_is_given_all_of_it_and_then_told_what_changes(self, display: Display) -> None:
        display.set_state(title="one", width=640.0)
        watcher = FakeWatcher()
        state = display.attach(watcher)
        assert state == {
            "title": "one",
            "cursor": "default",
            "width": 640.0,
            "viewers": 1,
            "sizing": False,
            "control": True,
        }
        watcher.told.clear()
        display.set_state(title="two", width=640.0)
        assert watcher.told == [{"title": "two"}]

    def test_what_does_not_change_is_not_told(self, display: Display) -> None:
        watcher = watch(display)
        display.set_state(cursor="text")
        display.set_state(cursor="text")
        display.set_state()
        assert watcher.told == [{"cursor": "text"}]

    def test_the_size_of_pictures_is_told_when_it_changes(self, display: Display) -> None:
        watcher = watch(display)
        display.publish(picture(1, 40, 30), pixel_ratio=2.0)
        display.publish(picture(2, 40, 30), pixel_ratio=2.0)
        display.set_state(width=100)  # The program knows what comes next.
        display.publish(picture(3, 40, 30), pixel_ratio=2.0)
        display.publish(picture(4, 50, 30))
        assert watcher.told == [
            {"width": 20.0, "height": 15.0, "pixel_ratio": 2.0},
            {"width": 100},
            {"width": 50.0, "height": 30.0, "pixel_ratio": 1.0},
        ]

    def test_a_css_size_is_told_as_lengths(self, display: Display) -> None:
        watcher = watch(display)
        display.set_css_size(640, "50vh")
        display.set_css_size(0.125)
        display.set_css_size()
        assert watcher.told == [
            {"css_width": "640px", "css_height": "50vh"},
            {"css_width": "0.125px", "css_height": None},
            {"css_width": None},
        ]

    @pytest.mark.parametrize("length", ["640", "1px;color:red", -1, float("nan"), True, "calc(1px + 1px)", b"1px"])
    def test_what_is_no_css_length_is_refused(self, display: Display, length: Any) -> None:
        with pytest.raises(ConfigurationError, match="css_width of a display must be a CSS length"):
            display.set_css_size(length)
        assert "css_width" not in display.state

    def test_viewers_are_told_when_a_program_stops_that_promised_pictures(self, clock: ManualClock) -> None:
        with Display("camera", options=DisplayOptions(stale_after=5.0), clock=clock) as display:
            watcher = watch(display)
            clock.advance(60.0)
            display.check_freshness()  # There is no picture yet that could be old.
            display.present(picture(1))
            watcher.told.clear()
            clock.advance(5.0)
            display.check_freshness()
            assert watcher.told == []
            clock.advance(0.1)
            display.check_freshness()
            assert watcher.told == [{"stale": True}]
            assert display.attach(FakeWatcher("late"))["stale"] is True
            watcher.told.clear()
            display.publish(picture(1))  # The same picture: the program is alive.
            assert watcher.told == [{"stale": False}]

    def test_a_program_that_promised_nothing_is_never_late(self, display: Display, clock: ManualClock) -> None:
        watcher = watch(display)
        display.present(picture(1))
        watcher.told.clear()
        clock.advance(3600.0)
        display.check_freshness()
        assert watcher.told == []

    def test_a_copy_is_handed_out(self, display: Display) -> None:
        display.state["title"] = "mine"
        assert display.state["title"] == "plot"

    def test_the_number_of_viewers_is_kept(self, display: Display) -> None:
        first, second = watch(display), watch(display)
        assert first.told == [{"viewers": 2}]
        display.detach(second)
        assert first.told == [{"viewers": 2}, {"viewers": 1}]
        assert second.told == []
        assert display.state["viewers"] == 1

    def test_detaching_twice_counts_once(self, display: Display) -> None:
        first, second = watch(display), watch(display)
        display.detach(second)
        display.detach(second)
        assert display.state["viewers"] == 1
        display.set_state(title="still here")
        assert first.told[-1] == {"title": "still here"}


class TestViews:
    def test_the_view_of_the_first_visible_viewer_is_taken_once(self, display: Display) -> None:
        hidden, first, second = watch(display), watch(display), watch(display)
        display.set_view(hidden, HIDDEN_VIEW)
        display.set_view(first, VIEW)
        display.set_view(second, replace(VIEW, width=1.0))
        assert display.take_view() == VIEW
        assert display.take_view() is None

    def test_viewers_are_told_whether_their_size_counts(self, display: Display) -> None:
        first, second = watch(display), watch(display)
        display.set_view(first, VIEW)
        display.set_view(second, VIEW)
        first.told.clear()
        display.set_view(first, HIDDEN_VIEW)
        assert first.told == [{"sizing": False}]
        assert second.told == [{"sizing": True}]

    def test_the_next_viewer_sizes_the_picture_when_the_first_one_goes(self, display: Display) -> None:
        first, second = watch(display), watch(display)
        display.set_view(first, VIEW)
        display.set_view(second, small := replace(VIEW, width=1.0))
        display.take_view()
        display.detach(first)
        assert display.take_view() == small
        assert {"sizing": True} in second.told

    def test_there_is_no_view_without_viewers(self, display: Display) -> None:
        watcher = watch(display)
        display.set_view(watcher, VIEW)
        display.detach(watcher)
        assert display.take_view() is None
        display.set_view(watcher, VIEW)
        assert display.take_view() is None


@pytest.fixture
def viewer(display: Display) -> FakeWatcher:
    return watch(display)


def types(display: Display) -> list[tuple[str, str]]:
    return [(item.viewer, item.event.type) for item in display.poll_events()]


class TestEvents:
    def test_they_are_handed_out_once_in_order(self, display: Display, viewer: FakeWatcher) -> None:
        pointer = [pointer_event("pointer_down", button=1, buttons=(1,)), pointer_event("pointer_up", button=1)]
        keys = [key_event("key_down", "a"), key_event("key_up", "a")]
        events = [*pointer, *keys, Event("wheel", 1.0, {}), *pointer]
        for event in events:
            display.submit(viewer, event)
        assert [kind for _, kind in types(display)] == [event.type for event in events]
        assert types(display) == []

    def test_a_move_takes_the_place_of_the_move_before_it(self, display: Display, viewer: FakeWatcher) -> None:
        for x in range(10):
            display.submit(viewer, pointer_event("pointer_move", x=x))
        (item,) = display.poll_events()
        assert item.event.members["x"] == 9

    @pytest.mark.parametrize(
        "between", [pointer_event("pointer_down", button=1, buttons=(1,)), key_event("key_up", "a")]
    )
    def test_moves_stay_before_and_after_what_comes_between_them(
        self, display: Display, viewer: FakeWatcher, between: Event
    ) -> None:
        for event in (pointer_event("pointer_move", x=1), between, pointer_event("pointer_move", x=2)):
            display.submit(viewer, event)
        assert [kind for _, kind in types(display)] == ["pointer_move", between.type, "pointer_move"]

    def test_moves_with_other_buttons_or_of_other_viewers_are_kept_apart(self, display: Display) -> None:
        first, second = watch(display, "v1"), watch(display, "v2")
        display.submit(first, pointer_event("pointer_move"))
        display.submit(first, pointer_event("pointer_move", buttons=(1,)))
        display.submit(second, pointer_event("pointer_move", buttons=(1,)))
        assert types(display) == [("v1", "pointer_move"), ("v1", "pointer_move"), ("v2", "pointer_move")]

    def test_the_queue_is_bounded_and_moves_still_take_the_place_of_moves(
        self, display: Display, viewer: FakeWatcher, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(inbox, "MAX_QUEUED_EVENTS", 3)
        assert [display.submit(viewer, key_event("key_down", key)) for key in "abcd"] == [True, True, True, False]
        assert [item.event.members["key"] for item in display.poll_events()] == ["a", "b", "c"]
        for _ in range(2):
            display.submit(viewer, key_event("key_down", "a"))
        assert display.submit(viewer, pointer_event("pointer_move"))
        assert display.submit(viewer, pointer_event("pointer_move"))

    def test_a_program_that_never_takes_events_keeps_the_newest_and_no_viewer_pays_for_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(inbox, "MAX_QUEUED_EVENTS", 3)
        display = Display("plot", tiers=TIERS, open_encoder=FakeEncoderFactory())
        viewer = FakeWatcher()
        display.attach(viewer)
        assert all(display.submit(viewer, key_event("key_down", key)) for key in "abcd")
        assert [event.key for event in display.poll_events()] == ["b", "c", "d"]
        display.close()

    def test_the_program_is_woken(self, display: Display, viewer: FakeWatcher) -> None:
        wakes: list[bool] = []
        display.on_wake = lambda: wakes.append(True)
        display.submit(viewer, key_event("key_down", "a"))
        display.set_view(viewer, VIEW)
        display.detach(viewer)
        assert len(wakes) == 3


class TestClosing:
    def test_each_viewer_is_told_why_and_once(self, display: Display) -> None:
        watchers = [watch(display), watch(display)]
        display.close(CloseCode.GOING_AWAY, "restart")
        display.close()
        assert [watcher.ended for watcher in watchers] == [[(CloseCode.GOING_AWAY, "restart")]] * 2
        assert display.closed

    def test_nobody_gets_in_afterwards(self, display: Display) -> None:
        display.close()
        with pytest.raises(StateError, match="the display is closed"):
            display.attach(FakeWatcher())
        assert display.state["viewers"] == 0

    def test_the_program_is_not_woken_any_more(self, display: Display) -> None:
        wakes: list[bool] = []
        watcher = watch(display)
        display.on_wake = lambda: wakes.append(True)
        display.close()
        display.submit(watcher, key_event("key_down", "a"))
        display.detach(watcher)
        assert wakes == []

    def test_publishing_is_harmless(self, display: Display) -> None:
        display.close()
        display.present(picture(1))
