"""Whether something that was begun takes too long. Pure: time is an argument, in seconds of any monotonic clock."""

from __future__ import annotations

__all__ = ["WATCHDOG_S", "Watchdog"]

WATCHDOG_S = 5.0
"""Seconds without output after which an encoder is given up. The longest that one takes on purpose is to load a CUDA
driver and to open a session, two seconds on a busy machine; an 8K keyframe on one core takes one. Viewers look at a
picture that stands still meanwhile, and give up a silent connection after nine."""

LONGEST_LOOK_S = 2.0
"""What counts of the time between two looks, at most. Where the whole process was suspended, it is no fault of an
encoder."""


class Watchdog:
    """Looks at one piece of work after the other, about once a second."""

    def __init__(self) -> None:
        self._begun = 0
        self._busy = False
        self._seen = 0
        self._seen_at = self._seen_s = 0.0

    def begin(self) -> None:
        """Another piece of work is begun."""
        self._begun += 1
        self._busy = True

    def end(self) -> None:
        """It is done."""
        self._busy = False

    def hangs(self, now: float, limit_s: float = WATCHDOG_S) -> bool:
        """Whether one piece of work was seen for ``limit_s`` seconds."""
        if not self._busy or self._seen != self._begun:
            self._seen, self._seen_s = self._begun, 0.0
        else:
            self._seen_s += min(now - self._seen_at, LONGEST_LOOK_S)
        self._seen_at = now
        return self._busy and self._seen_s >= limit_s
