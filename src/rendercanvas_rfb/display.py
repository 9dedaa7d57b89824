"""A picture that changes, the state around it, and the people who watch it. No network in here.

A `Display` is where the three sides meet: whoever makes frames publishes them, the pipeline encodes the latest,
viewers come and go and send input. All methods may be called from any thread, unless they say otherwise.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from os import PathLike
from typing import Any, TypeVar, Unpack

from .convert.host import frame_to_rgb
from .errors import StateError
from .feed import Handler
from .frames import ColorSpace, Frame, PixelFormat, Pixels
from .options import DisplayOptions, OptionChanges
from .protocol.messages import Message, View
from .protocol.values import check_data, check_key, check_state
from .recording import Recording
from .showing import Showable
from .stage import Stage, still_opener
from .viewer_event import ViewerEvent

__all__ = ["Display"]

H = TypeVar("H", bound=Handler)


class Display(Stage, Showable):
    """One stream of pictures, whatever makes them.

    Args:
        name: What it is called in addresses.
        options: Quality, encoder, codec, pace and bitrate.
        policy: What viewers may do; by default send input, and not size the picture.
        tiers: What it may be encoded in, best first; by default what the options allow and this machine can encode.
        open_encoder: Opens an encoder for one of them; by default the one that the options choose.
        clock: Seconds of a monotonic clock.
    """

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
                ``settle``, ``window``, ``stale_after``, ``encode_pipeline_depth``. The others remain.

        Returns:
            All of them. Where the display was made with ``tiers`` or ``open_encoder``, those take precedence as ever.

        Raises:
            ConfigurationError: As `DisplayOptions` says; nothing was changed.
            StateError: The display is closed.
        """
        with self._options_changing:
            options = replace(self._options, **changes)
            opener, tiers = self._choose_encoders(options)
            settings = options.settings
            self.pipeline.reconfigure(
                opener,
                tiers,
                options.max_fps,
                still_opener(options),
                adaptive=not settings.lossless,
            )
            self._options = options
        self.check_freshness()
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
        frame = self._publisher.present(pixels, format, pixel_ratio, color)
        self._has_published(frame)
        return frame

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
                - such an array on a CUDA device, of CuPy, torch, JAX or anything with ``__dlpack__`` or
                  ``__cuda_array_interface__``; needs CuPy. It is copied there, after what the program had its current
                  stream do before, and this waits for that.
                - such an ``mlx.core.array``. It is computed on the calling thread, and not copied.

            format: What the array holds. By default "gray", "rgb" or "rgba", by the number of channels.
            pixel_ratio: Physical over logical pixels: a picture of 800x600 pixels with 2.0 is shown at 400x300.
            color: Which colours the values stand for.
            timestamp: When the picture was made, in seconds of a monotonic clock; now, by default.
            copy: Whether to copy the picture before this returns, into memory that is used again. With False the
                display borrows a contiguous uint8 array: you must not write to it until `wait_encoded` has returned
                True. What has to be converted or gathered is copied anyway, and so is what lies on a CUDA device.

        Returns:
            The version of the picture: that of the one before where the two are equal.

        Raises:
            FrameError: Something is not as said above; the message says what it is and what is accepted. The picture
                remains the one before.
        """
        shown = self._publisher.publish(
            frame, format=format, pixel_ratio=pixel_ratio, color=color, timestamp=timestamp, copy=copy
        )
        self._has_published(shown)
        return shown.version

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
            *types: Names as in ``docs/protocol.md``; "message", "resize", "viewer_joined", "viewer_left",
                "downscale_hint"; or "*".

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

    def set_css_size(self, width: str | float | None = None, height: str | float | None = None) -> None:
        """Ask the views to be that large in their pages, until their users choose another size.

        Args:
            width: A CSS length such as ``"640px"`` or ``"100%"``, a number of CSS pixels, or None for what the page
                itself says.
            height: Likewise.

        Raises:
            ConfigurationError: One of them is none of these.
        """
        self.set_state(css_width=_css_length(width), css_height=_css_length(height))

    def set_state(self, **members: Any) -> None:
        """Change members of the retained state: title, cursor, width, height, ... (``docs/protocol.md``).

        Viewers are told those that are different from before.

        Raises:
            ConfigurationError: There is no such member, or it has a value that viewers do not take.
        """
        check_state(members)
        self._audience.set_state(members)

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


def _css_length(length: str | float | None) -> str | None:
    is_number = isinstance(length, int | float) and not isinstance(length, bool)
    # Not in exponents, which CSS lengths have not got here; three digits are less than a device pixel.
    return f"{length:.3f}".rstrip("0").rstrip(".") + "px" if is_number else length  # type: ignore[return-value]
