"""When a tier makes a keyframe: requests of all its viewers become one, and not too many of them.

Pure: time is an argument.
"""

from __future__ import annotations

__all__ = ["KeyframeSchedule"]

MIN_INTERVAL_S = 0.25
"""Seconds between two keyframes of a tier, at least. A keyframe of a plot costs three to five deltas; four a second
at most keeps a viewer that asks for one after the other from costing the rest more than a fraction of their
bandwidth."""


class KeyframeSchedule:
    """The keyframe requests of one tier. Times are seconds of any monotonic clock."""

    def __init__(self) -> None:
        self._requested = False
        self._last: float | None = None

    def request(self) -> None:
        """Somebody has no reference picture. Requests until the next keyframe count once."""
        self._requested = True

    def made(self, now: float) -> None:
        """A keyframe was made, requested or not."""
        self._requested = False
        self._last = now

    def due_in(self, now: float) -> float | None:
        """Seconds until the requested keyframe may be made, 0 where it may be now; None where nobody requests one."""
        if not self._requested:
            return None
        return 0.0 if self._last is None else max(0.0, self._last + MIN_INTERVAL_S - now)
