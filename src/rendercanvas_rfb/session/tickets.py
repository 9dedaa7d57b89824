"""The sessions whose connection was lost, and that may be resumed for a while. Pure: time is an argument."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Ticket", "Tickets"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a session needs to go on.

    Attributes:
        token: Who shows it may resume the session.
        display: What was watched. Compared by `==` with what the viewer comes back to.
        principal: Who watched; compared likewise.
        viewer: Id of the viewer.
        number: Place of the viewer in the order in which viewers came.
        taken: Number of the last numbered message that was taken.
        level: The level that its link was good for, an index of `session.levels.LEVELS`.
        bitrate: Bits per second that its link carried; None where that was not known.
    """

    token: str = field(repr=False)
    display: object
    principal: object
    viewer: str
    number: int = 0
    taken: int = 0
    level: int = 0
    bitrate: float | None = None

    def admits(self, display: object, principal: object) -> bool:
        """Whether somebody who has the token may go on with the session."""
        return bool(self.display == display and self.principal == principal)


class Tickets:
    """Tickets by their tokens, each for a while.

    A dictionary finds a token by its hash, which is keyed per process, so that the time that it takes tells nothing of
    the tokens that are there.

    Args:
        lifetime_s: Seconds for which each is kept.
        most: How many are kept; beyond that the oldest goes.
    """

    def __init__(self, lifetime_s: float, most: int) -> None:
        self._lifetime_s = lifetime_s
        self._most = most
        # All live equally long, so that they end in the order in which they were put in.
        self._tickets: dict[str, tuple[float, Ticket]] = {}

    def __len__(self) -> int:
        """How many there are, those that have ended and were not dropped yet too."""
        return len(self._tickets)

    @property
    def next_end(self) -> float | None:
        """When the oldest ends; None where there is none."""
        return next((end for end, _ in self._tickets.values()), None)

    def put(self, ticket: Ticket, now: float) -> list[Ticket]:
        """Keep a ticket. Returns those that are dropped for it."""
        self._tickets.pop(ticket.token, None)
        self._tickets[ticket.token] = (now + self._lifetime_s, ticket)
        dropped = self.drop_ended(now)
        while len(self._tickets) > self._most:
            dropped.append(self._tickets.pop(next(iter(self._tickets)))[1])
        return dropped

    def find(self, token: str, now: float) -> Ticket | None:
        """The ticket of that token, which remains; None where there is none any more."""
        end, ticket = self._tickets.get(token, (now, None))
        return ticket if now < end else None

    def take(self, token: str, now: float) -> Ticket | None:
        """The ticket of that token, which is used up; None where there is none any more."""
        if (ticket := self.find(token, now)) is not None:
            del self._tickets[token]
        return ticket

    def drop_ended(self, now: float) -> list[Ticket]:
        """Drop those whose time is over, and return them."""
        dropped = []
        for end, ticket in list(self._tickets.values()):
            if now < end:
                break
            dropped.append(self._tickets.pop(ticket.token)[1])
        return dropped
