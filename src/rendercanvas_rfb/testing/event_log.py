"""Events in files: what viewers did, written down as it is taken, and done again later.

    with EventLog(display, "session.jsonl"):
        run_the_program()

    replay("session.jsonl", display)

A line is one event in JSON: ``received`` (seconds of the monotonic clock), ``viewer``, ``principal``, ``picture``, and
``event`` as ``docs/protocol.md`` describes input events.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Iterator
from os import PathLike, fspath
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TextIO

from ..client import Client, view_of
from ..display import Display
from ..errors import ConfigurationError, ProtocolError
from ..events import INPUT_TYPES, Event, parse_event
from ..fields import Fields
from ..protocol.messages import InputEvent, Message
from ..viewer_event import EVENT_TYPES, PictureSize, ViewerEvent

__all__ = ["EventLog", "HasDisplay", "read_event_log", "replay", "replay_as_viewer"]

Log = str | PathLike[str] | Iterable[ViewerEvent]


class HasDisplay(Protocol):
    """A canvas."""

    @property
    def display(self) -> Display:
        """What shows it."""
        ...


class EventLog:
    """Writes each event that is taken from a display to a file, within a ``with`` block. Each line is flushed.

    It is a handler as those of `Display.on`: events of which nobody asks are not written.

    Args:
        source: The display, or a canvas.
        path: Where to. A file that is there already is replaced.
    """

    def __init__(self, source: Display | HasDisplay, path: str | PathLike[str]) -> None:
        self._display = _display_of(source)
        self._path = path
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        self._file = Path(self._path).open("w", encoding="utf-8")
        self._display.on("*")(self._write)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._display.off(self._write)
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _write(self, event: ViewerEvent) -> None:
        if self._file is not None:
            self._file.write(_to_line(event))
            self._file.flush()


def read_event_log(path: str | PathLike[str]) -> list[ViewerEvent]:
    """The events of a file that an `EventLog` wrote. A principal that JSON has no value for is a text.

    Raises:
        ConfigurationError: A line is no event; the message says which, and why.
        OSError: The file cannot be read.
    """
    events = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        try:
            events.append(_from_line(line))
        except (ValueError, ProtocolError) as error:
            raise ConfigurationError(f"{fspath(path)}, line {number}: {error}") from error
    return events


def replay(
    log: Log,
    target: Display | HasDisplay,
    *,
    timed: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Have a display, or a canvas, get the events of a log again, in order. None of them are merged.

    Args:
        log: Path of the file, or events.
        target: Who gets them, when it asks for its events next.
        timed: Whether to take the time between them that they had; else all of them come at once.
        sleep: What waits for so many seconds, on the calling thread.

    Raises:
        ConfigurationError: The file has a line that is no event.
        StateError: The display is closed, or holds as many events as it may: see `Display.inject`.
    """
    display = _display_of(target)
    for pause, event in _with_pauses(log):
        if timed and pause:
            sleep(pause)
        display.inject(event)


async def replay_as_viewer(log: Log, client: Client, *, timed: bool = False) -> None:
    """Send the events of a log as a viewer, over its connection, as its input, messages and sizes.

    Others' coming and going is left out. What comes at once may be merged or limited by the server, as everybody's.

    Args:
        log: Path of the file, or events.
        client: Who sends them.
        timed: Whether to take the time between them that they had.

    Raises:
        ConfigurationError: The file has a line that is no event.
        ConnectionClosed: The connection ended.
    """
    for pause, event in _with_pauses(log):
        if timed and pause:
            await asyncio.sleep(pause)
        if event.type in INPUT_TYPES:
            await client.send(InputEvent(event.event))
        elif event.type == "message":
            await client.send(Message(event.data, event.key))
        elif event.type == "resize":
            await client.set_view(view_of(event.width, event.height, pixel_ratio=event.pixel_ratio))


def _display_of(source: Display | HasDisplay) -> Display:
    return source if isinstance(source, Display) else source.display


def _with_pauses(log: Log) -> Iterator[tuple[float, ViewerEvent]]:
    """The events, and the seconds between the one before and each of them."""
    events = read_event_log(log) if isinstance(log, str | PathLike) else log
    before: float | None = None
    for event in events:
        yield 0.0 if before is None else max(0.0, event.received - before), event
        before = event.received


def _to_line(event: ViewerEvent) -> str:
    picture = event.picture
    line = {
        "received": event.received,
        "viewer": event.viewer,
        "principal": event.principal,
        "event": {"type": event.type, "timestamp": event.timestamp, **event.members},
        "picture": {"width": picture.width, "height": picture.height, "pixel_ratio": picture.pixel_ratio},
    }
    return json.dumps(line, default=str) + "\n"


def _from_line(line: str) -> ViewerEvent:
    value: Any = json.loads(line)
    fields = Fields(value, "line")
    picture = fields.nested("picture")
    return ViewerEvent(
        viewer=fields.string("viewer", 64),
        principal=value.get("principal"),
        received=fields.number("received"),
        event=_read_event(value.get("event")),
        picture=PictureSize(
            picture.integer("width", 0, 2**31),
            picture.integer("height", 0, 2**31),
            picture.number("pixel_ratio"),
        ),
    )


def _read_event(value: object) -> Event:
    fields = Fields(value, "event")
    type = fields.string("type", 32)
    if type in INPUT_TYPES or type not in EVENT_TYPES:
        return parse_event(value)
    # Those that the server makes have what they have, which no viewer could have got wrong.
    members = {name: fields.raw(name) for name in fields.names() if name not in ("type", "timestamp")}
    return Event(type, fields.number("timestamp"), members)
