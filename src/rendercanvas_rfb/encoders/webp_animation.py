"""Animated WebP, written picture by picture, so that what is there can be played at any moment.

The format: https://developers.google.com/speed/webp/docs/riff_container. Pillow makes the still images that it is put
together from; its own writer, like libwebp's, puts nothing into the file before the last picture.
"""

from __future__ import annotations

import struct
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, features

from ..errors import RecordingError
from ..frames import ColorSpace, Pixels
from .base import EncoderSettings
from .icc import DISPLAY_P3_PROFILE

__all__ = ["WebpWriter"]

SHARP_IMAGE_QUALITY = 90
"""From this image quality on, WebP is lossless: for plots that is smaller than its lossy mode, which halves the colour
resolution."""

MAX_DURATION_MS = 2**24 - 1
"""What fits into the duration of a picture: 4 h 39 min."""

_RIFF_HEADER_BYTES = 12
_CHUNK_HEADER_BYTES = 8
_ANIMATED, _HAS_PROFILE = 0x02, 0x20
"""Flags of a VP8X chunk."""
_NO_BLENDING = 0x02
"""Flag of an ANMF chunk: its picture takes the place of what was there."""
_DURATION_AT = 12
"""Where an ANMF chunk has its duration, in its payload."""


class WebpWriter:
    """A `PictureWriter` of animated WebP. Each picture has that part of it that differs from the one before.

    Args:
        path: Where to.
        settings: Quality.

    Raises:
        RecordingError: Pillow lacks WebP.
        OSError: The file cannot be written.
    """

    time_base = Fraction(1, 1000)
    step = 1
    is_video = False

    def __init__(self, path: Path, settings: EncoderSettings) -> None:
        if not features.check("webp"):
            raise RecordingError(".webp needs Pillow built with WebP; its wheels have it: pip install pillow")
        self._lossless = settings.lossless or settings.image_quality >= SHARP_IMAGE_QUALITY
        self._quality = settings.image_quality
        self._file = path.open("wb")
        self._last: Pixels | None = None
        self._shown_at = 0
        self._duration_at = 0

    def start(self, width: int, height: int, color: ColorSpace) -> None:
        """See `PictureWriter.start`."""
        is_wide = color is ColorSpace.DISPLAY_P3
        canvas = struct.pack("<I", _ANIMATED | _HAS_PROFILE * is_wide) + _u24(width - 1) + _u24(height - 1)
        profile = _chunk(b"ICCP", DISPLAY_P3_PROFILE) if is_wide else b""
        # Over a white background, again and again.
        animation = _chunk(b"ANIM", struct.pack("<IH", 0xFFFFFFFF, 0))
        self._file.write(b"RIFF\0\0\0\0WEBP" + _chunk(b"VP8X", canvas) + profile + animation)

    def write(self, rgb: Pixels, tick: int) -> None:
        """See `PictureWriter.write`."""
        left, top, right, bottom = _difference(rgb, self._last)
        image = self._encode(rgb[top:bottom, left:right])
        self._end_last(tick)
        begin = self._file.tell()
        place = _u24(left // 2) + _u24(top // 2) + _u24(right - left - 1) + _u24(bottom - top - 1)
        self._file.write(_chunk(b"ANMF", place + _u24(self.step) + bytes([_NO_BLENDING]) + image))
        self._duration_at = begin + _CHUNK_HEADER_BYTES + _DURATION_AT
        self._last, self._shown_at = rgb.copy(), tick
        self._finish_header()

    def repeat(self, tick: int) -> None:
        """See `PictureWriter.repeat`."""
        self._end_last(tick)
        self._file.flush()

    def close(self) -> None:
        """See `PictureWriter.close`."""
        self._file.close()

    def _encode(self, rgb: Pixels) -> bytes:
        """The chunk of a still image."""
        file = BytesIO()
        image = Image.fromarray(np.ascontiguousarray(rgb))
        if self._lossless:
            image.save(file, "WEBP", lossless=True, quality=0, method=0)
        else:
            image.save(file, "WEBP", quality=self._quality, method=0)
        return file.getvalue()[_RIFF_HEADER_BYTES:]

    def _end_last(self, tick: int) -> None:
        """Write how long the last picture is shown, now that it is known."""
        if self._last is not None:
            self._overwrite(self._duration_at, _u24(min(tick - self._shown_at, MAX_DURATION_MS)))

    def _finish_header(self) -> None:
        """Make what is written a whole file."""
        self._overwrite(4, struct.pack("<I", self._file.tell() - _CHUNK_HEADER_BYTES))
        self._file.flush()

    def _overwrite(self, offset: int, data: bytes) -> None:
        end = self._file.tell()
        self._file.seek(offset)
        self._file.write(data)
        self._file.seek(end)


def _difference(rgb: Pixels, last: Pixels | None) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is another one, at even coordinates as the format has them.

    One pixel where nothing is.
    """
    height, width = rgb.shape[:2]
    if last is None:
        return 0, 0, width, height
    changed = (rgb != last).any(axis=2)
    columns, rows = np.flatnonzero(changed.any(axis=0)), np.flatnonzero(changed.any(axis=1))
    if not columns.size:
        return 0, 0, 1, 1
    return int(columns[0]) // 2 * 2, int(rows[0]) // 2 * 2, int(columns[-1]) + 1, int(rows[-1]) + 1


def _chunk(name: bytes, payload: bytes) -> bytes:
    # Chunks begin at even offsets.
    return name + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) % 2)


def _u24(value: int) -> bytes:
    return value.to_bytes(3, "little")
