"""The viewers of a display: who is there, what they are told, and whose size counts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from .encoding import Subscriber
from .errors import CloseCode
from .protocol.messages import View
from .session.sizing import Sizing

__all__ = ["Audience", "Watcher"]


class Watcher(Subscriber, Protocol):
    """A viewer, to the display. Its methods are called on its own I/O thread, by way of ``post``."""

    def state_changed(self, members: Mapping[str, Any]) -> None:
        """Tell the viewer about these members of the state."""
        ...

    def end(self, code: CloseCode, reason: str) -> None:
        """Close the connection."""
        ...


class Audience:
    """The viewers of one display, and the state that all of them know. Methods may be called from any thread.

    Args:
        state: The retained state to begin with; ``viewers`` is added.
    """

    def __init__(self, state: Mapping[str, Any]) -> None:
        self._lock = threading.Lock()
        self._state: dict[str, Any] = {**state, "viewers": 0}
        self._watchers: dict[Watcher, None] = {}
        self._sizing: Sizing[Watcher] = Sizing()
        self._view_taken: View | None = None
        self._dismissed = False

    @property
    def state(self) -> dict[str, Any]:
        """A copy of the retained state."""
        with self._lock:
            return dict(self._state)

    @property
    def watched(self) -> bool:
        """Whether somebody may be looking at the picture."""
        with self._lock:
            return self._sizing.watched

    def set_state(self, members: Mapping[str, Any]) -> None:
        """Change members of the state; viewers are told those that are different from before."""
        with self._lock:
            changed = {name: value for name, value in members.items() if self._state.get(name) != value}
            self._state.update(changed)
            self._tell(changed)

    def admit(self, watcher: Watcher) -> dict[str, Any] | None:
        """Let ``watcher`` in, and return the state that it must know; changes to it come from now on.

        None where everybody was dismissed: each watcher is either told so, or refused here.
        """
        with self._lock:
            if self._dismissed:
                return None
            self._watchers[watcher] = None
            self._count()
            return {**self._state, "sizing": False}

    def release(self, watcher: Watcher) -> bool:
        """``watcher`` is gone. Returns whether it was there."""
        with self._lock:
            if watcher not in self._watchers:
                return False
            del self._watchers[watcher]
            self._resize(lambda: self._sizing.remove(watcher))
            self._count()
            return True

    def dismiss(self, code: CloseCode, reason: str) -> bool:
        """Have all connections closed, and let nobody in any more. Returns whether that is new."""
        with self._lock:
            if self._dismissed:
                return False
            self._dismissed = True
            for watcher in self._watchers:
                watcher.post(lambda watcher=watcher: watcher.end(code, reason))  # type: ignore[misc]
            return True

    def set_view(self, watcher: Watcher, view: View | None) -> None:
        """``watcher`` has this size and visibility."""
        with self._lock:
            if watcher in self._watchers:
                self._resize(lambda: self._sizing.update(watcher, view))

    def take_view(self) -> View | None:
        """The view whose size counts, where it is another one than at the last call. None where nothing changed."""
        with self._lock:
            view = self._sizing.view
            if view is None or view == self._view_taken:
                return None
            self._view_taken = view
            return view

    def _resize(self, change: Callable[[], None]) -> None:
        before = self._sizing.chosen
        change()
        after = self._sizing.chosen
        if before is not after:
            self._tell_one(before, {"sizing": False})
            self._tell_one(after, {"sizing": True})

    def _count(self) -> None:
        self._state["viewers"] = len(self._watchers)
        self._tell({"viewers": len(self._watchers)})

    def _tell(self, members: Mapping[str, Any]) -> None:
        if members:
            for watcher in self._watchers:
                self._tell_one(watcher, members)

    def _tell_one(self, watcher: Watcher | None, members: Mapping[str, Any]) -> None:
        if watcher is not None and watcher in self._watchers:
            watcher.post(lambda: watcher.state_changed(members))
