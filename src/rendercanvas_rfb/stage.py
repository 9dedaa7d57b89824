"""A display as viewers, the pipeline and the server see it: who watches, what they send, when it ends.

No network in here. All methods may be called from any thread, unless they say otherwise.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, Self

from .audience import Audience, Watcher
from .encoders.base import EncoderFactory
from .encoders.registry import open_still
from .errors import CloseCode
from .events import Event
from .feed import EventFeed
from .frames import Frame
from .inbox import Inbox
from .input_gate import InputGate
from .options import DisplayOptions
from .pipeline import Pipeline
from .policy import ViewerPolicy
from .protocol.formats import Tier
from .protocol.messages import View
from .publishing import Publisher
from .settling import is_gesture
from .viewer_event import SPARE, PictureSize, ViewerEvent

__all__ = ["Stage", "still_opener"]


class Stage:
    """What a `Display` is to everybody but its program. The arguments are those of `Display`."""

    def __init__(
        self,
        name: str,
        *,
        options: DisplayOptions | None = None,
        policy: ViewerPolicy | None = None,
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
        self._publisher = Publisher(clock, self._frame_published, self.wants_frame)
        self._inbox = Inbox()
        self._feed = EventFeed(self._inbox, self._refresh)
        self._audience = Audience({"title": name, "cursor": "default"}, ViewerPolicy() if policy is None else policy)
        self._gate = InputGate(self._inbox, self._audience.controls, clock)
        self._closed = False
        self._published_at = clock()
        self._published_size: PictureSize | None = None
        self._at_close: list[Callable[[], None]] = []
        self._options = DisplayOptions() if options is None else options
        self._options_changing = threading.Lock()
        self._fixed_tiers, self._fixed_opener = tiers, open_encoder
        chosen_opener, chosen_tiers = self._choose_encoders(self._options)
        self.pipeline = Pipeline(
            self,
            chosen_opener,
            chosen_tiers,
            clock,
            self._options.max_fps,
            still_opener(self._options),
            adaptive=not self._options.settings.lossless,
        )

    def close(self, code: CloseCode = CloseCode.NORMAL, reason: str = "closed") -> None:
        """End the stream and tell the viewers why. May be called more than once."""
        if self._audience.dismiss(code, reason):
            self._closed = True
            self._inbox.close()
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

    @property
    def latest(self) -> Frame | None:
        """The frame that was published last; None before the first."""
        return self._publisher.latest

    def show(self, draft: Frame, *, is_new: bool) -> Frame:
        """Make ``draft`` the picture, as `Publisher.show` says: for whoever draws on the GPU."""
        frame = self._publisher.show(draft, is_new=is_new)
        self._has_published(frame)
        return frame

    def show_again(self) -> None:
        """The latest picture was drawn once more, and is the same."""
        self._has_published(self.latest)

    def wants_frame(self) -> bool:
        """Whether a frame that is published now would be sent to somebody."""
        return self.pipeline.wants_frame()

    @property
    def watched(self) -> bool:
        """Whether somebody may be looking at the picture."""
        return self._audience.watched

    @property
    def state(self) -> dict[str, Any]:
        """A copy of the retained state."""
        return self._audience.state

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def attach(
        self, watcher: Watcher, number: int = 0, *, resumed: bool = False, screen: bool = False
    ) -> dict[str, Any]:
        """Let ``watcher`` in, and return the state that it must know; changes to it come from now on.

        Args:
            watcher: Who comes.
            number: Its place in the order in which viewers came: that of its first connection, where it is ``resumed``.
            resumed: Whether it was there before, and comes back.
            screen: Whether it is known to have a screen, and may have the control at once.

        Raises:
            StateError: The display is closed.
            ProtocolError: It has as many viewers as it may have.
        """
        self.check_freshness()
        state = self._audience.admit(watcher, number, resumed=resumed, screen=screen)
        self._gate.control_changed()
        self._tell(watcher, "viewer_joined", resumed=resumed)
        return state

    def detach(self, watcher: Watcher) -> None:
        """``watcher`` is gone. Does nothing for one that is not attached."""
        self.pipeline.unsubscribe(watcher)
        if self._audience.release(watcher, self._clock()):
            self._gate.leave(watcher)
            self._tell(watcher, "viewer_left")
            self._size_changed()

    def set_view(self, watcher: Watcher, view: View | None) -> None:
        """``watcher`` has this size and visibility."""
        self._audience.set_view(watcher, view, self._clock())
        self._gate.control_changed()
        self._size_changed()

    def submit(self, watcher: Watcher, event: Event, picture: PictureSize = SPARE) -> bool:
        """Queue an event for the program, if ``watcher`` has the control; else it is left out.

        What it holds when it loses the control, or is gone, is let go of for the program.

        Args:
            watcher: Who sent it.
            event: What it sent.
            picture: What the viewer was looking at; the latest frame where that is not known.

        Returns:
            False where the queue is full: the program has not looked for long.
        """
        if picture is SPARE and (frame := self.latest) is not None:
            picture = PictureSize(frame.width, frame.height, frame.pixel_ratio)
        queued = self._gate.put(watcher, event, picture)
        if queued:
            if is_gesture(event):
                self.pipeline.input_came()
            self._wake()
        return queued is not False

    def check_freshness(self) -> None:
        """Tell the viewers whether the picture is older than the program promised; to be called once a second."""
        limit = self._options.stale_after
        stale = limit is not None and self.latest is not None and self._clock() - self._published_at > limit
        if stale != self._audience.is_stale:
            self._audience.set_state({"stale": stale})

    def report_problem(self, problem: str) -> None:
        """Tell the viewers why there are no new pictures, until there is one."""
        self._audience.set_state({"problem": problem})

    def _has_published(self, frame: Frame | None) -> None:
        """The program gave a picture, be it another one or not."""
        self._published_at = self._clock()
        news: dict[str, Any] = {"stale": False} if self._audience.is_stale else {}
        if self._audience.has_problem:
            news["problem"] = None
        if frame is not None:
            size = PictureSize(frame.width, frame.height, frame.pixel_ratio)
            # Only when that of the pictures changes: what the program says itself meanwhile holds until then.
            if size != self._published_size:
                self._published_size = size
                ratio = size.pixel_ratio
                news.update(width=size.width / ratio, height=size.height / ratio, pixel_ratio=ratio)
        if news:
            self._audience.set_state(news)

    def _choose_encoders(self, options: DisplayOptions) -> tuple[EncoderFactory, tuple[Tier, ...]]:
        tiers, opener = options.select()
        if self._fixed_tiers is not None:
            tiers, opener = self._fixed_tiers, opener.only(self._fixed_tiers)
        return (opener if self._fixed_opener is None else self._fixed_opener), tiers

    def _frame_published(self) -> None:
        self.pipeline.frame_published()

    def demand_changed(self) -> None:
        """A frame may be wanted now that was not before."""
        self._wake()

    def advise(self, watcher: Watcher, event: Event) -> None:
        """Queue an event of the server's own about ``watcher``, who need not have the control."""
        self._inbox.put(ViewerEvent(watcher.id, watcher.principal, self._clock(), event))
        self._wake()

    def _tell(self, watcher: Watcher, type: str, **members: Any) -> None:
        now = self._clock()
        self._inbox.put(ViewerEvent(watcher.id, watcher.principal, now, Event(type, now, members)))

    def _size_changed(self) -> None:
        # Who waits for events waits no longer than until the new size counts.
        self._inbox.notify()
        self._wake()

    def _refresh(self) -> float | None:
        """Queue what has become due; return the seconds until there is more of that, or None."""
        now = self._clock()
        if (resize := self._audience.take_resize(now)) is not None:
            self._inbox.put(resize)
        return self._audience.resize_due_in(now)

    def _wake(self) -> None:
        if (on_wake := self.on_wake) is not None:
            on_wake()


def still_opener(options: DisplayOptions) -> EncoderFactory | None:
    """What opens the encoders of lossless stills, where there shall be any."""
    return open_still if options.settle else None
