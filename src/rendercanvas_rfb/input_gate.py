"""Lets the input of those who have the control through to the program, and lets go of what the others hold."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from .audience import Watcher
from .events import Event
from .inbox import Inbox
from .session.held import HeldInput
from .viewer_event import SPARE, PictureSize, ViewerEvent

__all__ = ["InputGate"]


@dataclass(slots=True)
class _Hand:
    """What one viewer holds, and the picture that it saw when it last did something."""

    held: HeldInput = field(default_factory=HeldInput)
    picture: PictureSize = SPARE


class InputGate:
    """The way of the viewers' input into the inbox. Methods may be called from any thread.

    What a viewer holds when it loses the control is let go of before anything that another one does, and nothing that
    it does afterwards gets through: two users never hold something at the same time where only one may.

    Args:
        inbox: Where it goes.
        controls: Whether a viewer is there and has the control.
        clock: The time, s.
    """

    def __init__(self, inbox: Inbox, controls: Callable[[Watcher], bool], clock: Callable[[], float]) -> None:
        self._inbox = inbox
        self._controls = controls
        self._clock = clock
        self._lock = threading.Lock()
        self._hands: dict[Watcher, _Hand] = {}

    def put(self, watcher: Watcher, event: Event, picture: PictureSize) -> bool | None:
        """Queue what ``watcher`` did while it saw ``picture``.

        Returns:
            False where the queue is full, None where the event does not count and was left out.
        """
        with self._lock:
            self._let_go()
            hand = self._hands.setdefault(watcher, _Hand())
            if not self._controls(watcher):
                hand.held.overlook(event)
                return None
            hand.picture = picture
            if not hand.held.follow(event):
                return None
            return self._inbox.put(ViewerEvent(watcher.id, watcher.principal, self._clock(), event, picture))

    def control_changed(self) -> None:
        """Let go of what those hold who have the control no more."""
        with self._lock:
            self._let_go()

    def leave(self, watcher: Watcher) -> None:
        """``watcher`` is gone: let go of what it holds."""
        with self._lock:
            self._let_go()
            if (hand := self._hands.pop(watcher, None)) is not None:
                self._release(watcher, hand)

    def _let_go(self) -> None:
        for watcher, hand in self._hands.items():
            if not hand.held.is_empty and not self._controls(watcher):
                self._release(watcher, hand)

    def _release(self, watcher: Watcher, hand: _Hand) -> None:
        now = self._clock()
        for event in hand.held.release(now):
            self._inbox.put(ViewerEvent(watcher.id, watcher.principal, now, event, hand.picture))
