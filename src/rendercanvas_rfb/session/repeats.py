"""Refinement frames: a picture that stands still is encoded again while its encoder is held to a bitrate. Pure."""

from __future__ import annotations

__all__ = ["REPEATS", "REPEAT_S", "Repeats"]

REPEATS = 6
"""How often one picture is encoded again. Each time takes off 0.3 to 1.5 dB of its error, from the most to the least:
six of a line plot go from 26 to 30 dB at 1 Mbit/s, and from 38 to 45 dB at 5 Mbit/s; further ones hardly show."""

REPEAT_S = 0.1
"""Seconds from one picture to the next one of the same frame. Motion is not over after a single frame's time; and the
rate control, which counts pictures, then has saved up for better ones."""


class Repeats:
    """What is still to be encoded of the last frame. Times are seconds of any monotonic clock."""

    def __init__(self) -> None:
        self._version: int | None = None
        self._left = 0
        self._due = float("inf")

    def made(self, version: int, now: float, *, improvable: bool) -> None:
        """A picture was made of frame ``version``; ``improvable``: another one of the same frame would be better."""
        self._left = REPEATS if version != self._version else self._left - 1
        if not improvable:
            self._left = 0
        self._version = version
        self._due = now + REPEAT_S

    def due_in(self, version: int | None, now: float) -> float | None:
        """Seconds until frame ``version`` is to be encoded once more, 0 where it is now; None where it is not."""
        if version != self._version or self._left <= 0:
            return None
        return max(0.0, self._due - now)
