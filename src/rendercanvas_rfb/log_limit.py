"""Lines of the log that anybody who reaches the port can cause: as many as one reads, and the number of the rest."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable

__all__ = ["LINES", "PERIOD_S", "LogLimit"]

PERIOD_S = 60.0
"""Seconds for which lines are counted: whoever follows the log learns within a minute how many there were."""

LINES = 10
"""Lines of one kind in a period: enough to see who sends what. At 200 bytes it takes a flood a day to fill 3 MB."""


class LogLimit:
    """Allows `LINES` lines of one kind in `PERIOD_S`, and writes one that says how many were left out.

    That one comes at the end of the period from the running asyncio loop; where there is none, or it ends before, with
    the next line of the kind. May be used from any thread.

    Args:
        logger: Writes the lines.
        level: Theirs.
        what: What they are about, in the plural.
        clock: The time, in seconds of a monotonic clock.
    """

    def __init__(
        self, logger: logging.Logger, level: int, what: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._logger = logger
        self._level = level
        self._what = what
        self._clock = clock
        self._lock = threading.Lock()
        self._ends_at = clock()
        self._lines = 0

    def allows(self) -> bool:
        """Whether the caller is to write a line; else it is counted as left out."""
        if not self._logger.isEnabledFor(self._level):
            return False
        now = self._clock()
        if now >= self._ends_at:
            self._sum_up(self._ends_at)
        with self._lock:
            if not self._lines:
                self._ends_at = now + PERIOD_S
            self._lines += 1
            lines, ends_at = self._lines, self._ends_at
        if lines == LINES + 1:
            _call_later(ends_at - now, lambda: self._sum_up(ends_at))
        return lines <= LINES

    def _sum_up(self, ends_at: float) -> None:
        """End the period that ends then, unless that was done."""
        with self._lock:
            if self._ends_at != ends_at:
                return
            left_out, self._lines = self._lines - LINES, 0
        if left_out > 0:
            self._logger.log(self._level, "%d more lines in %g s were left out: %s", left_out, PERIOD_S, self._what)


def _call_later(seconds: float, function: Callable[[], None]) -> None:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return
    loop.call_later(seconds, function)
