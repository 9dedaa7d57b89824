"""Whether the other side is still there: what was heard when, and when to ask. Pure."""

from __future__ import annotations

__all__ = ["PING_AFTER_S", "SILENCE_LIMIT_S", "Heartbeat"]

PING_AFTER_S = 3.0
"""Silence after which the other side is asked whether it is still there."""

SILENCE_LIMIT_S = 9.0
"""Silence after which it is not: two pings went unanswered, and a third would be due. Looked at once a second, it is
noticed within 10 s."""


class Heartbeat:
    """Follows when something was heard.

    Args:
        now: The time, in seconds of the monotonic clock that all other calls use too.

    Attributes:
        excused_until: When it could last be that nothing came for a reason that was not the other side's.
    """

    def __init__(self, now: float) -> None:
        self._last_heard = self.excused_until = now
        self._last_ping = now
        self._opened_at: float | None = None

    def heard(self, now: float) -> None:
        """Something came."""
        self._last_heard = now

    def opened(self, now: float) -> None:
        """The first ping is sent, with ``now`` as its number, to learn the round trip."""
        self._last_heard = self._opened_at = now

    def round_trip(self, t: float, now: float) -> float | None:
        """Seconds that the first ping and its answer took; None where a pong of ``t`` answers another one."""
        return now - t if t == self._opened_at else None

    def excuse(self, now: float) -> None:
        """Nothing could come until now, for a reason that is not the other side's: that counts for nothing."""
        self.excused_until = now

    def absence(self, now: float) -> float:
        """Seconds for which something could have been heard, and was not."""
        return min(self.silence(now), now - self.excused_until)

    def silence(self, now: float) -> float:
        """Seconds since something was heard."""
        return now - self._last_heard

    def is_lost(self, now: float) -> bool:
        """Whether the other side is gone."""
        return self.absence(now) > SILENCE_LIMIT_S

    def take_ping(self, now: float) -> bool:
        """Whether a ping is to be sent now; if so, it counts as sent."""
        due = self.silence(now) >= PING_AFTER_S and now - self._last_ping >= PING_AFTER_S
        if due:
            self._last_ping = now
        return due
