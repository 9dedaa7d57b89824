"""Whether the next picture of a stream is coded exactly or with loss. Pure: time is an argument.

Exact pictures of plots are small, and those of noise are a hundred times as large; both are scenes of one program.
What decides is what pictures cost, beside what they may cost. So that nobody has to be sent a picture that is too large
only to find out that pictures are small again, a trial is an exact picture that is made and thrown away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

__all__ = ["DEFAULT_BITRATE", "ExactPolicy", "Made", "Mode"]

DEFAULT_BITRATE = 50_000_000
"""Bits per second that exact pictures may take where nobody has said what the link carries: half of a 100 Mbit/s
Ethernet, and less than Wi-Fi has at the other end of a flat. A panned 720p plot takes 7 at 30 pictures per second, a
4K one 30, a noisy 720p heatmap 210."""

BURST_S = 0.1
"""Seconds of the allowed bitrate that a single picture may take, keyframes too. As long as that, a picture delays the
ones after it; longer, and people see it."""

MIN_RATE, MAX_RATE = 10.0, 60.0
"""Pictures per second that are reckoned with, at the least and the most, whatever the pace: one picture a second is no
licence for one that takes a second to send, and faster than screens nothing is shown."""

MAX_BITS_PER_PIXEL = 0.4
"""What exact pictures may take on average, whatever the bitrate allows. Panned plots take 0.1 to 0.25, and less time
than with loss. A shaded mesh takes 1 and a noisy heatmap 6.5, 10 to 20 times as much as with loss that is hard to see,
and two to five times as long (`python -m benchmarks.presets`). The time to encode grows with the bits, and so this
bounds it too, by a measure that does not depend on what else the machine does."""

SMALL_BYTES = 16_000
"""Exact pictures of fewer bytes are never too large for their pixels: at 30 a second they take 4 Mbit/s."""

LARGEST_COUNT = 1.5
"""Limits per pixel, as which a larger picture is counted: a few that change everywhere, as when a plot is
zoomed, are no reason to begin another stream."""

SMOOTHING = 0.25
"""Weight of the newest picture in the means: what ten pictures said long ago weighs 5 %."""

RETURN_SHARE = 0.7
"""Of the limits, what trials must keep to before pictures are exact again: at the limit itself, the mode would flap."""

TRIAL_PICTURES = 2
"""A keyframe, and the picture after it, whose size is that of the ones to come."""

FIRST_TRIAL_S, LAST_TRIAL_S = 1.0, 8.0
"""Seconds between trials. The time doubles with each that fails, for a trial costs as much time as two exact pictures,
and begins anew when the lossy pictures become a good deal smaller."""

SMALLER = 0.5
"""Of the size that lossy pictures had when the last trial failed, what is a good deal smaller."""

LONG_S = 10.0
"""Seconds of exact pictures after which a failure says nothing about the next trial."""


class Mode(Enum):
    """How to code a picture."""

    EXACT = "exact"
    LOSSY = "lossy"
    TRIAL = "trial"
    """With loss; and make an exact one too, for `ExactPolicy.tried` only."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a picture cost.

    Attributes:
        size: Bytes.
        keyframe: Whether it was one.
    """

    size: int
    keyframe: bool


class _Mean:
    """An exponentially weighted mean that begins with its first value."""

    def __init__(self) -> None:
        self.value: float | None = None

    def add(self, value: float) -> float:
        self.value = value if self.value is None else self.value + SMOOTHING * (value - self.value)
        return self.value


class ExactPolicy:
    """Chooses the mode of one stream, picture by picture. Begins with exact ones.

    For each picture, call `mode`, make it so, and tell `made` (and `tried`) what it cost.

    Args:
        bitrate: Bits per second that exact pictures may take, > 0.
        pixels: Of each picture; None to let the bitrate alone decide.
    """

    def __init__(self, bitrate: float = DEFAULT_BITRATE, pixels: int | None = None) -> None:
        self._largest_mean = math.inf if pixels is None else max(SMALL_BYTES, MAX_BITS_PER_PIXEL * pixels / 8)
        self._own_bitrate = bitrate
        self._bitrate = bitrate
        self._exact = True
        self._since = 0.0
        self._last_at: float | None = None
        self._interval = _Mean()
        self._size = _Mean()
        self._dense = _Mean()
        self._lossy_size = _Mean()
        self._lossy_size_at_failure: float | None = None
        self._pause_s = FIRST_TRIAL_S
        self._trial_at = 0.0
        self._trials_left = 0

    @property
    def is_exact(self) -> bool:
        """Whether pictures are exact at present."""
        return self._exact

    def allow(self, bits_per_second: float | None) -> None:
        """The link carries so much; None for not known. Exact pictures take no more than they did before, either."""
        self._bitrate = self._own_bitrate if bits_per_second is None else min(bits_per_second, self._own_bitrate)

    def mode(self, now: float) -> Mode:
        """The mode of the picture that is made now. ``now`` is in seconds of a monotonic clock."""
        if self._last_at is not None:
            self._interval.add(min(max(now - self._last_at, 1 / MAX_RATE), 1 / MIN_RATE))
        self._last_at = now
        if self._exact:
            # What was allowed may have changed meanwhile.
            if self._size.value is not None and not self._fits(1.0):
                self._give_up(now)
            else:
                return Mode.EXACT
        if self._trials_left or now >= self._trial_at:
            return Mode.TRIAL
        return Mode.LOSSY

    def made(self, picture: Made, now: float) -> None:
        """Count the picture, made in the mode that `mode` said.

        An exact one after which `is_exact` is false was too large.
        """
        if not self._exact:
            self._count_lossy(picture, now)
            return
        self._count_exact(picture)
        if not (self._is_small(picture.size, 1.0) and self._fits(1.0)):
            self._give_up(now)

    def tried(self, picture: Made, now: float) -> bool:
        """Count an exact picture that was made for a trial. Returns whether pictures are exact from the next one on.

        The trial is over when `mode` says `Mode.LOSSY` again, or this returns True.
        """
        if self._trials_left == 0:
            self._trials_left = TRIAL_PICTURES
            self._size, self._dense = _Mean(), _Mean()
        self._trials_left -= 1
        self._count_exact(picture)
        if not (self._is_small(picture.size, RETURN_SHARE) and self._fits(RETURN_SHARE)):
            self._trials_left = 0
            self._pause_s = min(2 * self._pause_s, LAST_TRIAL_S)
            self._trial_at = now + self._pause_s
            self._lossy_size_at_failure = self._lossy_size.value
        elif self._trials_left == 0:
            self._exact, self._since = True, now
        return self._exact

    def _count_exact(self, picture: Made) -> None:
        # Keyframes say little about the pictures between them; whether one is too large is asked for each.
        if not picture.keyframe:
            self._size.add(picture.size)
            self._dense.add(min(picture.size, LARGEST_COUNT * self._largest_mean))

    def _count_lossy(self, picture: Made, now: float) -> None:
        if picture.keyframe:
            return
        size, before = self._lossy_size.add(picture.size), self._lossy_size_at_failure
        if before is not None and size < SMALLER * before:
            self._lossy_size_at_failure = size
            self._pause_s = FIRST_TRIAL_S
            self._trial_at = min(self._trial_at, now + FIRST_TRIAL_S)

    def _give_up(self, now: float) -> None:
        if now - self._since >= LONG_S:
            self._pause_s = FIRST_TRIAL_S
        self._exact, self._since = False, now
        self._lossy_size = _Mean()
        self._lossy_size_at_failure = None
        self._trials_left = 0
        self._trial_at = now + self._pause_s

    def _is_small(self, size: int, share: float) -> bool:
        return 8 * size <= share * BURST_S * self._bitrate

    def _fits(self, share: float) -> bool:
        interval = self._interval.value or 1 / MAX_RATE
        bits = 8 * (self._size.value or 0.0)
        is_dense = (self._dense.value or 0.0) > share * self._largest_mean
        return bits <= share * self._bitrate * interval and not is_dense
