"""A clock that stands still until it is told not to."""

from __future__ import annotations

__all__ = ["ManualClock"]


class ManualClock:
    """Takes the place of ``time.monotonic`` wherever a clock is an argument. May be read from any thread.

    Args:
        now: What it shows at first, seconds.
    """

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        """The time, seconds."""
        return self.now

    def advance(self, seconds: float) -> float:
        """Let ``seconds``, at least 0, pass. Returns the time then.

        Raises:
            ValueError: ``seconds`` is negative: a monotonic clock does not go back.
        """
        if seconds < 0:
            raise ValueError(f"a clock advances by at least 0 seconds, not {seconds}")
        self.now += seconds
        return self.now
