"""``rendercanvas-rfb record``: record a display of any server, as one of its viewers."""

from __future__ import annotations

import argparse
import asyncio
import math
import time
from contextlib import suppress
from typing import Any

from ..client import Client, connect
from ..encoders.base import EncoderSettings
from ..encoders.movie import SUFFIXES, MovieFile, check_suffix
from ..errors import ConnectionClosed, ProtocolError, RecordingError
from ..options import QUALITIES

__all__ = ["add_parser", "main"]


def add_parser(commands: Any) -> None:
    """Add this command."""
    parser = commands.add_parser(
        "record",
        help="record a display to a file",
        description="Watch a display, and write what it shows to a file, each picture at its own time.",
        epilog="It ends with --duration, with Ctrl-C, or when the display is closed. display.record() in the program"
        " itself does the same without the detour.",
    )
    parser.add_argument("url", metavar="URL", help="address of the display's page, with the token where it has one")
    parser.add_argument("path", metavar="FILE", help=f"where to; the suffix is one of {', '.join(SUFFIXES)}")
    parser.add_argument("--duration", type=_seconds, metavar="S", help="end after so many seconds (default: never)")
    parser.add_argument(
        "--quality", choices=list(QUALITIES), default="sharp", help="quality of the file (default: %(default)s)"
    )
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Record until the end."""
    check_suffix(arguments.path)
    recorder = _Recorder(arguments.path, QUALITIES[arguments.quality].settings)
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(recorder.run(arguments.url, arguments.duration))
    except OSError as error:
        raise RecordingError(f"cannot watch {arguments.url}: {error.strerror or error}") from error
    if not recorder.frames:
        raise RecordingError(f"{arguments.url} has shown nothing, so there is no {arguments.path}")
    print(f"{arguments.path}: {recorder.frames} pictures, {recorder.seconds:.1f} s")
    return 0


class _Recorder:
    def __init__(self, path: str, settings: EncoderSettings) -> None:
        self.frames = 0
        self.seconds = 0.0
        self._path = path
        self._settings = settings

    async def run(self, url: str, duration: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(duration), connect(url) as client:
                # Only now, because it replaces a file that is there.
                movie = MovieFile(self._path, self._settings)
                try:
                    await self._watch(client, movie)
                finally:
                    movie.close()

    async def _watch(self, client: Client, movie: MovieFile) -> None:
        first_us = last_us = 0
        last_at = time.monotonic()
        try:
            while True:
                try:
                    picture = await client.next_picture(acknowledge=False)
                except ProtocolError:
                    continue  # It has asked for a keyframe.
                last_us, last_at = picture.header.timestamp_us, time.monotonic()
                first_us = first_us if self.frames else last_us
                movie.add(picture.pixels, last_us)
                self.frames += 1
                # Only now, so that a slow disk or encoder makes the server leave pictures out.
                await client.acknowledge(picture.header.sequence)
        except ConnectionClosed:
            if not self.frames:
                raise
        finally:
            last_us += int((time.monotonic() - last_at) * 1e6)
            movie.repeat(last_us)
            self.seconds = (last_us - first_us) / 1e6


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 < (seconds := float(text)) < math.inf:
            return seconds
    raise argparse.ArgumentTypeError(f"must be a positive number of seconds, not {text!r}")
