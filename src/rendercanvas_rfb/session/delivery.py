"""How fast a link delivers, from what is acknowledged. Pure: time is an argument."""

from __future__ import annotations

from collections import deque

__all__ = ["Delivery"]

SPAN_S = 0.5
"""Seconds over which the rate is taken: some fifteen pictures."""

MIN_SPAN_S = 0.1
"""Seconds of acknowledgements that a rate needs: pictures come in lumps."""


class Delivery:
    """Bits per second that reach one viewer. Times are seconds of any monotonic clock.

    A sample tells what the link can carry only while it is busy: a source that has nothing to send makes any link look
    slow, which is why BBR (Cardwell et al., 2016) leaves out the samples that the application limited. The link is
    busy while what is acknowledged has waited behind something else.
    """

    def __init__(self) -> None:
        self._total = 0
        # When so many bytes in all had been acknowledged.
        self._all: deque[tuple[float, int]] = deque()
        self._busy: deque[tuple[float, int]] = deque()
        self.capacity: float | None = None
        """What the link carries, bits per second; None while it is not busy, or has not been for long enough."""

    def acknowledged(self, size: int, now: float, *, busy: bool) -> None:
        """``size`` bytes were acknowledged; they had to wait if the link was ``busy``."""
        self._total += size
        for points in (self._all, self._busy):
            # Where pictures take longer than that, two of them must do.
            while len(points) > 1 and points[1][0] < now - SPAN_S:
                points.popleft()
        self._all.append((now, self._total))
        if not busy:
            self._busy.clear()
            self.capacity = None
            return
        self._busy.append((now, self._total))
        self.capacity = _slope(self._busy)

    def rate(self, now: float) -> float:
        """Bits per second that arrive now."""
        recent = [point for point in self._all if point[0] >= now - SPAN_S]
        return _slope(recent) or 0.0


def _slope(points: deque[tuple[float, int]] | list[tuple[float, int]]) -> float | None:
    """Bits per second between the first and the last; None where they are too close together."""
    if len(points) < 2 or points[-1][0] - points[0][0] < MIN_SPAN_S:
        return None
    return 8 * (points[-1][1] - points[0][1]) / (points[-1][0] - points[0][0])
