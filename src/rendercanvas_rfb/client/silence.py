"""Whether a server that a client waits for is still there. Pure."""

from __future__ import annotations

from enum import Enum, auto

from ..session.heartbeat import Heartbeat

__all__ = ["LOOK_S", "Silence", "SilenceWatch"]

LOOK_S = 0.5
"""Seconds between two looks, as in the browser's client: a server that has been silent for the 9 s after which it is
gone is noticed within 10 s."""


class Silence(Enum):
    """What a look at the silence says."""

    SHORT = auto()
    ASK = auto()
    """A ping is to be sent; it counts as sent."""
    LOST = auto()


class SilenceWatch:
    """Measures how long a client has waited for a message in vain.

    Only the time of looks that find the client waiting counts. While the program is busy with something else, or blocks
    its loop, nothing is read, and that nothing is heard says nothing of the server.
    """

    def __init__(self) -> None:
        self._waited_s = 0.0
        self._heartbeat = Heartbeat(self._waited_s)
        self._waiting = False

    def wait(self) -> None:
        """The client waits for a message, until `stop`."""
        self._waiting = True

    def stop(self) -> None:
        """It waits no more."""
        self._waiting = False

    def heard(self) -> None:
        """A message has come."""
        self._heartbeat.heard(self._waited_s)

    def look(self) -> Silence:
        """To be called every `LOOK_S`."""
        if not self._waiting:
            return Silence.SHORT
        self._waited_s += LOOK_S
        if self._heartbeat.is_lost(self._waited_s):
            return Silence.LOST
        return Silence.ASK if self._heartbeat.take_ping(self._waited_s) else Silence.SHORT
