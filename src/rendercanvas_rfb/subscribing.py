"""What encode threads have on both sides: where frames come from, who is offered chunks, and how those are numbered."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from .frames import Frame
from .protocol.chunk import SERIAL_MODULUS, Chunk

__all__ = ["ChunkNumbers", "FrameSource", "LoopPost", "Post", "Subscriber"]

Post = Callable[[Callable[[], None]], None]
"""Runs a function on a viewer's I/O thread, soon. Callable from any thread."""


class FrameSource(Protocol):
    """Where the pipeline gets its frames from."""

    @property
    def latest(self) -> Frame | None:
        """The newest frame; None before the first."""
        ...

    def demand_changed(self) -> None:
        """A frame may be wanted now that was not before. Called from any thread."""
        ...


class Subscriber(Protocol):
    """A viewer, to the pipeline. ``offer`` and ``tiers_changed`` are called on its I/O thread."""

    @property
    def post(self) -> Post:
        """Runs a function on the subscriber's I/O thread, soon.

        Callable from any thread; equal for those of one thread.
        """
        ...

    def offer(self, chunk: Chunk) -> None:
        """Take the chunk or leave it, then call `Pipeline.ready` if there is room for another."""
        ...

    def tiers_changed(self) -> None:
        """`Pipeline.tiers` has changed. Subscribers of a tier that is gone must choose another one."""
        ...


class ChunkNumbers:
    """Numbers the chunks and the streams of one display. Methods may be called from any thread.

    Attributes:
        in_order: To be held from taking a chunk's number until it is posted, so that a viewer is offered what several
            threads make in the order of the numbers. It is taken before the locks of workers.
    """

    def __init__(self) -> None:
        self.in_order = threading.Lock()
        self._sequences = itertools.count(1)
        self._streams = itertools.count(1)

    def next_sequence(self) -> int:
        """The next chunk's number."""
        return next(self._sequences) % SERIAL_MODULUS

    def next_stream(self) -> int:
        """The next stream's number."""
        return next(self._streams) % SERIAL_MODULUS


@dataclass(frozen=True, slots=True)
class LoopPost:
    """Runs functions on a loop, from any thread.

    Equal for the sessions of one loop, so that they can be served together.
    """

    loop: asyncio.AbstractEventLoop

    def __call__(self, function: Callable[[], None]) -> None:
        """See `Post`."""
        # A loop that is closed has no viewers any more.
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(function)
