"""What viewers sent, on its way to the program: in order, bounded, with pointless moves left out."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from .viewer_event import ViewerEvent

__all__ = ["Inbox"]

MAX_QUEUED_EVENTS = 4096
"""Events that wait for the program, at most. At 100 a second, 40 s of a program that does not look; moves in a row
count as one."""


class Inbox:
    """The events of all viewers of a display. Methods may be called from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._events: deque[ViewerEvent] = deque()
        self._listeners: tuple[Callable[[], None], ...] = ()
        self._used = False
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def put(self, event: ViewerEvent, *, merge: bool = True) -> bool:
        """Add an event. False where the queue is full: the program has stopped to take them.

        With ``merge``, a move takes the place of the one just before it.
        For a program that has never taken one, the oldest is left out instead: it does not want any.
        """
        with self._changed:
            if merge and self._events and _supersedes(event, self._events[-1]):
                self._events.pop()
            elif len(self._events) >= MAX_QUEUED_EVENTS:
                if self._used:
                    return False
                self._events.popleft()
            self._events.append(event)
            self._notify()
        return True

    def take(self) -> ViewerEvent | None:
        """The oldest event; None where there is none."""
        with self._changed:
            self._used = True
            return self._events.popleft() if self._events else None

    def take_all(self) -> list[ViewerEvent]:
        """The events since the last call, in the order in which they came."""
        with self._changed:
            self._used = True
            events, self._events = list(self._events), deque()
        return events

    def wait(self, timeout_s: float | None) -> None:
        """Wait for an event, or for the end, no longer than ``timeout_s`` seconds. May return early."""
        with self._changed:
            if not self._events and not self._closed:
                self._changed.wait(timeout_s)

    def listen(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called, from any thread, when there is an event or the end. It must return at once."""
        with self._changed:
            self._listeners = (*self._listeners, listener)

    def ignore(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` no more."""
        with self._changed:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

    def notify(self) -> None:
        """Have those who wait look again."""
        with self._changed:
            self._notify()

    def close(self) -> None:
        """There will be nobody who sends anything. What is in there can still be taken."""
        with self._changed:
            self._closed = True
            self._notify()

    def _notify(self) -> None:
        self._changed.notify_all()
        for listener in self._listeners:
            listener()


def _supersedes(event: ViewerEvent, last: ViewerEvent) -> bool:
    """Whether a pointer move makes the one before it pointless."""
    return (
        event.type == last.type == "pointer_move"
        and event.viewer == last.viewer
        and all(event.members[name] == last.members[name] for name in ("buttons", "modifiers", "ntouches"))
    )
