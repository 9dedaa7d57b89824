"""The sessions of an app: those that have a connection, and those that may go on over another one."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Protocol
from weakref import ref

from .display import Display
from .limits import ServerLimits
from .metrics import SessionMetrics
from .session.tickets import Ticket, Tickets

__all__ = ["Connected", "Sessions", "new_token"]

TOKEN_BYTES = 24
"""Random bytes of a token: 192 bits cannot be guessed, and make 32 characters."""


def new_token() -> str:
    """A token that nobody can guess, of a session or as a credential: letters, digits, ``-`` and ``_``."""
    return secrets.token_urlsafe(TOKEN_BYTES)


class Connected(Protocol):
    """A session that has a connection."""

    @property
    def ticket(self) -> Ticket:
        """What it would need to go on over another connection, as of now."""
        ...

    @property
    def input_counts(self) -> tuple[int, int]:
        """Numbered messages that were taken on its connection, and those that came again and were left out."""
        ...

    def replace(self) -> None:
        """End it at once, with all that it holds: it goes on over another connection."""
        ...


class Sessions:
    """Sessions by their tokens. Lives on one asyncio loop.

    Tickets refer to their displays weakly: that a viewer might come back keeps no picture in memory.

    Args:
        limits: How long a session is kept without a connection, and how many are.
    """

    def __init__(self, limits: ServerLimits) -> None:
        self._connected: dict[str, Connected] = {}
        self._tickets = Tickets(limits.resume_s, limits.max_resumable)
        self._at_drop: dict[str, Callable[[], None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._begun = self._resumed = self._expired = 0
        self._input = (0, 0)
        # Those whose input is not in the sum yet.
        self._counting: set[Connected] = set()

    def metrics(self) -> SessionMetrics:
        """What is counted."""
        taken, repeated = (
            sum(counts) for counts in zip(self._input, *(one.input_counts for one in self._counting), strict=True)
        )
        return SessionMetrics(len(self), self._begun, self._resumed, self._expired, taken, repeated)

    def __len__(self) -> int:
        """How many wait to be resumed."""
        return len(self._tickets)

    def connected(self, token: str | None, principal: object) -> Connected | None:
        """The session of ``principal`` that has a connection still, where this is its token."""
        session = None if token is None else self._connected.get(token)
        return session if session is not None and session.ticket.principal == principal else None

    def display_of(self, token: str | None, principal: object) -> Display | None:
        """What was watched in the session that ``principal`` comes back to; None where it comes back to none."""
        if (session := self.connected(token, principal)) is not None:
            ticket: Ticket | None = session.ticket
        else:
            ticket = None if token is None else self._tickets.find(token, _now())
        if ticket is None or ticket.principal != principal or not isinstance(ticket.display, ref):
            return None
        display: Display | None = ticket.display()
        return display

    def resume(self, token: str | None, display: Display, principal: object) -> Ticket | None:
        """Take the session that ``principal`` goes on with; None where it is to be a new one.

        Where the session has a connection that nobody has noticed to be lost, that one is ended, and what its user held
        down is let go of, before this returns.
        """
        if token is None:
            return None
        if (session := self.connected(token, principal)) is not None:
            if not session.ticket.admits(ref(display), principal):
                return None
            session.replace()
            return session.ticket
        ticket = self._tickets.find(token, _now())
        if ticket is None or not ticket.admits(ref(display), principal):
            return None
        self._at_drop.pop(token, None)
        return self._tickets.take(token, _now())

    def begin(self, session: Connected, *, resumed: bool = False) -> None:
        """It has a connection, its first or, where it is ``resumed``, another one."""
        self._connected[session.ticket.token] = session
        self._counting.add(session)
        self._resumed += resumed
        self._begun += not resumed

    def end(self, session: Connected) -> None:
        """It has no connection any more. Does nothing where another one has taken its place."""
        if session in self._counting:
            self._counting.discard(session)
            taken, repeated = session.input_counts
            self._input = (self._input[0] + taken, self._input[1] + repeated)
        token = session.ticket.token
        if self._connected.get(token) is session:
            del self._connected[token]

    def keep(self, ticket: Ticket) -> None:
        """Somebody may come back to this session, for a while."""
        self._drop(self._tickets.put(ticket, _now()))

    def at_drop(self, token: str, callback: Callable[[], None]) -> bool:
        """Have ``callback`` called once nobody can come back to the session any more.

        Returns:
            Whether it will be; not where the session is not kept, or is resumed before.
        """
        kept = self._tickets.find(token, _now()) is not None
        if kept:
            self._at_drop[token] = callback
        return kept

    def _drop(self, tickets: list[Ticket]) -> None:
        self._expired += len(tickets)
        for ticket in tickets:
            if (callback := self._at_drop.pop(ticket.token, None)) is not None:
                callback()
        if self._timer is None and (end := self._tickets.next_end) is not None:
            self._timer = asyncio.get_running_loop().call_at(end, self._drop_ended)

    def _drop_ended(self) -> None:
        self._timer = None
        self._drop(self._tickets.drop_ended(_now()))


def _now() -> float:
    return asyncio.get_running_loop().time()
