"""What a picture is, before it is encoded. Imports numpy only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .errors import FrameError

__all__ = [
    "MAX_DIMENSION",
    "ColorSpace",
    "DevicePicture",
    "ExactSource",
    "Frame",
    "Memory",
    "PixelFormat",
    "Pixels",
    "Region",
    "check_pixels",
    "same_bytes",
    "same_pixels",
    "size_of",
]

Pixels = NDArray[np.uint8]

MAX_DIMENSION = 16384
"""Pixels per side, at most. The JPEG, WebP and H.264 level 6.2 limits are 65535, 16383 and 16888 for a square; 16384
is also the largest 2D texture that desktop GPUs commonly offer."""


class PixelFormat(Enum):
    """How 8-bit samples lie in memory, for a picture of H rows and W columns.

    Interleaved ones have the shape (H, W, channels). A fourth channel is ignored: pictures are opaque. Planar ones are
    Y'CbCr by the matrix of BT.709 in full range, 0 to 255, as the encoders make it; their planes lie one after the
    other in an array of W columns. Those with subsampled chroma have an even H and an even W; a chroma sample is the
    mean of its four pixels.
    """

    RGBA = "rgba"
    BGRA = "bgra"
    RGB = "rgb"
    BGR = "bgr"
    GRAY = "gray"
    """Shape (H, W, 1)."""
    NV12 = "nv12"
    """Shape (H * 3/2, W): Y', then rows of Cb and Cr by turns."""
    I420 = "i420"
    """Shape (H * 3/2, W): Y', then H/2 rows of W/2 Cb, then as many Cr; two rows of them in each row of the array."""
    I444 = "i444"
    """Shape (3 * H, W): Y', Cb, Cr."""

    @property
    def channels(self) -> int:
        """Samples of one pixel, where they are interleaved; 0 for the planar formats."""
        return _CHANNELS.get(self, 0)

    @property
    def is_planar(self) -> bool:
        """Whether the samples are Y'CbCr in planes."""
        return self not in _CHANNELS


_CHANNELS = {PixelFormat.RGBA: 4, PixelFormat.BGRA: 4, PixelFormat.RGB: 3, PixelFormat.BGR: 3, PixelFormat.GRAY: 1}


class ColorSpace(Enum):
    """Which colours the values stand for; encoded by the transfer function of sRGB (IEC 61966-2-1) in both.

    The values are the names of CSS Color 4.
    """

    SRGB = "srgb"
    DISPLAY_P3 = "display-p3"


class Memory(Enum):
    """Where the samples of a picture lie."""

    HOST = "host"
    CUDA = "cuda"
    """Memory of an NVIDIA GPU."""
    METAL = "metal"
    """Memory that an Apple GPU shares with the host."""


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of pixels: columns from ``left`` to before ``right``, rows from ``top`` to before ``bottom``."""

    left: int
    top: int
    right: int
    bottom: int


class DevicePicture(Protocol):
    """A picture in the memory of a device, which nobody writes to any more. Methods may be called from any thread."""

    @property
    def memory(self) -> Memory:
        """Where it lies."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of its pixels, as `PixelFormat` says."""
        ...

    @property
    def formats(self) -> frozenset[PixelFormat]:
        """What the device can convert it to, beside the format that it has."""
        ...

    def read(self, format: PixelFormat) -> Pixels:
        """A copy in the host's memory, read-only, in its own format or in one of `formats`; may wait for the device.

        Made once for all who ask. Planes have even sides, see `Frame.size`.

        Raises:
            DeviceError: The device failed.
        """
        ...

    def follow(self, before: DevicePicture, *, prefetch: bool) -> None:
        """Expect to be read as the picture before it was.

        Args:
            before: Of the same class.
            prefetch: Whether to begin that now, without waiting, so that it is done when somebody asks.
        """
        ...

    def is_same_as(self, other: DevicePicture) -> bool:
        """Whether both have the same values, and lie on the same device; waits for it.

        Args:
            other: Of the same class and shape.
        """
        ...


ExactSource = Callable[[], "tuple[Pixels, PixelFormat] | None"]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture.

    Attributes:
        content: C-contiguous uint8 array, of the shape that `PixelFormat` says, or a picture that lies elsewhere.
            Nobody writes to it as long as anything refers to it or to a part of it, and encoders may read it from any
            thread. So keep it no longer than you need it.
        format: What it holds.
        pixel_ratio: Physical over logical pixels, > 0.
        version: Number of the picture within its display, modulo 2**32. Equal versions are equal pictures.
        timestamp_us: When it was drawn, microseconds of the monotonic clock.
        color: Which colours the values stand for.
        size: Width and height in pixels, where the array has more: planes made of a picture with odd sides have even
            ones, and repeat its last column and row. None where the array has as many.
        others: The same picture in further formats, under the same conditions as ``content``.
        exact_source: Gets the R'G'B' that planes were made of; may wait for it. None where they were not made of any,
            or ``content`` holds it. It returns None where it is too late for that: there is a later picture.
        changed: What is different from the picture before; None where that is not known.
    """

    content: Pixels | DevicePicture
    format: PixelFormat
    pixel_ratio: float
    version: int
    timestamp_us: int
    color: ColorSpace = ColorSpace.SRGB
    size: tuple[int, int] | None = None
    others: Mapping[PixelFormat, Pixels] = field(default_factory=dict)
    exact_source: ExactSource | None = None
    changed: Region | None = None

    @property
    def pixels(self) -> Pixels:
        """The content as an array in the host's memory; made of it when it is first asked for, which may wait."""
        return self.content if isinstance(self.content, np.ndarray) else self.content.read(self.format)

    @property
    def memory(self) -> Memory:
        """Where the content lies."""
        return Memory.HOST if isinstance(self.content, np.ndarray) else self.content.memory

    @property
    def width(self) -> int:
        """Width in physical pixels."""
        return size_of(self.content.shape, self.format)[0] if self.size is None else self.size[0]

    @property
    def height(self) -> int:
        """Height in physical pixels."""
        return size_of(self.content.shape, self.format)[1] if self.size is None else self.size[1]

    def in_format(self, format: PixelFormat) -> Frame:
        """The frame with its pixels in this format, if it has them; else the frame as it is.

        A picture on a device is converted there, and comes in the host's memory; may wait for the device.
        """
        if format is self.format:
            return self
        if (pixels := self.others.get(format)) is not None:
            return replace(self, content=pixels, format=format)
        if isinstance(self.content, np.ndarray) or format not in self.content.formats:
            return self
        return replace(
            self,
            content=self.content.read(format),
            format=format,
            size=(self.width, self.height),
            exact_source=partial(_read_exact, self.content, self.format),
        )

    def exact(self) -> Frame:
        """The frame with the R'G'B' that was drawn, for whoever shows or keeps it to the bit; may wait for the GPU.

        The frame as it is where it has no other, or where that is gone since there is a later picture.
        """
        if not self.format.is_planar or self.exact_source is None or (exact := self.exact_source()) is None:
            return self
        return replace(self, content=exact[0], format=exact[1], exact_source=None)


def _read_exact(picture: DevicePicture, format: PixelFormat) -> tuple[Pixels, PixelFormat]:
    return picture.read(format), format


def size_of(shape: tuple[int, ...], format: PixelFormat) -> tuple[int, int]:
    """Width and height in pixels of a picture whose array has ``shape``; rounded down where the rows do not fit."""
    rows, width = shape[0], shape[1]
    if format is PixelFormat.I444:
        return width, rows // 3
    if format.is_planar:
        return width, rows * 2 // 3
    return width, rows


def check_pixels(pixels: Any, format: PixelFormat = PixelFormat.RGBA) -> Pixels:
    """Return ``pixels`` as a C-contiguous uint8 array of the format's shape; a copy only where it is strided.

    Raises:
        FrameError: It is no array, has another dtype or shape, or a side of 0 or more than `MAX_DIMENSION` pixels.
    """
    if not isinstance(pixels, np.ndarray):
        raise FrameError(f"a frame must be a numpy array, not {type(pixels).__name__}")
    if pixels.dtype != np.uint8:
        raise FrameError(f"a frame must have dtype uint8, not {pixels.dtype}")
    _check_shape(pixels.shape, format)
    width, height = size_of(pixels.shape, format)
    if not (0 < height <= MAX_DIMENSION and 0 < width <= MAX_DIMENSION):
        raise FrameError(f"a frame must have 1 to {MAX_DIMENSION} pixels per side, not {width}x{height}")
    return np.ascontiguousarray(pixels)


def _check_shape(shape: tuple[int, ...], format: PixelFormat) -> None:
    if format.channels:
        if len(shape) != 3 or shape[2] != format.channels:
            raise FrameError(
                f"a frame in {format.value} must have shape (height, width, {format.channels}), not {shape}"
            )
    elif format is PixelFormat.I444:
        if len(shape) != 2 or shape[0] % 3:
            raise FrameError(f"a frame in i444 must have shape (3 * height, width), not {shape}")
    elif len(shape) != 2 or shape[0] % 3 or shape[1] % 2:
        raise FrameError(
            f"a frame in {format.value} must have shape (height * 3/2, width), both sides even, not {shape}"
        )


def same_pixels(a: Frame, b: Frame) -> bool:
    """Whether two frames are known to show exactly the same picture, in the same memory."""
    return (
        a.format is b.format
        and a.pixel_ratio == b.pixel_ratio
        and a.color is b.color
        and _same_content(a.content, b.content)
    )


def _same_content(a: Pixels | DevicePicture, b: Pixels | DevicePicture) -> bool:
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and same_bytes(a, b)
    return type(a) is type(b) and a.shape == b.shape and a.is_same_as(b)


_BLOCK_BYTES = 256 * 1024
"""Compared at once: what differs is mostly found in one of the first blocks, and a block stays in the cache."""


def same_bytes(a: Pixels, b: Pixels) -> bool:
    """Whether two C-contiguous arrays are equal in shape and values.

    Compares eight bytes at a time, and stops in the first 256 KiB that differ.
    """
    if a.shape != b.shape:
        return False
    if a is b:
        return True
    left, right = a.reshape(-1), b.reshape(-1)
    words = left.size - left.size % 8
    left_words, right_words = left[:words].view(np.uint64), right[:words].view(np.uint64)
    step = _BLOCK_BYTES // 8
    return np.array_equal(left[words:], right[words:]) and all(
        np.array_equal(left_words[begin : begin + step], right_words[begin : begin + step])
        for begin in range(0, words // 8, step)
    )
