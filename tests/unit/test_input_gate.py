"""Whose input gets through, and that nobody holds anything without the control."""

from __future__ import annotations

import pytest

from rendercanvas_rfb.events import Event
from rendercanvas_rfb.inbox import Inbox
from rendercanvas_rfb.input_gate import InputGate
from rendercanvas_rfb.viewer_event import PictureSize
from tests.unit.support import key_event, pointer_event
from tests.unit.test_display import FakeWatcher

SEEN = PictureSize(64, 48, 2.0)
DOWN, UP = key_event("key_down", "a"), key_event("key_up", "a")


class Scene:
    """Two viewers, of which one has the control."""

    def __init__(self) -> None:
        self.first, self.second = FakeWatcher("v1"), FakeWatcher("v2")
        self.controller: FakeWatcher | None = self.first
        self.inbox = Inbox()
        self.gate = InputGate(self.inbox, lambda watcher: watcher is self.controller, lambda: 9.0)

    def put(self, viewer: FakeWatcher, event: Event) -> bool | None:
        return self.gate.put(viewer, event, SEEN)

    def taken(self) -> list[tuple[str, str]]:
        return [(event.viewer, event.type) for event in self.inbox.take_all()]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_input_of_who_has_the_control_gets_through(scene: Scene) -> None:
    assert scene.put(scene.first, DOWN) is True
    assert scene.put(scene.second, DOWN) is None
    assert scene.taken() == [("v1", "key_down")]


def test_a_full_queue_is_told(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rendercanvas_rfb.inbox.MAX_QUEUED_EVENTS", 0)
    scene.inbox.take()
    assert scene.put(scene.first, DOWN) is False


def test_what_is_held_is_let_go_of_when_the_control_is_lost(scene: Scene) -> None:
    scene.put(scene.first, pointer_event("pointer_enter"))
    scene.put(scene.first, pointer_event("pointer_down", x=3, button=1, buttons=(1,)))
    scene.put(scene.first, DOWN)
    scene.controller = scene.second
    scene.gate.control_changed()
    events = scene.inbox.take_all()[3:]
    assert [event.type for event in events] == ["pointer_up", "key_up", "pointer_leave"]
    assert (events[0].x, events[0].picture, events[0].timestamp) == (3, SEEN, 9.0)
    scene.gate.leave(scene.first)
    assert scene.taken() == []


def test_it_is_so_before_the_next_one_does_something_even_if_nobody_has_told_of_the_change(scene: Scene) -> None:
    scene.put(scene.first, DOWN)
    scene.controller = scene.second
    scene.put(scene.second, DOWN)
    assert scene.taken() == [("v1", "key_down"), ("v1", "key_up"), ("v2", "key_down")]


def test_what_is_held_is_let_go_of_when_the_viewer_is_gone(scene: Scene) -> None:
    scene.put(scene.first, DOWN)
    scene.gate.leave(scene.first)
    assert scene.taken() == [("v1", "key_down"), ("v1", "key_up")]


def test_releases_of_who_has_the_control_again_are_left_out_where_the_program_has_had_them(scene: Scene) -> None:
    scene.put(scene.first, DOWN)
    scene.controller = None
    scene.gate.control_changed()
    scene.put(scene.first, key_event("key_down", "b"))
    scene.controller = scene.first
    for event in (UP, key_event("key_up", "b"), DOWN, UP):
        scene.put(scene.first, event)
    assert [kind for _, kind in scene.taken()] == ["key_down", "key_up", "key_down", "key_up"]
