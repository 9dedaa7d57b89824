"""How often a tier makes a picture, at most. Pure: time is an argument."""

from __future__ import annotations

__all__ = ["Pace"]


class Pace:
    """Spaces pictures evenly. Times are seconds of any monotonic clock.

    Pictures that come in time keep to a grid of ``1 / max_fps`` seconds, so that a late one does not delay all that
    follow; after a pause the grid begins anew.

    Args:
        max_fps: Pictures per second, at most; None for no limit.
    """

    def __init__(self, max_fps: float | None) -> None:
        self._interval = 0.0 if max_fps is None else 1.0 / max_fps
        self._due = float("-inf")

    def due_in(self, now: float) -> float:
        """Seconds until the next picture may be made, 0 where it may be now."""
        return max(0.0, self._due - now)

    def made(self, now: float) -> None:
        """A picture was made, due or not."""
        on_grid = self._due <= now < self._due + self._interval
        self._due = (self._due if on_grid else now) + self._interval
