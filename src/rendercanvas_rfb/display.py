"""A picture that changes, the state around it, and the people who watch it. No network in here.

A `Display` is where the three sides meet: whoever makes frames publishes them, the pipeline encodes the latest,
viewers come and go and send input. All methods may be called from any thread, unless they say otherwise.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from os import PathLike
from typing import Any, Self, TypeVar, Unpack

from .audience import Audience, Watcher
from .convert.host import frame_to_rgb
from .encoders.base import EncoderFactory
from .encoders.registry import open_still
from .errors import CloseCode, StateError
from .events import Event
from .feed import EventFeed, Handler
from .frames import ColorSpace, Frame, PixelFormat, Pixels
from .inbox import Inbox
from .options import DisplayOptions, OptionChanges
from .pipeline import Pipeline
from .policy import ViewerPolicy
from .protocol.formats import Tier
from .protocol.messages import Message, View
from .protocol.values import check_data, check_key, check_state
from .publishing import Publisher
from .recording import Recording
from .settling import is_gesture
from .viewer_event import SPARE, PictureSize, ViewerEvent

__all__ = ["Display"]

H = TypeVar("H", bound=Handler)


class Display:
    """One stream of pictures, whatever makes them.

    Args:
        name: What it is called in addresses.
        options: Quality, encoder, codec, pace and bitrate.
        policy: What viewers may do; by default send input, and not size the picture.
        tiers: What it may be encoded in, best first; by default what the options allow and this machine can encode.
        open_encoder: Opens an encoder for one of them; by default the one that the options choose.
        clock: Seconds of a monotonic clock.
    """

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
        self._publisher = Publisher(clock, self._frame_published)
        self._inbox = Inbox()
        self._feed = EventFeed(self._inbox, self._refresh)
        self._audience = Audience({"title": name, "cursor": "default"}, ViewerPolicy() if policy is None else policy)
        self._closed = False
        self._at_close: list[Callable[[], None]] = []
        self._options = DisplayOptions() if options is None else options
        self._options_changing = threading.Lock()
        self._fixed_tiers, self._fixed_opener = tiers, open_encoder
        chosen_opener, chosen_tiers = self._choose_encoders(self._options)
        self.pipeline = Pipeline(
            self, chosen_opener, chosen_tiers, clock, self._options.max_fps, _still_opener(self._options)
        )

    # For whoever makes the frames.

    @property
    def options(self) -> DisplayOptions:
        """Quality, encoder, codec, pace and bitrate; `set_options` changes them."""
        return self._options

    def set_options(self, **changes: Unpack[OptionChanges]) -> DisplayOptions:
        """Encode in another way from now on: ``display.set_options(quality="balanced", max_fps=20)``.

        Viewers stay connected. Each of them chooses its format again, and is sent the latest picture anew. What is
        being recorded goes on as it was begun.

        Args:
            **changes: Members of `DisplayOptions`: ``quality``, ``encoder``, ``codec``, ``max_fps``, ``bitrate``,
                ``settle``. The others remain.

        Returns:
            All of them. Where the display was made with ``tiers`` or ``open_encoder``, those take precedence as ever.

        Raises:
            ConfigurationError: As `DisplayOptions` says; nothing was changed.
            StateError: The display is closed.
        """
        with self._options_changing:
            options = replace(self._options, **changes)
            opener, tiers = self._choose_encoders(options)
            self.pipeline.reconfigure(opener, tiers, options.max_fps, _still_opener(options))
            self._options = options
        return options

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
        return self._publisher.present(pixels, format, pixel_ratio, color)

    def publish(
        self,
        frame: Any,
        *,
        format: PixelFormat | str | None = None,
        pixel_ratio: float = 1.0,
        color: ColorSpace | str = ColorSpace.SRGB,
        timestamp: float | None = None,
        copy: bool = True,
    ) -> int:
        """Make ``frame`` the picture. Never waits for an encoder or a viewer; the latest one wins.

        A picture of another size, format or colour space than the one before is as welcome as any. One that is equal
        to it costs a comparison and is not sent again.

        Args:
            frame: One of

                - a uint8 array of shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4): grey, R'G'B' or R'G'B' and a fourth
                  channel that is ignored, encoded by the transfer function of sRGB, as images are. Any strides.
                - a float array of these shapes with such values from 0 to 1. What lies outside is clipped, NaN is 0.
                - uint8 planes of Y'CbCr, by the matrix of BT.709 in full range, see `PixelFormat`: of shape
                  (H * 3/2, W) with ``format="nv12"`` or ``"i420"``, and an even H and W; of shape (3, H, W) or
                  (3 * H, W) with ``format="i444"``.
                - a ``wgpu.GPUTexture`` in rgba8unorm or bgra8unorm, or their ``-srgb`` forms, with the usage COPY_SRC.
                  It is read back on the calling thread, which waits for the GPU.
                - an object with ``__dlpack__`` or ``__array_interface__`` that is one of these arrays and lies in the
                  memory of the host.

            format: What the array holds. By default "gray", "rgb" or "rgba", by the number of channels.
            pixel_ratio: Physical over logical pixels: a picture of 800x600 pixels with 2.0 is shown at 400x300.
            color: Which colours the values stand for.
            timestamp: When the picture was made, in seconds of a monotonic clock; now, by default.
            copy: Whether to copy the picture before this returns, into memory that is used again. With False the
                display borrows a contiguous uint8 array: you must not write to it until `wait_encoded` has returned
                True. What has to be converted or gathered is copied anyway.

        Returns:
            The version of the picture: that of the one before where the two are equal.

        Raises:
            FrameError: Something is not as said above; the message says what it is and what is accepted. The picture
                remains the one before.
        """
        return self._publisher.publish(
            frame, format=format, pixel_ratio=pixel_ratio, color=color, timestamp=timestamp, copy=copy
        ).version

    def wait_encoded(self, timeout: float | None = None) -> bool:
        """Wait until everything that was published with ``copy=False`` may be written to again.

        That is when each encoder that had a viewer to encode the latest picture for has done so, and nothing reads
        borrowed memory any more. Where the latest picture is a borrowed one, a copy has taken its place, so that
        viewers who come later can be shown it. A frame that the program took from `latest` itself and still holds
        is read as well.

        Args:
            timeout: Seconds to wait, at most; None for as long as it takes.

        Returns:
            Whether it came to that. After False the arrays are still borrowed.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        return self.pipeline.wait_encoded(deadline) and self._publisher.return_borrowed(deadline)

    @property
    def latest(self) -> Frame | None:
        """The frame that was published last; None before the first."""
        return self._publisher.latest

    def wants_frame(self) -> bool:
        """Whether a frame that is published now would be sent to somebody."""
        return self.pipeline.wants_frame()

    def snapshot(self) -> Pixels:
        """The current picture: a new uint8 array of shape (height, width, 3), R'G'B', yours to keep and to change.

        Raises:
            StateError: There is none yet.
        """
        if (frame := self.latest) is None:
            raise StateError(f"display {self.name!r} has no picture yet")
        return frame_to_rgb(frame)

    def record(
        self, path: str | PathLike[str], *, quality: str | None = None, max_fps: float | None = None
    ) -> Recording:
        """Record to a file from now on, whether or not somebody watches.

        ``with display.record("out.mp4"): ...`` ends with the block; else `Recording.stop` ends it, or closing the
        display. Pictures of another size than the first are scaled to fit into that.

        Args:
            path: Where to. The suffix says what it becomes: ``.mp4`` (H.264), ``.webm`` (VP9), and animated ``.webp``
                and ``.gif``. A file that is there already is replaced.
            quality: As for `DisplayOptions`; that of the display by default.
            max_fps: Frames per second, at most; None for as many as are made and can be encoded in time.

        Raises:
            ConfigurationError: The suffix, the quality or the frame rate is none that is accepted.
            RecordingError: The file cannot be written.
            StateError: The display is closed.
        """
        if self._closed:
            raise StateError(f"display {self.name!r} is closed")
        wanted = DisplayOptions(quality=self.options.quality if quality is None else quality, max_fps=max_fps)
        recording = Recording(
            self, path, wanted.settings, max_fps=max_fps, clock=self._clock, ended=self.pipeline.remove_sink
        )
        try:
            self.pipeline.add_sink(recording)
        except StateError:
            recording.discard()
            raise
        recording.start()
        return recording

    @property
    def watched(self) -> bool:
        """Whether somebody may be looking at the picture."""
        return self._audience.watched

    def poll_events(self, timeout: float = 0.0) -> list[ViewerEvent]:
        """The events since the last call, of all viewers, in the order in which they came. Calls their handlers.

        Each event is handed out once: by this method or by one of the iterators of `events`.

        Args:
            timeout: Seconds to wait for some where there are none; ends early when the display is closed.
        """
        return self._feed.poll(timeout)

    def events(self) -> AsyncIterator[ViewerEvent]:
        """An async iterator over the events as they come, on any asyncio loop. Ends when the display is closed.

        Calls the handlers of each event before it hands it out. Where several take events, by this or by
        `poll_events`, each event goes to one of them; for several listeners there is `on`.
        """
        return self._feed.iterate()

    def on(self, *types: str) -> Callable[[H], H]:
        """Make a function the handler of some types of events: ``@display.on("pointer_down", "key_down")``.

        It is called with each such `ViewerEvent` by whoever takes the events, on that thread: in `poll_events` or in
        the loop that iterates over `events`, and never behind the program's back. Where nobody takes them, it is not
        called. An error that it raises is logged.

        Args:
            *types: Names as in ``docs/protocol.md``; "message", "resize", "viewer_joined", "viewer_left"; or "*".

        Raises:
            ConfigurationError: There is no such type, or the handler is a coroutine function.
        """
        return self._feed.on(types)

    def off(self, handler: Handler) -> None:
        """Call ``handler`` no more."""
        self._feed.off(handler)

    def send(self, message: Any, key: str | None = None) -> None:
        """Send a JSON value to all viewers. Returns at once.

        Args:
            message: None, bool, int, float, str, or lists, tuples and dicts of those; 32 KiB of JSON text at most.
            key: What the message is the present value of, 64 characters at most. The last message of each key is also
                sent to viewers that come later or come back, and one that still waits for a slow viewer is replaced.
                Without a key a message goes to those who are there. None under a key frees the key.

        Raises:
            MessageError: The message is none, or has no room.
        """
        self._audience.send(Message(check_data(message), check_key(key)))

    def send_to(self, viewer: str, message: Any, key: str | None = None) -> bool:
        """Send a JSON value to the viewer of that id, as `send` does; it is not kept for later.

        Returns:
            Whether the viewer is there: it may have left meanwhile.

        Raises:
            MessageError: The message is none.
        """
        return self._audience.send_to(viewer, Message(check_data(message), check_key(key)))

    @property
    def target_size(self) -> tuple[int, int] | None:
        """Width and height in physical pixels that the picture should have, with ``resize="viewer"``.

        It follows the viewer, but not every step of a window that is dragged, and is not larger than ``max_size``.
        None until there is a viewer, and with ``resize="publisher"``.
        """
        self._refresh()
        target = self._audience.target
        return None if target is None else (target.width, target.height)

    @property
    def target_ratio(self) -> float | None:
        """The pixel ratio that the picture should have, in pixels per logical pixel; None as `target_size`."""
        self._refresh()
        target = self._audience.target
        return None if target is None else target.pixel_ratio

    def take_view(self) -> View | None:
        """The view whose size the picture should have, where it is another one than at the last call.

        None where nothing changed.
        """
        return self._audience.take_view()

    def set_state(self, **members: Any) -> None:
        """Change members of the retained state: title, cursor, width, height, pixel_ratio (``docs/protocol.md``).

        Viewers are told those that are different from before.

        Raises:
            ConfigurationError: There is no such member, or it has a value that viewers do not take.
        """
        check_state(members)
        self._audience.set_state(members)

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
            ProtocolError: It has as many viewers as it may have.
        """
        state = self._audience.admit(watcher)
        self._tell(watcher, "viewer_joined")
        return state

    def detach(self, watcher: Watcher) -> None:
        """``watcher`` is gone. Does nothing for one that is not attached."""
        self.pipeline.unsubscribe(watcher)
        if self._audience.release(watcher, self._clock()):
            self._tell(watcher, "viewer_left")
            self._size_changed()

    def set_view(self, watcher: Watcher, view: View | None) -> None:
        """``watcher`` has this size and visibility."""
        self._audience.set_view(watcher, view, self._clock())
        self._size_changed()

    def submit(self, watcher: Watcher, event: Event, picture: PictureSize = SPARE) -> bool:
        """Queue an event for the program, if ``watcher`` has the control; else it is left out.

        Args:
            watcher: Who sent it.
            event: What it sent.
            picture: What the viewer was looking at; the latest frame where that is not known.

        Returns:
            False where the queue is full: the program has not looked for long.
        """
        if not self._audience.controls(watcher):
            return True
        if picture is SPARE and (frame := self.latest) is not None:
            picture = PictureSize(frame.width, frame.height, frame.pixel_ratio)
        queued = self._inbox.put(ViewerEvent(watcher.id, watcher.principal, self._clock(), event, picture))
        if queued:
            if is_gesture(event):
                self.pipeline.input_came()
            self._wake()
        return queued

    def inject(self, event: ViewerEvent) -> None:
        """Queue an event for the program as though it had come now, whoever has the control: for tests and replays.

        It is merged with no other. `rendercanvas_rfb.testing.replay` does so with recorded ones.

        Raises:
            StateError: The display is closed, or the queue is full: the program does not take its events.
        """
        if self._closed:
            raise StateError(f"display {self.name!r} is closed")
        if not self._inbox.put(replace(event, received=self._clock()), merge=False):
            raise StateError(f"the program does not take the events of display {self.name!r}: no more fit in")
        self._wake()

    def _choose_encoders(self, options: DisplayOptions) -> tuple[EncoderFactory, tuple[Tier, ...]]:
        tiers, opener = options.select()
        return (
            opener if self._fixed_opener is None else self._fixed_opener,
            tiers if self._fixed_tiers is None else self._fixed_tiers,
        )

    def _frame_published(self) -> None:
        self.pipeline.frame_published()

    def demand_changed(self) -> None:
        """A frame may be wanted now that was not before."""
        self._wake()

    def _tell(self, watcher: Watcher, type: str) -> None:
        now = self._clock()
        self._inbox.put(ViewerEvent(watcher.id, watcher.principal, now, Event(type, now, {})))

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


def _still_opener(options: DisplayOptions) -> EncoderFactory | None:
    return open_still if options.settle else None
