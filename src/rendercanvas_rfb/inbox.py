"""Input on its way from the viewers to the program: in order, bounded, with pointless moves left out."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from .events import Event

__all__ = ["Inbox", "ViewerEvent"]

MAX_QUEUED_EVENTS = 4096
"""Events that wait for the program, at most. At 100 a second, 40 s of a program that does not look; moves in a row
count as one."""


@dataclass(frozen=True, slots=True)
class ViewerEvent:
    """An input event and the id of the viewer that it came from."""

    viewer: str
    event: Event


class Inbox:
    """The events of all viewers of a display. Methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: deque[ViewerEvent] = deque()

    def put(self, viewer: str, event: Event) -> bool:
        """Add an event. False where the queue is full: the program has not looked for long."""
        with self._lock:
            if self._events and _supersedes(event, viewer, self._events[-1]):
                self._events.pop()
            elif len(self._events) >= MAX_QUEUED_EVENTS:
                return False
            self._events.append(ViewerEvent(viewer, event))
        return True

    def take_all(self) -> list[ViewerEvent]:
        """The events since the last call, in the order in which they came."""
        with self._lock:
            events, self._events = list(self._events), deque()
        return events


def _supersedes(event: Event, viewer: str, last: ViewerEvent) -> bool:
    """Whether a pointer move makes the one before it pointless."""
    return (
        event.type == last.event.type == "pointer_move"
        and viewer == last.viewer
        and all(event.members[name] == last.event.members[name] for name in ("buttons", "modifiers", "ntouches"))
    )
