"""Ways to get the events of a display, and what an event says."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import ConfigurationError
from rendercanvas_rfb.events import Event
from rendercanvas_rfb.policy import ViewerPolicy
from rendercanvas_rfb.session.target import QUIET_S
from rendercanvas_rfb.testing import FakeEncoderFactory, ManualClock
from rendercanvas_rfb.viewer_event import PictureSize, ViewerEvent
from tests.support import TIMEOUT_S, until
from tests.unit.support import TIERS, VIEW, key_event, picture, pointer_event
from tests.unit.test_display import FakeWatcher


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def display(clock: ManualClock) -> Iterator[Display]:
    policy = ViewerPolicy(resize="viewer", max_size=(640, 480))
    made = Display("plot", tiers=TIERS, open_encoder=FakeEncoderFactory(), clock=clock, policy=policy)
    yield made
    made.close()


@pytest.fixture
def viewer(display: Display) -> FakeWatcher:
    watcher = FakeWatcher()
    display.attach(watcher)
    return watcher


def press(display: Display, viewer: FakeWatcher, *keys: str) -> None:
    for key in keys:
        display.submit(viewer, key_event("key_down", key))


def kinds(events: list[ViewerEvent]) -> list[str]:
    return [event.type for event in events]


class TestPolling:
    def test_who_comes_and_goes_is_among_the_events(self, display: Display, viewer: FakeWatcher) -> None:
        press(display, viewer, "a")
        display.detach(viewer)
        assert kinds(display.poll_events()) == ["viewer_joined", "key_down", "key_up", "viewer_left"]

    def test_waiting_ends_with_the_first_event(self, display: Display, viewer: FakeWatcher) -> None:
        display.poll_events()
        threading.Timer(0.05, press, (display, viewer, "a")).start()
        assert kinds(display.poll_events(timeout=TIMEOUT_S)) == ["key_down"]

    def test_waiting_ends_with_the_display(self, display: Display) -> None:
        threading.Timer(0.05, display.close).start()
        assert display.poll_events(timeout=TIMEOUT_S) == []

    def test_waiting_ends_when_the_time_is_over(self, display: Display) -> None:
        assert display.poll_events(timeout=0.01) == []

    def test_an_event_says_whose_it_is_and_when_it_came(
        self, display: Display, viewer: FakeWatcher, clock: ManualClock
    ) -> None:
        press(display, viewer, "a")
        event = display.poll_events()[-1]
        assert (event.viewer, event.principal, event.received, event.timestamp) == ("v1", "anonymous", clock.now, 1.0)


class TestHandlers:
    def test_they_are_called_in_order_by_who_takes_the_events(self, display: Display, viewer: FakeWatcher) -> None:
        seen: list[tuple[str, str]] = []
        display.on("key_down")(lambda event: seen.append(("keys", event.type)))
        display.on("*")(lambda event: seen.append(("all", event.type)))
        press(display, viewer, "a")
        assert seen == []
        assert kinds(display.poll_events()) == ["viewer_joined", "key_down"]
        assert seen == [("all", "viewer_joined"), ("keys", "key_down"), ("all", "key_down")]

    def test_one_that_fails_is_reported_and_the_rest_goes_on(
        self, display: Display, viewer: FakeWatcher, caplog: pytest.LogCaptureFixture
    ) -> None:
        seen: list[str | None] = []

        @display.on("key_down")
        def fail(event: ViewerEvent) -> None:
            raise ZeroDivisionError

        display.on("key_down")(lambda event: seen.append(event.key))
        press(display, viewer, "a", "b")
        assert len(display.poll_events()) == 3
        assert seen == ["a", "b"]
        assert "error in a handler of key_down events" in caplog.text

    def test_one_that_is_taken_off_is_called_no_more(self, display: Display, viewer: FakeWatcher) -> None:
        seen: list[ViewerEvent] = []
        display.on("*")(seen.append)
        display.off(seen.append)
        display.poll_events()
        assert seen == []

    def test_types_that_do_not_exist_are_refused(self, display: Display) -> None:
        with pytest.raises(ConfigurationError, match=r"one of pointer_down, .*, not"):
            display.on("pointerdown")
        with pytest.raises(ConfigurationError, match="needs the types"):
            display.on()

    def test_what_is_no_plain_function_is_refused(self, display: Display) -> None:
        async def handler(event: ViewerEvent) -> None: ...

        with pytest.raises(ConfigurationError, match="plain function"):
            display.on("wheel")(handler)
        with pytest.raises(ConfigurationError, match="plain function"):
            display.on("wheel")(3)  # type: ignore[type-var]


class TestIterating:
    async def test_events_come_until_the_display_is_closed(self, display: Display, viewer: FakeWatcher) -> None:
        seen: list[ViewerEvent] = []

        async def follow() -> None:
            async for event in display.events():
                seen.append(event)

        following = asyncio.create_task(follow())
        press(display, viewer, "a", "b")
        await asyncio.sleep(0)
        threading.Thread(target=press, args=(display, viewer, "c")).start()
        await until(lambda: len(seen) == 4, "the events")
        press(display, viewer, "d")
        display.close()
        async with asyncio.timeout(TIMEOUT_S):
            await following
        assert [event.key for event in seen[1:]] == ["a", "b", "c", "d"]

    async def test_what_a_loop_that_is_left_did_not_take_is_still_there(
        self, display: Display, viewer: FakeWatcher
    ) -> None:
        press(display, viewer, "a", "b")
        async for event in display.events():
            if event.type == "key_down":
                break
        assert [event.key for event in display.poll_events()] == ["b"]

    async def test_handlers_are_called(self, display: Display, viewer: FakeWatcher) -> None:
        seen: list[str | None] = []
        display.on("key_down")(lambda event: seen.append(event.key))
        press(display, viewer, "a")
        display.close()
        assert len([event async for event in display.events()]) == 2
        assert seen == ["a"]


class TestSizes:
    def test_the_first_size_is_told_at_once_and_clamped(self, display: Display, viewer: FakeWatcher) -> None:
        display.set_view(viewer, VIEW)
        assert (display.target_size, display.target_ratio) == ((640, 480), 1.0)
        event = display.poll_events()[-1]
        assert (event.type, event.viewer, event.width, event.height, event.pixel_ratio) == (
            "resize",
            "v1",
            640.0,
            480.0,
            1.0,
        )

    def test_the_next_one_when_it_has_stood_for_a_while(
        self, display: Display, viewer: FakeWatcher, clock: ManualClock
    ) -> None:
        display.set_view(viewer, VIEW)
        display.poll_events()
        display.set_view(viewer, replace(VIEW, physical_width=320, physical_height=240, pixel_ratio=1.0))
        assert (display.target_size, display.poll_events()) == ((640, 480), [])
        clock.advance(QUIET_S)
        assert (display.target_size, kinds(display.poll_events())) == ((320, 240), ["resize"])

    def test_viewers_size_nothing_where_the_publisher_does(self) -> None:
        display = Display("plot", tiers=TIERS, open_encoder=FakeEncoderFactory())
        viewer = FakeWatcher()
        display.attach(viewer)
        display.set_view(viewer, VIEW)
        assert (display.target_size, display.target_ratio, display.take_view()) == (None, None, None)
        assert kinds(display.poll_events()) == ["viewer_joined"]
        assert all("sizing" not in members for members in viewer.told)
        display.close()


class TestPlaces:
    @pytest.mark.parametrize(
        ("x", "y", "inside"),
        [(0.0, 0.0, True), (1.9, 1.4, True), (2.0, 1.0, False), (1.0, 1.5, False), (-0.1, 0, False)],
    )
    def test_they_are_in_pixels_of_the_picture_that_was_shown(self, x: float, y: float, inside: bool) -> None:
        shown = PictureSize(4, 3, 2.0)
        event = ViewerEvent("v1", "anonymous", 0.0, Event("pointer_move", 1.0, {"x": x, "y": y}), shown)
        assert (event.frame_x, event.frame_y, event.inside) == (2 * x, 2 * y, inside)

    def test_the_latest_picture_stands_in_for_one_that_is_not_known(
        self, display: Display, viewer: FakeWatcher
    ) -> None:
        display.present(picture(1), pixel_ratio=2.0)
        display.submit(viewer, pointer_event("pointer_move"))
        event = display.poll_events()[-1]
        assert event.picture == PictureSize(4, 3, 2.0)

    def test_without_a_picture_nothing_is_inside(self, display: Display, viewer: FakeWatcher) -> None:
        display.submit(viewer, pointer_event("pointer_move"))
        assert not display.poll_events()[-1].inside

    def test_a_member_that_a_type_does_not_have_is_an_error_that_says_so(
        self, display: Display, viewer: FakeWatcher
    ) -> None:
        press(display, viewer, "a")
        event = display.poll_events()[-1]
        with pytest.raises(AttributeError, match="a key_down event has no x; it has key, modifiers"):
            _ = event.x

    def test_events_can_be_matched(self, display: Display, viewer: FakeWatcher) -> None:
        press(display, viewer, "a")
        found: list[Any] = []
        for event in display.poll_events():
            match event:
                case ViewerEvent(type="key_down" | "pointer_down", x=x):
                    found.append(x)
                case ViewerEvent(type="key_down", key=key):
                    found.append(key)
        assert found == ["a"]


class TestMessages:
    def test_one_under_a_key_goes_to_those_who_come_later_too(self, display: Display, viewer: FakeWatcher) -> None:
        display.send({"n": 1}, "state")
        display.send({"n": 2}, "state")
        display.send("hello")
        late = FakeWatcher("v2")
        display.attach(late)
        assert [key for _, key in viewer.messages] == ["state", "state", None]
        assert late.messages == [('{"type":"message","key":"state","data":{"n":2}}', "state")]

    def test_one_viewer_can_be_meant(self, display: Display, viewer: FakeWatcher) -> None:
        other = FakeWatcher("v2")
        display.attach(other)
        assert display.send_to("v2", 1, "k")
        assert not display.send_to("v3", 1)
        assert (viewer.messages, [key for _, key in other.messages]) == ([], ["k"])

    def test_keys_are_bounded_and_none_frees_one(self, display: Display, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("rendercanvas_rfb.audience.MAX_KEYS", 2)
        display.send(1, "a")
        display.send(1, "b")
        with pytest.raises(ValueError, match="'c' would be one more"):
            display.send(1, "c")
        display.send(2, "a")
        display.send(None, "b")
        display.send(1, "c")
        late = FakeWatcher()
        display.attach(late)
        assert [key for _, key in late.messages] == ["a", "c"]


class TestControl:
    @pytest.mark.parametrize("control", ["none", lambda principal: False])
    def test_input_of_those_without_it_is_left_out(self, control: Any) -> None:
        policy = ViewerPolicy(resize="viewer", control=control)
        display = Display("plot", tiers=TIERS, open_encoder=FakeEncoderFactory(), policy=policy)
        viewer = FakeWatcher()
        assert display.attach(viewer)["control"] is False
        display.set_view(viewer, VIEW)
        assert display.submit(viewer, key_event("key_down", "a"))
        assert kinds(display.poll_events()) == ["viewer_joined"]
        assert display.target_size is None
        assert display.watched
        display.close()

    def test_the_next_one_is_told_when_the_first_leaves(self) -> None:
        display = Display(
            "plot",
            tiers=TIERS,
            open_encoder=FakeEncoderFactory(),
            policy=ViewerPolicy(resize="viewer", control="first"),
        )
        recorder, first, second = FakeWatcher("v1"), FakeWatcher("v2"), FakeWatcher("v3")
        for viewer, view in ((recorder, None), (first, VIEW), (second, VIEW)):
            display.attach(viewer)
            display.set_view(viewer, view)
        assert {"control": True} in first.told
        assert {"control": True} not in second.told
        press(display, second, "a")
        display.detach(first)
        assert {"control": True} in second.told
        assert {"sizing": True} in second.told
        press(display, second, "b")
        assert [event.key for event in display.poll_events() if event.type == "key_down"] == ["b"]
        assert all("control" not in members for members in recorder.told)
        display.close()
