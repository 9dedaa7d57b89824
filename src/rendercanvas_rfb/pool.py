"""Memory for frames that is used again, so that publishing allocates nothing."""

from __future__ import annotations

import math
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from .frames import Pixels

__all__ = ["BufferPool", "lease"]

MAX_FREE_BUFFERS = 4
"""Buffers that are kept while nobody uses them. In use at the same time are the latest frame, the next one, and one for
each encoder that is still at an older one: rarely more than five."""


def lease(array: Pixels, ended: Callable[[], Any]) -> Pixels:
    """An array over the same memory that tells when nothing refers to it any more, nor to a view of it.

    Args:
        array: uint8, of any strides; kept alive meanwhile.
        ended: Called then, on whichever thread let it go, and perhaps in the middle of anything: it must take no lock.
    """
    # numpy gives a view the base of its base, as long as that is an array: a memoryview ends the chain, so that views
    # keep this array alive rather than the one behind it.
    leased = np.asarray(array.data)
    weakref.finalize(leased, ended).atexit = False
    return leased


class BufferPool:
    """Buffers of one size, whichever was asked for last. `take` may be called from one thread at a time.

    Attributes:
        allocated: How many buffers were made so far.
    """

    def __init__(self) -> None:
        self.allocated = 0
        self._size = 0
        self._free: deque[Pixels] = deque(maxlen=MAX_FREE_BUFFERS)

    def take(self, shape: tuple[int, ...]) -> Pixels:
        """A C-contiguous uint8 array with undefined values.

        It goes back to the pool by itself, once nothing refers to it or to a view of it.
        """
        size = math.prod(shape)
        if size != self._size:
            self._size = size
            self._free.clear()
        try:
            buffer = self._free.pop()
        except IndexError:
            buffer = np.empty(size, np.uint8)
            self.allocated += 1
        return lease(buffer, lambda: self._give_back(buffer)).reshape(shape)

    def _give_back(self, buffer: Pixels) -> None:
        # Appending to a deque is atomic, and drops the oldest one where it is full.
        if buffer.size == self._size:
            self._free.append(buffer)
