"""The viewers of a display: who is there, what they are told, whose size counts, and who has the control."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from .errors import CloseCode, MessageError, ProtocolError, StateError
from .events import Event
from .policy import ViewerPolicy
from .protocol.codec import encode
from .protocol.messages import Message, View
from .session.control import Control
from .session.sizing import Sizing
from .session.target import Target, TargetSize
from .subscribing import Subscriber
from .viewer_event import ViewerEvent

__all__ = ["Audience", "Watcher"]

MAX_KEYS = 64
"""Keys with a retained message, at most: all of them go to each viewer that comes, up to 2 MiB."""


class Watcher(Subscriber, Protocol):
    """A viewer, to the display. Its methods are called on its own I/O thread, by way of ``post``."""

    @property
    def id(self) -> str:
        """Its name, unique in the process."""
        ...

    @property
    def principal(self) -> object:
        """Who it is, as the authenticator said."""
        ...

    def state_changed(self, members: Mapping[str, Any]) -> None:
        """Tell the viewer about these members of the state."""
        ...

    def deliver(self, text: str, key: str | None) -> None:
        """Send the viewer an encoded `Message`. One that still waits under the same ``key`` is out of date."""
        ...

    def end(self, code: CloseCode, reason: str) -> None:
        """Close the connection."""
        ...


class Audience:
    """The viewers of one display, and what all of them know. Methods may be called from any thread.

    Args:
        state: The retained state to begin with; ``viewers`` is added.
        policy: What they may do.
    """

    def __init__(self, state: Mapping[str, Any], policy: ViewerPolicy) -> None:
        self._policy = policy
        self._lock = threading.Lock()
        self._state: dict[str, Any] = {**state, "viewers": 0}
        self._messages: dict[str, str] = {}
        self._watchers: dict[Watcher, None] = {}
        self._control: Control[Watcher] = Control(only_first=policy.control == "first")
        self._sizing: Sizing[Watcher] = Sizing(lambda w: policy.resize == "viewer" and self._control.holds(w))
        self._target = TargetSize(policy.max_size)
        self._view_taken: View | None = None
        self._dismissed = False

    @property
    def state(self) -> dict[str, Any]:
        """A copy of the retained state."""
        with self._lock:
            return dict(self._state)

    @property
    def is_stale(self) -> bool:
        """Whether viewers were told that the picture is old."""
        return bool(self._state.get("stale"))

    @property
    def has_problem(self) -> bool:
        """Whether viewers were told why there are no new pictures."""
        return self._state.get("problem") is not None

    @property
    def watched(self) -> bool:
        """Whether somebody may be looking at the picture."""
        with self._lock:
            return self._sizing.watched

    @property
    def target(self) -> Target | None:
        """The size that the picture should have for its viewers; None where there was nobody to say so."""
        with self._lock:
            return self._target.current

    def controls(self, watcher: Watcher) -> bool:
        """Whether ``watcher`` is there and has the control."""
        with self._lock:
            return self._control.holds(watcher)

    def set_state(self, members: Mapping[str, Any]) -> None:
        """Change members of the state; viewers are told those that are different from before."""
        with self._lock:
            changed = {name: value for name, value in members.items() if self._state.get(name) != value}
            self._state.update(changed)
            self._tell(changed)

    def admit(
        self, watcher: Watcher, number: int = 0, *, resumed: bool = False, screen: bool = False
    ) -> dict[str, Any]:
        """Let ``watcher`` in, and return the state that it must know; changes to it come from now on.

        The arguments are those of `Stage.attach`.

        Raises:
            StateError: Everybody was dismissed: each watcher is either told so, or refused here.
            ProtocolError: There are as many as may be, with the close code for that.
        """
        eligible = self._policy.may_control(watcher.principal)
        with self._lock:
            if self._dismissed:
                raise StateError("the display is closed")
            if self._policy.max_viewers is not None and len(self._watchers) >= self._policy.max_viewers:
                reason = f"too many viewers: at most {self._policy.max_viewers} at once"
                raise ProtocolError(reason, CloseCode.TOO_MANY)
            self._control.admit(watcher, number, eligible=eligible, resumed=resumed)
            if screen:
                # Before it is one of those who are told of changes: it is told of all that there is.
                self._change(lambda: self._control.has_screen(watcher))
            self._watchers[watcher] = None
            self._count()
            for key, text in self._messages.items():
                _deliver(watcher, text, key)
            return {**self._state, "sizing": False, "control": self._control.holds(watcher)}

    def release(self, watcher: Watcher, now: float) -> bool:
        """``watcher`` is gone. Returns whether it was there."""
        with self._lock:
            if watcher not in self._watchers:
                return False
            del self._watchers[watcher]
            self._change(lambda: self._control.remove(watcher))
            self._change(lambda: self._sizing.remove(watcher))
            self._target.offer(self._sizing.view, now)
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

    def set_view(self, watcher: Watcher, view: View | None, now: float) -> None:
        """``watcher`` has this size and visibility."""
        with self._lock:
            if watcher not in self._watchers:
                return
            if view is not None:
                self._change(lambda: self._control.has_screen(watcher))
            self._change(lambda: self._sizing.update(watcher, view))
            self._target.offer(self._sizing.view, now)

    def take_view(self) -> View | None:
        """The view whose size counts, where it is another one than at the last call. None where nothing changed."""
        with self._lock:
            view = self._sizing.view
            if view is None or view == self._view_taken:
                return None
            self._view_taken = view
            return view

    def take_resize(self, now: float) -> ViewerEvent | None:
        """The event that asks for another size, where one has begun to count since the last call."""
        with self._lock:
            watcher, target = self._sizing.chosen, self._target.take(now)
            if watcher is None or target is None:
                return None
            members = {
                "width": target.width / target.pixel_ratio,
                "height": target.height / target.pixel_ratio,
                "pixel_ratio": target.pixel_ratio,
            }
            return ViewerEvent(watcher.id, watcher.principal, now, Event("resize", now, members))

    def resize_due_in(self, now: float) -> float | None:
        """Seconds until `take_resize` has something; None where no size waits."""
        with self._lock:
            return self._target.due_in(now)

    def send(self, message: Message) -> None:
        """Send a message to all viewers; under a key, also to those that come later.

        Raises:
            MessageError: There are as many keys as may be.
        """
        text, key = encode(message), message.key
        with self._lock:
            if key is not None and message.data is None:
                self._messages.pop(key, None)
            elif key is not None:
                if key not in self._messages and len(self._messages) >= MAX_KEYS:
                    raise MessageError(
                        f"messages can be kept under {MAX_KEYS} keys at most, and {key!r} would be one more;"
                        " send(None, key) frees one"
                    )
                self._messages[key] = text
            for watcher in self._watchers:
                _deliver(watcher, text, key)

    def send_to(self, viewer: str, message: Message) -> bool:
        """Send a message to one viewer. Returns whether it is there."""
        text = encode(message)
        with self._lock:
            found = next((watcher for watcher in self._watchers if watcher.id == viewer), None)
            if found is not None:
                _deliver(found, text, message.key)
            return found is not None

    def _change(self, change: Callable[[], None]) -> None:
        """Tell the viewers for which ``change`` means something else than before."""
        before = {watcher: self._part(watcher) for watcher in self._watchers}
        change()
        for watcher, part in before.items():
            self._tell_one(watcher, {name: value for name, value in self._part(watcher).items() if part[name] != value})

    def _part(self, watcher: Watcher) -> dict[str, bool]:
        return {"sizing": watcher is self._sizing.chosen, "control": self._control.holds(watcher)}

    def _count(self) -> None:
        self._state["viewers"] = len(self._watchers)
        self._tell({"viewers": len(self._watchers)})

    def _tell(self, members: Mapping[str, Any]) -> None:
        for watcher in self._watchers:
            self._tell_one(watcher, members)

    def _tell_one(self, watcher: Watcher, members: Mapping[str, Any]) -> None:
        if members:
            watcher.post(lambda: watcher.state_changed(members))


def _deliver(watcher: Watcher, text: str, key: str | None) -> None:
    watcher.post(lambda: watcher.deliver(text, key))
