"""A picture that changes, the state around it, and the people who watch it. No network in here.

A `Display` is where the three sides meet: whoever makes frames publishes them, the pipeline encodes the latest,
viewers come and go and send input. All methods may be called from any thread, unless they say otherwise.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .encoders.base import EncoderFactory
from .encoders.registry import available_tiers, open_encoder
from .encoding import Subscriber
from .errors import CloseCode, FrameError, StateError
from .events import Event
from .frames import Frame, PixelFormat, Pixels, check_pixels, same_pixels
from .pipeline import Pipeline
from .protocol.chunk import SERIAL_MODULUS
from .protocol.formats import Tier
from .protocol.messages import View
from .session.sizing import Sizing

__all__ = ["Display", "ViewerEvent", "Watcher"]

MAX_QUEUED_EVENTS = 4096
"""Events that wait for the program, at most. At 100 a second, 40 s of a program that does not look; moves in a row
count as one."""


@dataclass(frozen=True, slots=True)
class ViewerEvent:
    """An input event and the id of the viewer that it came from."""

    viewer: str
    event: Event


class Watcher(Subscriber, Protocol):
    """A viewer, to the display. Its methods are called on its own I/O thread, by way of ``post``."""

    def state_changed(self, members: Mapping[str, Any]) -> None:
        """Tell the viewer about these members of the state."""
        ...

    def end(self, code: CloseCode, reason: str) -> None:
        """Close the connection."""
        ...


class Display:
    """One stream of pictures, whatever makes them.

    Args:
        name: What it is called in addresses.
        tiers: What it may be encoded in, best first; all that this machine can encode by default.
        open_encoder: Opens an encoder for one of them.
        clock: Seconds of a monotonic clock.
    """

    def __init__(
        self,
        name: str,
        *,
        tiers: tuple[Tier, ...] | None = None,
        open_encoder: EncoderFactory = open_encoder,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.on_wake: Callable[[], None] | None = None
        """Called from any thread when there is something to look at: events, a view, or demand for a frame. Must
        return at once."""
        self._clock = clock
        self._lock = threading.Lock()
        # Apart from the other one, because comparing large pictures takes milliseconds, and viewers wait for that one.
        self._publishing = threading.Lock()
        self._latest: Frame | None = None
        self._state: dict[str, Any] = {"title": name, "cursor": "default", "viewers": 0}
        self._events: deque[ViewerEvent] = deque()
        self._watchers: dict[Watcher, None] = {}
        self._sizing: Sizing[Watcher] = Sizing()
        self._view_taken: View | None = None
        self._closed = False
        self.pipeline = Pipeline(self, open_encoder, available_tiers() if tiers is None else tiers, clock)

    # For whoever makes the frames.

    def publish(self, pixels: Pixels, *, format: PixelFormat = PixelFormat.RGBA, pixel_ratio: float = 1.0) -> Frame:
        """Make ``pixels`` the picture. Returns at once.

        Args:
            pixels: uint8 array of shape (height, width, 4), sRGB-encoded. The display keeps it: it must not be
                written to any more.
            format: Order of the channels.
            pixel_ratio: Physical over logical pixels.

        Returns:
            The frame that is shown now, which is the one before where the two are equal.

        Raises:
            FrameError: The array is not of that kind, or the pixel ratio is no positive finite number.
        """
        pixels = check_pixels(pixels)
        if not 0 < pixel_ratio < math.inf:
            raise FrameError(f"the pixel ratio of a frame must be a positive finite number, not {pixel_ratio!r}")
        with self._publishing:
            before = self._latest
            version = 1 if before is None else (before.version + 1) % SERIAL_MODULUS
            frame = Frame(pixels, format, pixel_ratio, version, int(self._clock() * 1e6))
            if before is not None and same_pixels(frame, before):
                return before
            self._latest = frame
        self.pipeline.frame_published()
        return frame

    @property
    def latest(self) -> Frame | None:
        """The frame that was published last; None before the first."""
        return self._latest

    def wants_frame(self) -> bool:
        """Whether a frame that is published now would be sent to somebody."""
        return self.pipeline.wants_frame()

    @property
    def watched(self) -> bool:
        """Whether somebody may be looking at the picture."""
        with self._lock:
            return self._sizing.watched

    def poll_events(self) -> list[ViewerEvent]:
        """The events since the last call, of all viewers, in the order in which they came."""
        with self._lock:
            events, self._events = list(self._events), deque()
        return events

    def take_view(self) -> View | None:
        """The view whose size the picture should have, where it is another one than at the last call.

        None where nothing changed.
        """
        with self._lock:
            view = self._sizing.view
            if view is None or view == self._view_taken:
                return None
            self._view_taken = view
            return view

    def set_state(self, **members: Any) -> None:
        """Change members of the retained state (see ``docs/protocol.md``).

        Viewers are told those that are different from before.
        """
        with self._lock:
            changed = {name: value for name, value in members.items() if self._state.get(name) != value}
            self._state.update(changed)
            self._tell(changed)

    def close(self, code: CloseCode = CloseCode.NORMAL, reason: str = "closed") -> None:
        """End the stream and tell the viewers why. May be called more than once."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            for watcher in self._watchers:
                watcher.post(lambda watcher=watcher: watcher.end(code, reason))  # type: ignore[misc]
            self.on_wake = None
        self.pipeline.close()

    # For viewers.

    @property
    def state(self) -> dict[str, Any]:
        """A copy of the retained state."""
        with self._lock:
            return dict(self._state)

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def attach(self, watcher: Watcher) -> dict[str, Any]:
        """Let ``watcher`` in, and return the state that it must know; changes to it come from now on.

        Raises:
            StateError: The display is closed.
        """
        with self._lock:
            # Under the lock, so that each watcher is either told by `close` or refused here.
            if self._closed:
                raise StateError(f"display {self.name!r} is closed")
            self._watchers[watcher] = None
            self._count_viewers()
            return {**self._state, "sizing": False}

    def detach(self, watcher: Watcher) -> None:
        """``watcher`` is gone. Does nothing for one that is not attached."""
        self.pipeline.unsubscribe(watcher)
        with self._lock:
            if watcher not in self._watchers:
                return
            del self._watchers[watcher]
            self._resize(lambda: self._sizing.remove(watcher))
            self._count_viewers()
        self._wake()

    def set_view(self, watcher: Watcher, view: View | None) -> None:
        """``watcher`` has this size and visibility."""
        with self._lock:
            if watcher in self._watchers:
                self._resize(lambda: self._sizing.update(watcher, view))
        self._wake()

    def submit(self, viewer: str, event: Event) -> bool:
        """Queue an event for the program. False where the queue is full: the program has not looked for long."""
        with self._lock:
            if self._events and _supersedes(event, viewer, self._events[-1]):
                self._events.pop()
            elif len(self._events) >= MAX_QUEUED_EVENTS:
                return False
            self._events.append(ViewerEvent(viewer, event))
        self._wake()
        return True

    def demand_changed(self) -> None:
        """A frame may be wanted now that was not before."""
        self._wake()

    def _wake(self) -> None:
        if (on_wake := self.on_wake) is not None:
            on_wake()

    def _resize(self, change: Callable[[], None]) -> None:
        before = self._sizing.chosen
        change()
        after = self._sizing.chosen
        if before is not after:
            self._tell_one(before, {"sizing": False})
            self._tell_one(after, {"sizing": True})

    def _count_viewers(self) -> None:
        self._state["viewers"] = len(self._watchers)
        self._tell({"viewers": len(self._watchers)})

    def _tell(self, members: Mapping[str, Any]) -> None:
        if members:
            for watcher in self._watchers:
                self._tell_one(watcher, members)

    def _tell_one(self, watcher: Watcher | None, members: Mapping[str, Any]) -> None:
        if watcher is not None and watcher in self._watchers:
            watcher.post(lambda: watcher.state_changed(members))


def _supersedes(event: Event, viewer: str, last: ViewerEvent) -> bool:
    """Whether a pointer move makes the one before it pointless."""
    return (
        event.type == last.event.type == "pointer_move"
        and viewer == last.viewer
        and all(event.members[name] == last.event.members[name] for name in ("buttons", "modifiers", "ntouches"))
    )
