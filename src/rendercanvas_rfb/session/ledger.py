"""Which numbered messages of a session were taken, so that what is sent again counts once. Pure."""

from __future__ import annotations

from ..errors import ProtocolError
from ..protocol.messages import Taken

__all__ = ["CONFIRM_INTERVAL_S", "InputLedger"]

CONFIRM_INTERVAL_S = 0.1
"""Seconds between two confirmations, at least. A viewer keeps what is not confirmed: of the fastest hands, some tens of
messages in that time."""


class InputLedger:
    """The numbers of what one viewer sent, over all connections of its session.

    Args:
        taken: The last number that was taken on the connections before; 0 for none.

    Attributes:
        taken: The last number that was taken.
        accepted: How many numbered messages were taken on this connection.
        repeated: How many came that were taken already, and were left out.
    """

    def __init__(self, taken: int = 0) -> None:
        self.taken = taken
        self.accepted = self.repeated = 0
        self._confirmed = taken
        self._confirmed_at = float("-inf")

    def take(self, number: int | None) -> bool:
        """Whether the message is to be handed on. One without a number always is, one that came already is not.

        Raises:
            ProtocolError: One before it is missing; nothing was changed.
        """
        if number is None:
            return True
        if number > self.taken + 1:
            raise ProtocolError(f"message.n {number} comes before message {self.taken + 1}")
        if number <= self.taken:
            self.repeated += 1
            return False
        self.accepted += 1
        self.taken = number
        return True

    @property
    def confirm_at(self) -> float | None:
        """When the viewer is to be told what was taken; None where it knows."""
        return None if self._confirmed == self.taken else self._confirmed_at + CONFIRM_INTERVAL_S

    def confirm(self, now: float) -> Taken | None:
        """What the viewer is to be told now; None for nothing yet."""
        due = self.confirm_at
        if due is None or now < due:
            return None
        self._confirmed, self._confirmed_at = self.taken, now
        return Taken(self.taken)
