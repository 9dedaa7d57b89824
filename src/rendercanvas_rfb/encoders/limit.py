"""Bits per second, for an encoder that counts its pictures instead of timing them. Pure."""

from __future__ import annotations

from fractions import Fraction

__all__ = ["PacedLimit"]

LONGEST_S = 0.25
"""A longer pause between two pictures says nothing about the pace."""

SMOOTHING = 0.2
"""Weight of the newest interval in the mean."""

STEP = 1.1
"""A bitrate that is nearer to the one that is set is not worth setting: that restarts parts of the rate control."""


class PacedLimit:
    """Says which bitrate an encoder has to be told that believes in ``fps`` pictures per second.

    Args:
        fps: That pace.
        bits_per_second: What is really to be kept to, at the pace of the pictures' timestamps.
    """

    def __init__(self, fps: Fraction, bits_per_second: int) -> None:
        self._nominal_s = float(1 / fps)
        self._interval_s = self._nominal_s
        self._last_us: int | None = None
        self.bits_per_second = bits_per_second
        self._told: float | None = None

    def next_bitrate(self, timestamp_us: int) -> int | None:
        """What to tell the encoder before the picture of that time; None where it knows."""
        if self._last_us is not None:
            interval_s = (timestamp_us - self._last_us) / 1e6
            # Pictures are never reckoned to come faster than said, so that some of equal times do no harm.
            if self._nominal_s <= interval_s <= max(LONGEST_S, self._nominal_s):
                self._interval_s += SMOOTHING * (interval_s - self._interval_s)
        self._last_us = timestamp_us
        wanted = self.bits_per_second * self._interval_s / self._nominal_s
        if self._told is not None and self._told / STEP < wanted < self._told * STEP:
            return None
        self._told = wanted
        return round(wanted)
