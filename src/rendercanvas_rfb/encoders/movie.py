"""Pictures into a file, as they come: MP4 and WebM video, animated WebP and GIF."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from os import PathLike, fspath
from pathlib import Path
from typing import Protocol

import av
import numpy as np
from PIL import Image

from ..errors import ConfigurationError, RecordingError
from ..frames import ColorSpace, Pixels
from .base import EncoderSettings
from .container import ContainerWriter, gif, mp4, webm
from .webp_animation import WebpWriter

__all__ = ["SUFFIXES", "MovieFile", "PictureWriter", "check_suffix"]


class PictureWriter(Protocol):
    """Writes a file of one kind, for a `MovieFile`."""

    @property
    def time_base(self) -> Fraction:
        """Seconds of one tick; the finest that the kind of file and players are at ease with."""
        ...

    @property
    def step(self) -> int:
        """Ticks between two pictures, at least."""
        ...

    @property
    def is_video(self) -> bool:
        """Whether a picture that is repeated costs next to nothing."""
        ...

    def start(self, width: int, height: int, color: ColorSpace) -> None:
        """Pictures are going to have this size, and these colours."""
        ...

    def write(self, rgb: Pixels, tick: int) -> None:
        """Show a picture from ``tick`` on: uint8, (height, width, 3). Ticks increase by `step` at least, from 0 on."""
        ...

    def repeat(self, tick: int) -> None:
        """Show the last picture until ``tick`` at least."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


_WRITERS: dict[str, Callable[[EncoderSettings], Callable[[Path], PictureWriter]]] = {
    ".mp4": lambda settings: partial(ContainerWriter, kind=mp4(settings)),
    ".webm": lambda settings: partial(ContainerWriter, kind=webm(settings)),
    ".webp": lambda settings: partial(WebpWriter, settings=settings),
    ".gif": lambda settings: partial(ContainerWriter, kind=gif(settings)),
}

SUFFIXES = tuple(_WRITERS)
"""What the name of a file may end in; that decides what it becomes."""


def check_suffix(path: str | PathLike[str]) -> str:
    """The suffix of ``path``, in lower case.

    Raises:
        ConfigurationError: It is none of `SUFFIXES`.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _WRITERS:
        raise ConfigurationError(f"a recording must be named *{', *'.join(SUFFIXES)}, not {fspath(path)!r}")
    return suffix


class MovieFile:
    """A file that pictures are written to, each with its time. The first one decides the size.

    Where the process is killed, MP4 and WebM can be played up to the last half second, and animated WebP and GIF up to
    the last picture. Lossy video is 4:2:0 in limited range, which every player has; lossless video is RGB, which VLC,
    mpv and Chromium play, and some others do not.

    Belongs to one thread at a time.

    Args:
        path: Where to; a file that is there already is replaced.
        settings: Quality.

    Raises:
        ConfigurationError: The suffix is none of `SUFFIXES`, or that kind of file cannot be lossless.
        RecordingError: The file cannot be written, or PyAV lacks an encoder.
    """

    def __init__(self, path: str | PathLike[str], settings: EncoderSettings) -> None:
        self._path = Path(path)
        open_writer = _WRITERS[check_suffix(path)](settings)
        self._size: tuple[int, int] | None = None
        self._tick: int | None = None
        self._origin_us = 0
        self._closed = False
        try:
            # PyAV opens it with the first picture only.
            self._path.open("wb").close()
            self._writer = open_writer(self._path)
        except OSError as error:
            raise RecordingError(f"cannot write {fspath(path)!r}: {error.strerror or error}") from error

    @property
    def is_video(self) -> bool:
        """Whether a picture that is repeated costs next to nothing."""
        return self._writer.is_video

    def add(self, rgb: Pixels, timestamp_us: int, color: ColorSpace = ColorSpace.SRGB) -> None:
        """Write a picture.

        Args:
            rgb: uint8 array of shape (height, width, 3). One of another size than the first is scaled to fit into
                that, with black bars.
            timestamp_us: When it is shown, microseconds from anywhere. One that is not later than the one before is
                shown as soon after it as the file allows.
            color: Which colours the values stand for; that of the first picture holds for the file.

        Raises:
            RecordingError: The encoder or the file failed. The file must be closed.
        """
        try:
            if self._size is None:
                self._start(rgb, timestamp_us, color)
            assert self._size is not None
            self._writer.write(_fit(rgb, self._size), self._next_tick(timestamp_us))
        except (av.FFmpegError, OSError, ValueError) as error:
            raise RecordingError(f"cannot write {str(self._path)!r}: {error}") from error

    def repeat(self, timestamp_us: int) -> None:
        """Show the last picture until ``timestamp_us`` at least. Does nothing before the first.

        Raises:
            RecordingError: As for `add`.
        """
        try:
            if self._size is not None:
                self._writer.repeat(self._next_tick(timestamp_us))
        except (av.FFmpegError, OSError, ValueError) as error:
            raise RecordingError(f"cannot write {str(self._path)!r}: {error}") from error

    def close(self) -> None:
        """Finish the file; without a picture there is none. May be called more than once.

        Raises:
            RecordingError: What was left could not be written.
        """
        if self._closed:
            return
        self._closed = True
        try:
            self._writer.close()
        except (av.FFmpegError, OSError, ValueError) as error:
            raise RecordingError(f"cannot write {str(self._path)!r}: {error}") from error
        if self._size is None:
            self._path.unlink(missing_ok=True)

    def _start(self, rgb: Pixels, timestamp_us: int, color: ColorSpace) -> None:
        height, width = rgb.shape[:2]
        self._writer.start(width, height, color)
        self._size, self._origin_us = (width, height), timestamp_us

    def _next_tick(self, timestamp_us: int) -> int:
        wanted = round(Fraction(timestamp_us - self._origin_us, 1_000_000) / self._writer.time_base)
        self._tick = 0 if self._tick is None else max(wanted, self._tick + self._writer.step)
        return self._tick


def _fit(rgb: Pixels, size: tuple[int, int]) -> Pixels:
    """Scale to fit into ``size`` (width, height), with black bars."""
    height, width = rgb.shape[:2]
    if (width, height) == size:
        return rgb
    scale = min(size[0] / width, size[1] / height)
    fitted = min(size[0], max(1, round(width * scale))), min(size[1], max(1, round(height * scale)))
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    left, top = (size[0] - fitted[0]) // 2, (size[1] - fitted[1]) // 2
    scaled = Image.fromarray(rgb).resize(fitted, Image.Resampling.BILINEAR)
    picture[top : top + fitted[1], left : left + fitted[0]] = np.asarray(scaled)
    return picture
