"""What the pictures on devices have in common: who converts them, to what, and that each copy is made once."""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np

from ..errors import ConfigurationError
from ..frames import DevicePicture, Memory, PixelFormat, Pixels
from ..protocol.formats import Chroma, PictureFormat, Tier

__all__ = ["PLANAR_FORMATS", "VARIABLE", "CopiedOnce", "DeviceArray", "conversion_wish", "wanted_formats"]

VARIABLE = "RENDERCANVAS_RFB_CONVERT"
"""Name of the variable of the environment that says who converts pictures on a GPU: auto, gpu or host."""

PLANAR_FORMATS = frozenset({PixelFormat.NV12, PixelFormat.I420, PixelFormat.I444})
"""What interleaved pictures are converted to."""

_PLANES = {Chroma.YUV444: PixelFormat.I444, Chroma.YUV420: PixelFormat.I420}


def conversion_wish() -> str:
    """What `VARIABLE` says: "auto" where it is not set.

    Raises:
        ConfigurationError: It has another value than auto, gpu or host.
    """
    wish = os.environ.get(VARIABLE, "") or "auto"
    if wish not in ("auto", "gpu", "host"):
        raise ConfigurationError(f"{VARIABLE} must be auto, gpu or host, not {wish!r}")
    return wish


def wanted_formats(tiers: Iterable[Tier]) -> set[PixelFormat]:
    """What the encoders of these tiers read; RGBA stands for R'G'B' in any order, and is what nobody's wishes are."""
    return {
        _PLANES.get(tier.chroma, PixelFormat.RGBA)
        if tier.format is PictureFormat.H264 and tier.chroma is not None
        else PixelFormat.RGBA
        for tier in tiers
    } or {PixelFormat.RGBA}


class DeviceArray(Protocol):
    """An array of the program's that lies on a device, before anything was done with it."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        ...

    @property
    def dtype(self) -> np.dtype:
        """Its dtype, or the one of numpy's that is like it."""
        ...

    def capture(self, shape: tuple[int, ...], format: PixelFormat) -> DevicePicture:
        """The picture that it is now, whatever the program does with the array afterwards.

        Waits for the device: for what the program had it do before, and for the copy, if it takes one. Floats from 0
        to 1 are rounded, as those of the host are.

        Args:
            shape: Shape of the picture's pixels; the values are in the same order.
            format: What they are.

        Raises:
            FrameError: The device failed.
        """
        ...


class CopiedOnce(ABC):
    """Base of `DevicePicture`: a copy in the host's memory is made once for all who ask.

    Args:
        shape: Shape of the pixels.
        format: What they are.
        converts: Whether the device converts interleaved pictures to planar ones.
    """

    def __init__(self, shape: tuple[int, ...], format: PixelFormat, *, converts: bool) -> None:
        self.shape = shape
        self.format = format
        self.formats = PLANAR_FORMATS if converts and not format.is_planar else frozenset()
        self._begun: dict[PixelFormat, Callable[[], Pixels]] = {}
        self._lock = threading.Lock()
        # What was read of it, and what is expected to be.
        self._asked: set[PixelFormat] = set()
        self._expected: set[PixelFormat] = set()
        self._was_used = False

    @property
    @abstractmethod
    def memory(self) -> Memory:
        """See `DevicePicture.memory`."""

    @abstractmethod
    def is_same_as(self, other: DevicePicture) -> bool:
        """See `DevicePicture.is_same_as`."""

    @abstractmethod
    def _begin(self, format: PixelFormat) -> Callable[[], Pixels]:
        """Begin to copy; return what waits for it and may be called from any thread, by several, and again."""

    def follow(self, before: DevicePicture, *, prefetch: bool) -> None:
        """See `DevicePicture.follow`. Pictures that nobody looked at pass on what was expected of them."""
        assert isinstance(before, CopiedOnce)
        asked = before._asked if before._was_used else before._expected
        self._expected = {format for format in asked if format is self.format or format in self.formats}
        if prefetch:
            for format in self._expected:
                self._begin_once(format)

    def read(self, format: PixelFormat) -> Pixels:
        """See `DevicePicture.read`."""
        self._use(format)
        return self._begin_once(format)()

    def _use(self, *formats: PixelFormat) -> None:
        """Somebody looks at the picture, and reads it in these formats."""
        with self._lock:
            self._was_used = True
            # Another set, for `follow` may be at this one.
            self._asked = {*self._asked, *formats}

    def _begin_once(self, format: PixelFormat) -> Callable[[], Pixels]:
        with self._lock:
            if (copy := self._begun.get(format)) is None:
                copy = self._begun[format] = self._begin(format)
        return copy
