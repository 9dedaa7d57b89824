"""What a picture is, before it is encoded. Imports numpy only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import FrameError

__all__ = ["MAX_DIMENSION", "Frame", "PixelFormat", "Pixels", "check_pixels", "same_pixels"]

Pixels = NDArray[np.uint8]

MAX_DIMENSION = 16384
"""Pixels per side, at most. The JPEG, WebP and H.264 level 6.2 limits are 65535, 16383 and 16888 for a square; 16384
is also the largest 2D texture that desktop GPUs commonly offer."""


class PixelFormat(Enum):
    """Order of the four 8-bit channels in memory. The fourth one is ignored: pictures are opaque."""

    RGBA = "rgba"
    BGRA = "bgra"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture.

    Attributes:
        pixels: uint8 array of shape (height, width, 4), C-contiguous, sRGB-encoded values. Whoever makes the frame
            gives the
            array away: from then on nobody writes to it, and encoders may read it from any thread.
        format: Order of the channels.
        pixel_ratio: Physical over logical pixels, > 0.
        version: Number of the picture within its display, modulo 2**32. Equal versions are equal pictures.
        timestamp_us: When it was drawn, microseconds of the monotonic clock.
    """

    pixels: Pixels
    format: PixelFormat
    pixel_ratio: float
    version: int
    timestamp_us: int

    @property
    def width(self) -> int:
        """Width in physical pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in physical pixels."""
        return int(self.pixels.shape[0])


def check_pixels(pixels: Any) -> Pixels:
    """Return ``pixels`` as a C-contiguous uint8 array of shape (height, width, 4); a copy only where it is strided.

    Raises:
        FrameError: It is no array, or has another dtype or shape, or a side of 0 or more than `MAX_DIMENSION` pixels.
    """
    if not isinstance(pixels, np.ndarray):
        raise FrameError(f"a frame must be a numpy array, not {type(pixels).__name__}")
    if pixels.dtype != np.uint8:
        raise FrameError(f"a frame must have dtype uint8, not {pixels.dtype}")
    if pixels.ndim != 3 or pixels.shape[2] != 4:
        raise FrameError(f"a frame must have shape (height, width, 4), not {pixels.shape}")
    height, width = pixels.shape[:2]
    if not (0 < height <= MAX_DIMENSION and 0 < width <= MAX_DIMENSION):
        raise FrameError(f"a frame must have 1 to {MAX_DIMENSION} pixels per side, not {width}x{height}")
    return np.ascontiguousarray(pixels)


def same_pixels(a: Frame, b: Frame) -> bool:
    """Whether two frames show exactly the same picture. Compares eight bytes at a time where the memory allows."""
    if a.format is not b.format or a.pixel_ratio != b.pixel_ratio or a.pixels.shape != b.pixels.shape:
        return False
    if a.pixels is b.pixels:
        return True
    left, right = a.pixels.reshape(-1), b.pixels.reshape(-1)
    words = left.size - left.size % 8
    return bool(
        np.array_equal(left[:words].view(np.uint64), right[:words].view(np.uint64))
        and np.array_equal(left[words:], right[words:])
    )
