"""From video to single images, and back: for a viewer that video is too much for. Pure: time is an argument.

A viewer that is heard of and yet shows nothing for a while reads too slowly, or is behind a link that a single picture
of video occupies for seconds. It is sent small images then, one at a time: nobody waits for it, no encoder has to make
keyframes for it, and each image that it shows tells what its link carries. Once that is enough for video, it is sent
video again; each time that this fails, it waits for twice as long.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CUT_AFTER_S", "STALLED_S", "Retreat", "Way", "is_stalled"]

STALLED_S = 4.0
"""Seconds without an acknowledgement, from a viewer that is heard of, after which it is sent images: more than losses
take TCP to mend, and less than the 9 s of silence after which a viewer itself gives a connection up."""

STALLED_ROUND_TRIPS = 8
"""Round trips, where these are longer than that."""

CUT_AFTER_S = 30.0
"""Seconds without an acknowledgement after which a viewer is cut off: five times what an image of a noisy 4K picture
takes at the slowest level at 64 kbit/s."""

LASTED_S = 20.0
"""Seconds of video after which a retreat is none of those that are held against a viewer."""

FIRST_HOLD_S, MAX_HOLD_S = 5.0, 160.0
"""Seconds of images after a return to video that did not last: the first time, and at most."""


def is_stalled(oldest: float | None, round_trip: float, now: float) -> bool:
    """Whether a viewer, whose oldest chunk in flight was sent at ``oldest``, shows nothing any more."""
    return oldest is not None and now - oldest > max(STALLED_S, STALLED_ROUND_TRIPS * round_trip)


@dataclass(frozen=True, slots=True)
class Way:
    """How video was, and is to be again: its level, and bits per second or None for no limit."""

    level: int
    bitrate: float | None


class Retreat:
    """When to go back to video. Times are seconds of any monotonic clock.

    Attributes:
        back: How video was before; None where that proved to be too much.
    """

    def __init__(self) -> None:
        self.back: Way | None = None
        self._hold = 0.0
        self._until = float("-inf")
        self._returned_at = float("-inf")

    def begin(self, now: float, back: Way | None) -> None:
        """Images from now on."""
        self.back = back
        lasted = now - self._returned_at >= LASTED_S
        self._hold = 0.0 if lasted else min(max(FIRST_HOLD_S, 2 * self._hold), MAX_HOLD_S)
        self._until = now + self._hold

    def may_end(self, rate: float, needed: float, now: float) -> bool:
        """Whether a link on which an image came at ``rate`` is good for video that needs so many bits per second."""
        if now < self._until or rate < needed:
            return False
        self._returned_at = now
        return True
