"""A picture that changes, the state around it, and the people who watch it. No network in here.

A `Display` is where the three sides meet: whoever makes frames publishes them, the pipeline encodes the latest,
viewers come and go and send input. All methods may be called from any thread, unless they say otherwise.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable
from typing import Any, Self

from .audience import Audience, Watcher
from .encoders.base import EncoderFactory
from .errors import CloseCode, FrameError, StateError
from .events import Event
from .frames import ColorSpace, Frame, PixelFormat, Pixels, check_pixels, same_pixels
from .inbox import Inbox, ViewerEvent
from .options import DisplayOptions
from .pipeline import Pipeline
from .protocol.chunk import SERIAL_MODULUS
from .protocol.formats import Tier
from .protocol.messages import View

__all__ = ["Display"]


class Display:
    """One stream of pictures, whatever makes them.

    Args:
        name: What it is called in addresses.
        options: Quality, encoder, codec, pace and bitrate.
        tiers: What it may be encoded in, best first; by default what the options allow and this machine can encode.
        open_encoder: Opens an encoder for one of them; by default the one that the options choose.
        clock: Seconds of a monotonic clock.
    """

    def __init__(
        self,
        name: str,
        *,
        options: DisplayOptions | None = None,
        tiers: tuple[Tier, ...] | None = None,
        open_encoder: EncoderFactory | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.url = ""
        """Address of its page, with the token where one is needed; empty while it is not served. Set by the server."""
        self.on_wake: Callable[[], None] | None = None
        """Called from any thread when there is something to look at: events, a view, or demand for a frame. Must
        return at once."""
        self._clock = clock
        self._publishing = threading.Lock()
        self._latest: Frame | None = None
        self._inbox = Inbox()
        self._audience = Audience({"title": name, "cursor": "default"})
        self._closed = False
        self._at_close: list[Callable[[], None]] = []
        self.options = DisplayOptions() if options is None else options
        chosen_tiers, chosen_opener = self.options.select()
        self.pipeline = Pipeline(
            self,
            chosen_opener if open_encoder is None else open_encoder,
            chosen_tiers if tiers is None else tiers,
            clock,
            self.options.max_fps,
        )

    # For whoever makes the frames.

    def present(
        self,
        pixels: Pixels,
        *,
        format: PixelFormat = PixelFormat.RGBA,
        pixel_ratio: float = 1.0,
        color: ColorSpace = ColorSpace.SRGB,
    ) -> Frame:
        """Make ``pixels`` the picture, without a copy. Returns at once.

        Args:
            pixels: uint8 array of the shape that ``format`` says. The display keeps it: it must not be written to any
                more.
            format: What it holds.
            pixel_ratio: Physical over logical pixels.
            color: Which colours the values stand for.

        Returns:
            The frame that is shown now, which is the one before where the two are equal.

        Raises:
            FrameError: The array is not of that kind, or the pixel ratio is no positive finite number.
        """
        pixels = check_pixels(pixels, format)
        if not 0 < pixel_ratio < math.inf:
            raise FrameError(f"the pixel ratio of a frame must be a positive finite number, not {pixel_ratio!r}")
        with self._publishing:
            before = self._latest
            version = 1 if before is None else (before.version + 1) % SERIAL_MODULUS
            frame = Frame(pixels, format, pixel_ratio, version, int(self._clock() * 1e6), color)
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
        return self._audience.watched

    def poll_events(self) -> list[ViewerEvent]:
        """The events since the last call, of all viewers, in the order in which they came."""
        return self._inbox.take_all()

    def take_view(self) -> View | None:
        """The view whose size the picture should have, where it is another one than at the last call.

        None where nothing changed.
        """
        return self._audience.take_view()

    def set_state(self, **members: Any) -> None:
        """Change members of the retained state (see ``docs/protocol.md``).

        Viewers are told those that are different from before.
        """
        self._audience.set_state(members)

    def close(self, code: CloseCode = CloseCode.NORMAL, reason: str = "closed") -> None:
        """End the stream and tell the viewers why. May be called more than once."""
        if self._audience.dismiss(code, reason):
            self._closed = True
            self.on_wake = None
            while self._at_close:
                self._at_close.pop()()
            self.url = ""
            self.pipeline.close()

    def at_close(self, callback: Callable[[], None]) -> None:
        """Have ``callback`` called once when the display is closed, on the thread that closes it.

        Last come, first called.
        """
        self._at_close.append(callback)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        # Closing waits for a picture that is being encoded; others on this loop shall not.
        await asyncio.to_thread(self.close)

    # For viewers.

    @property
    def state(self) -> dict[str, Any]:
        """A copy of the retained state."""
        return self._audience.state

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def attach(self, watcher: Watcher) -> dict[str, Any]:
        """Let ``watcher`` in, and return the state that it must know; changes to it come from now on.

        Raises:
            StateError: The display is closed.
        """
        if (state := self._audience.admit(watcher)) is None:
            raise StateError(f"display {self.name!r} is closed")
        return state

    def detach(self, watcher: Watcher) -> None:
        """``watcher`` is gone. Does nothing for one that is not attached."""
        self.pipeline.unsubscribe(watcher)
        if self._audience.release(watcher):
            self._wake()

    def set_view(self, watcher: Watcher, view: View | None) -> None:
        """``watcher`` has this size and visibility."""
        self._audience.set_view(watcher, view)
        self._wake()

    def submit(self, viewer: str, event: Event) -> bool:
        """Queue an event for the program. False where the queue is full: the program has not looked for long."""
        if queued := self._inbox.put(viewer, event):
            self._wake()
        return queued

    def demand_changed(self) -> None:
        """A frame may be wanted now that was not before."""
        self._wake()

    def _wake(self) -> None:
        if (on_wake := self.on_wake) is not None:
            on_wake()
