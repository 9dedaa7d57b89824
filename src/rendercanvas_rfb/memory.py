"""Memory that was freed, back to the operating system."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import cache

__all__ = ["give_back"]


def give_back() -> None:
    """Have the C library give freed memory back, where it has to be asked: glibc.

    An encoder has tens of megabytes, in the arena of the thread that opened it. glibc keeps what is freed there for
    later threads, but each has another arena, so that a server whose viewers come and go would grow for hours.
    Takes about a millisecond, without the interpreter's lock.
    """
    if (trim := _malloc_trim()) is not None:
        trim(0)


@cache
def _malloc_trim() -> Callable[[int], int] | None:
    """The function of glibc; None where the C library is another one."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
