"""Events of viewers, written to a file and done again: in displays, in canvases, and over a connection."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from rendercanvas_rfb.client import Client, connect, view_of
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import ConfigurationError, StateError
from rendercanvas_rfb.events import Event
from rendercanvas_rfb.inbox import MAX_QUEUED_EVENTS
from rendercanvas_rfb.testing import EventLog, read_event_log, replay, replay_as_viewer
from rendercanvas_rfb.viewer_event import PictureSize, ViewerEvent
from tests.canvases import MakeCanvas
from tests.displays import MakeDisplay
from tests.push.viewers import make_display, picture, taken
from tests.support import until

__all__ = ["make_display"]

TOUCHES = {3: {"x": 1.0, "y": 2.0, "pressure": 0.5}, -4: {"x": 3.0, "y": 4.0, "pressure": 1.0}}


@pytest.fixture
async def make_canvas() -> AsyncIterator[MakeCanvas]:
    """Makes canvases that are closed when the test ends."""
    make = MakeCanvas()
    yield make
    await make.finish()


@pytest.fixture
async def log(make_display: MakeDisplay, tmp_path: Path) -> Path:
    """What one viewer did, with `EVENTS` in the middle."""
    display = make_display(resize="viewer")
    display.publish(picture())
    path = tmp_path / "session.jsonl"
    with EventLog(display, path):
        async with connect(display.url) as client:
            await act(client)
            await taken(display, lambda events: events and events[-1].type == "resize", "the size")
        await taken(display, lambda events: events and events[-1].type == "viewer_left", "the end")
    display.inject(move(0.0))
    display.poll_events()
    return path


async def act(client: Client) -> None:
    await client.send_event("pointer_down", x=10, y=20, button=1, buttons=(1,), ntouches=2, touches=TOUCHES)
    await client.send_event("pointer_move", x=11.5, y=20, buttons=(1,))
    await client.send_event("pointer_up", x=12, y=20, button=1)
    await client.send_event("wheel", x=5, y=5, dy=-100, modifiers=("Shift", "Control"))
    await client.send_event("key_down", key="Größe")
    await client.send_event("key_up", key="Größe")
    await client.send_message({"step": [1, None, {"a": True}]}, key="k")
    await client.set_view(view_of(320, 200, pixel_ratio=2.0))


TYPES = [
    "viewer_joined",
    "pointer_down",
    "pointer_move",
    "pointer_up",
    "wheel",
    "key_down",
    "key_up",
    "message",
    "resize",
    "viewer_left",
]


def move(received: float, x: float = 1.0, viewer: str = "v1") -> ViewerEvent:
    """A pointer move."""
    members = {"x": x, "y": 1.0, "buttons": (), "modifiers": (), "button": 0, "ntouches": 0, "touches": {}}
    return ViewerEvent(viewer, "ada", received, Event("pointer_move", received, members), PictureSize(4, 3, 1.0))


def lines_of(log: Path) -> list[dict[str, Any]]:
    """What the lines of a file say."""
    return [json.loads(line) for line in log.read_text().splitlines()]


async def test_a_line_is_an_event_in_json_and_reads_as_the_event_that_it_was(log: Path) -> None:
    lines = lines_of(log)
    assert [line["event"]["type"] for line in lines] == TYPES
    assert {line["principal"] for line in lines} == {"anonymous"}
    assert lines[1]["picture"] == {"width": 64, "height": 48, "pixel_ratio": 1.0}
    events = read_event_log(log)
    assert [event.received for event in events] == sorted(line["received"] for line in lines)
    down, message, resize = events[1], events[7], events[8]
    assert down.members["touches"] == TOUCHES
    assert (down.x, down.buttons, down.inside) == (10.0, (1,), True)
    assert events[4].modifiers == ("Shift", "Control")
    assert (message.data, message.key) == ({"step": [1, None, {"a": True}]}, "k")
    assert (resize.width, resize.height, resize.pixel_ratio) == (320.0, 200.0, 2.0)


def test_a_log_is_exact_and_of_those_events_only_that_were_taken_meanwhile(tmp_path: Path) -> None:
    display, path = Display("plot"), tmp_path / "log.jsonl"
    display.inject(move(0.0, 1.0))
    display.poll_events()
    with EventLog(display, path):
        display.inject(move(0.0, 2.0))
        display.inject(move(0.0, 3.0))
        events = display.poll_events()
        assert read_event_log(path) == events
        display.inject(move(0.0, 4.0))
    display.poll_events()
    assert [event.x for event in read_event_log(path)] == [2.0, 3.0]
    display.close()


async def test_another_display_gets_them_all_in_order(log: Path) -> None:
    display = Display("other")
    events = read_event_log(log)
    replay(log, display)
    # Moves in a row too, which viewers' are merged of.
    replay([move(1.0), move(2.0)], display)
    again = display.poll_events()
    assert [event.event for event in again[:-2]] == [event.event for event in events]
    assert [(event.viewer, event.picture) for event in again[:-2]] == [(e.viewer, e.picture) for e in events]
    assert [event.type for event in again[-2:]] == ["pointer_move"] * 2
    display.close()
    with pytest.raises(StateError, match="closed"):
        replay(log, display)


async def test_a_canvas_gets_the_input_as_though_it_came_from_a_viewer(log: Path, make_canvas: MakeCanvas) -> None:
    canvas = make_canvas()
    got: list[dict[str, object]] = []
    canvas.add_event_handler(got.append, "pointer_down", "pointer_move", "pointer_up", "wheel", "key_down", "key_up")
    replay(log, canvas)
    await until(lambda: len(got) == 6, "the events")
    assert [event["event_type"] for event in got] == TYPES[1:7]
    assert (got[0]["x"], got[0]["touches"]) == (10.0, TOUCHES)


async def test_a_client_does_it_all_again(log: Path, make_display: MakeDisplay) -> None:
    display = make_display(resize="viewer")
    async with connect(display.url) as client:
        await replay_as_viewer(log, client, timed=True)
        events = await taken(display, lambda events: events and events[-1].type == "resize", "the size")
    recorded = read_event_log(log)
    assert [event.type for event in events] == TYPES[:-1]
    assert [event.members for event in events[1:]] == [event.members for event in recorded[1:-1]]
    assert [event.timestamp for event in events[1:7]] == [event.timestamp for event in recorded[1:7]]


def test_the_time_between_events_is_that_between_those_of_the_log() -> None:
    display = Display("plot")
    pauses: list[float] = []
    replay([move(5.0), move(5.5), move(5.5), move(7.5)], display, timed=True, sleep=pauses.append)
    assert pauses == [0.5, 2.0]
    assert len(display.poll_events()) == 4
    display.close()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 2: Expecting property name"),
        ("[]", "line 2: line must be an object"),
        ('{"received": 1}', "line 2: line.picture is missing"),
        (
            '{"received": 1, "viewer": "v", "picture": {"width": 1, "height": 1, "pixel_ratio": 1}, "event":'
            ' {"type": "dance", "timestamp": 1}}',
            "event.type must be one of",
        ),
    ],
)
def test_a_line_that_is_no_event_is_named(tmp_path: Path, line: str, reason: str) -> None:
    display, path = Display("plot"), tmp_path / "log.jsonl"
    with EventLog(display, path):
        display.inject(move(0.0))
        display.poll_events()
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(ConfigurationError, match=reason):
        replay(path, display)
    assert display.poll_events() == []
    display.close()


def test_a_program_that_takes_no_events_is_not_buried_under_them() -> None:
    display = Display("plot")
    display.poll_events()
    with pytest.raises(StateError, match="does not take the events"):
        replay([move(0.0)] * (MAX_QUEUED_EVENTS + 1), display)
    display.close()
