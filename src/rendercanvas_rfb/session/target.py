"""The size that a picture should have for whoever looks at it: not too often another one, and not too large. Pure.

Time is an argument, in seconds of any monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..protocol.messages import View

__all__ = ["Target", "TargetSize", "clamp"]

QUIET_S = 0.1
"""Seconds without a change after which a size counts: a window that is dragged changes with each frame, and each size
costs the program new buffers and the viewers a keyframe."""

MAX_WAIT_S = 0.5
"""Seconds after which it counts even where the changes go on, so that a long drag is followed."""


@dataclass(frozen=True, slots=True)
class Target:
    """A size in physical pixels, and physical over logical ones."""

    width: int
    height: int
    pixel_ratio: float


def clamp(view: View, max_size: tuple[int, int]) -> Target:
    """The largest size of the shape of ``view`` that fits it and ``max_size`` (width, height in physical pixels).

    A size that is scaled down keeps its logical size: the pixel ratio is scaled with it.
    """
    width, height = max(view.physical_width, 1), max(view.physical_height, 1)
    scale = min(1.0, max_size[0] / width, max_size[1] / height)
    # Rounded down, since half a pixel more would not fit.
    return Target(max(int(width * scale), 1), max(int(height * scale), 1), view.pixel_ratio * scale)


class TargetSize:
    """Follows the view of the viewer that sizes the picture.

    Args:
        max_size: Width and height in physical pixels, at most.
    """

    def __init__(self, max_size: tuple[int, int]) -> None:
        self._max_size = max_size
        self._pending: Target | None = None
        self._changed = 0.0
        self._waiting_since = 0.0
        self.current: Target | None = None
        """The size that counts; None until there was a viewer that could have one."""

    def offer(self, view: View | None, now: float) -> None:
        """The view is this one now. None, for nobody who sizes the picture, leaves the size as it is."""
        target = self.current if view is None else clamp(view, self._max_size)
        if target == (self._pending or self.current):
            return
        if self._pending is None:
            self._waiting_since = now
        self._changed = now
        self._pending = None if target == self.current else target

    def take(self, now: float) -> Target | None:
        """The size that has begun to count since the last call; None where there is none."""
        if self._pending is None or now < self._due:
            return None
        self.current, self._pending = self._pending, None
        return self.current

    def due_in(self, now: float) -> float | None:
        """Seconds until `take` has something new; None where nothing waits."""
        return None if self._pending is None else max(0.0, self._due - now)

    @property
    def _due(self) -> float:
        if self.current is None:
            return self._changed  # There is nothing to keep steady yet.
        return min(self._changed + QUIET_S, self._waiting_since + MAX_WAIT_S)
