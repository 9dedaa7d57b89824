"""Memory that was freed, back to the operating system: what glibc has to be asked for."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

__all__ = ["give_back", "limit_arenas"]

MAX_ARENAS = 4
"""Parts of memory that the threads of a process share. By default glibc makes eight for each CPU, and each keeps for
itself what was freed at its end: up to twice the largest block that was ever freed. Threads of encoders come and go, so
that soon all of them have had one. With four, a streamed frame costs what it costs with sixteen; with two, where
encoder, converter and server wait for each other, it takes a third more of the processor."""

_M_ARENA_MAX = -8
"""Of malloc.h in glibc."""


def give_back() -> None:
    """Have the C library give freed memory back, where it has to be asked.

    An encoder has tens of megabytes, in the arena of the thread that opened it. glibc keeps what is freed there for
    later threads, but each has another arena, so that a server whose viewers come and go would grow for hours.
    Takes about a millisecond, without the interpreter's lock.
    """
    if (trim := _of_glibc("malloc_trim")) is not None:
        trim(0)


def limit_arenas() -> None:
    """Have the threads of this process share `MAX_ARENAS` arenas, unless its environment says how many they shall be.

    For programs of our own, when they start: it is for the process to decide, not for a library in it.
    """
    is_chosen = "MALLOC_ARENA_MAX" in os.environ or "arena_max" in os.environ.get("GLIBC_TUNABLES", "")
    if not is_chosen and (mallopt := _of_glibc("mallopt")) is not None:
        mallopt(_M_ARENA_MAX, MAX_ARENAS)


@cache
def _of_glibc(function: str) -> Callable[..., Any] | None:
    """One of its functions; None where the C library is another one and lacks it."""
    found: Callable[..., Any] | None = None
    if sys.platform == "linux":
        found = getattr(ctypes.CDLL(None), function, None)
    return found
