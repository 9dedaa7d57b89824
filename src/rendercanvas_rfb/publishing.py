"""The latest picture of a display, and whose memory it lies in."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from numbers import Real
from typing import Any

from .errors import FrameError
from .frames import ColorSpace, DevicePicture, Frame, PixelFormat, Pixels, check_pixels, same_pixels
from .intake import DeviceSource, take_in
from .pool import BufferPool, lease
from .protocol.chunk import SERIAL_MODULUS

__all__ = ["Publisher"]

MAX_TIMESTAMP_S = 2**63 / 1e6
"""What fits, in microseconds, in the header of a chunk with a bit to spare: 292 000 years."""


class Publisher:
    """Keeps the latest frame. Methods may be called from any thread.

    Args:
        clock: Seconds of a monotonic clock.
        published: Called on the publishing thread when there is another frame.
        is_wanted: Whether some encoder will read a frame that is published now, at once or next.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        published: Callable[[], None],
        is_wanted: Callable[[], bool] = lambda: False,
    ) -> None:
        self._clock = clock
        self._published = published
        self._is_wanted = is_wanted
        # Held while a picture is compared and copied; encoders never take it.
        self._lock = threading.Lock()
        self._latest: Frame | None = None
        self._latest_is_borrowed = False
        self._pool = BufferPool()
        # One for each array that was borrowed, locked for as long as something refers to it.
        self._borrows: list[threading.Lock] = []

    @property
    def latest(self) -> Frame | None:
        """The frame that was published last; None before the first."""
        return self._latest

    @property
    def buffers_allocated(self) -> int:
        """How many buffers were made for copies so far."""
        return self._pool.allocated

    def present(self, pixels: Pixels, format: PixelFormat, pixel_ratio: float, color: ColorSpace) -> Frame:
        """See `Display.present`."""
        pixels = check_pixels(pixels, format)
        _check_pixel_ratio(pixel_ratio)
        return self.show(self._frame(pixels, format, pixel_ratio, color, None), is_new=False)

    def show(self, draft: Frame, *, is_new: bool) -> Frame:
        """Make ``draft`` the picture, without a copy, with the next version; its own does not count.

        Args:
            draft: Its pixels are as `Display.present` wants them.
            is_new: Whether it is known to be another picture than the one before; else the two are compared.

        Returns:
            The frame that is shown now, which is the one before where the two are equal.
        """
        with self._lock:
            if not is_new and self._is_shown(draft):
                return self._shown()
            frame = replace(draft, version=self._next_version())
            self._show(frame, borrowed=False)
        self._published()
        return frame

    def publish(
        self,
        picture: Any,
        *,
        format: PixelFormat | str | None,
        pixel_ratio: float,
        color: ColorSpace | str,
        timestamp: float | None,
        copy: bool,
    ) -> Frame:
        """See `Display.publish`."""
        source = take_in(picture, format)
        _check_pixel_ratio(pixel_ratio)
        _check_timestamp(timestamp)
        color = _parse_color(color)
        if isinstance(source, DeviceSource):
            return self._publish_device(source, pixel_ratio, color, timestamp)
        with self._lock:
            plain = source.plain
            borrowed = False
            if plain is None:
                pixels = self._pool.take(source.shape)
                source.write_to(pixels)
            else:
                pixels = plain
            frame = self._frame(pixels, source.format, pixel_ratio, color, timestamp)
            if self._is_shown(frame):
                return self._shown()
            if plain is not None and not source.owned:
                borrowed = not copy
                frame = replace(frame, content=self._copy(plain) if copy else self._borrow(plain))
            self._show(frame, borrowed)
        self._published()
        return frame

    def _publish_device(
        self, source: DeviceSource, pixel_ratio: float, color: ColorSpace, timestamp: float | None
    ) -> Frame:
        picture = source.capture()
        is_wanted = self._is_wanted()
        with self._lock:
            frame = self._frame(picture, source.format, pixel_ratio, color, timestamp)
            if self._is_shown(frame):
                return self._shown()
            if self._latest is not None and type(self._latest.content) is type(picture):
                picture.follow(self._latest.content, prefetch=is_wanted)
            self._show(frame, borrowed=False)
        self._published()
        return frame

    def return_borrowed(self, deadline: float | None) -> bool:
        """Wait until no borrowed array is referred to any more; a copy takes the place of the latest picture.

        Args:
            deadline: When to give up, in seconds of ``time.monotonic``; None for never.

        Returns:
            Whether it came to that.
        """
        with self._lock:
            if self._latest_is_borrowed:
                frame = self._shown()
                self._show(replace(frame, content=self._copy(frame.pixels)), borrowed=False)
                del frame
            borrows = list(self._borrows)
        return all(_wait_released(borrow, deadline) for borrow in borrows)

    def _frame(
        self,
        content: Pixels | DevicePicture,
        format: PixelFormat,
        pixel_ratio: float,
        color: ColorSpace,
        timestamp: float | None,
    ) -> Frame:
        seconds = self._clock() if timestamp is None else timestamp
        return Frame(content, format, float(pixel_ratio), self._next_version(), int(seconds * 1e6), color)

    def _next_version(self) -> int:
        return 1 if self._latest is None else (self._latest.version + 1) % SERIAL_MODULUS

    def _is_shown(self, frame: Frame) -> bool:
        return self._latest is not None and same_pixels(frame, self._latest)

    def _shown(self) -> Frame:
        assert self._latest is not None
        return self._latest

    def _show(self, frame: Frame, borrowed: bool) -> None:
        self._latest, self._latest_is_borrowed = frame, borrowed

    def _copy(self, pixels: Pixels) -> Pixels:
        copy = self._pool.take(pixels.shape)
        copy[...] = pixels
        return copy

    def _borrow(self, pixels: Pixels) -> Pixels:
        self._borrows = [borrow for borrow in self._borrows if borrow.locked()]
        borrow = threading.Lock()
        borrow.acquire()
        self._borrows.append(borrow)
        return lease(pixels, borrow.release)


def _wait_released(borrow: threading.Lock, deadline: float | None) -> bool:
    timeout = -1.0 if deadline is None else max(0.0, deadline - time.monotonic())
    if not borrow.acquire(timeout=timeout):
        return False
    borrow.release()
    return True


def _check_pixel_ratio(pixel_ratio: Any) -> None:
    if not isinstance(pixel_ratio, Real) or not 0 < float(pixel_ratio) < math.inf:
        raise FrameError(f"the pixel ratio of a frame must be a positive finite number, not {pixel_ratio!r}")


def _check_timestamp(timestamp: Any) -> None:
    if timestamp is not None and (not isinstance(timestamp, Real) or not 0 <= float(timestamp) < MAX_TIMESTAMP_S):
        raise FrameError(f"the timestamp of a frame must be seconds of a monotonic clock, >= 0, not {timestamp!r}")


def _parse_color(color: Any) -> ColorSpace:
    try:
        return ColorSpace(color)
    except ValueError:
        names = ", ".join(each.value for each in ColorSpace)
        raise FrameError(f"the color space of a frame must be one of {names}, not {color!r}") from None
