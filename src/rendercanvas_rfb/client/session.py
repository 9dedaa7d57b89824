"""What a viewer in Python keeps between the connections of one session. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TypeVar

from ..errors import StateError
from ..protocol.messages import InputEvent, Message, Welcome

__all__ = ["MAX_UNCONFIRMED", "Session"]

MAX_UNCONFIRMED = 256
"""Numbered messages that are kept until the server has confirmed them, at most: what the fastest hands do in the 10 s
after which a connection that carries nothing is given up."""

N = TypeVar("N", bound=InputEvent | Message)


class Session:
    """The session of a viewer that may lose its connection; to be given to `connect` each time.

    Attributes:
        token: What the server knows it by; None before the first connection.
    """

    def __init__(self) -> None:
        self.token: str | None = None
        self._number = 0
        self._unconfirmed: deque[InputEvent | Message] = deque()

    @property
    def unconfirmed(self) -> int:
        """How many messages are kept, to be sent again if the connection is lost."""
        return len(self._unconfirmed)

    def number(self, message: N) -> N:
        """The message with its number, kept until it is confirmed. Moves of the pointer have none.

        Raises:
            StateError: `MAX_UNCONFIRMED` are kept already.
        """
        if isinstance(message, InputEvent) and message.event.type == "pointer_move":
            return message
        if len(self._unconfirmed) >= MAX_UNCONFIRMED:
            raise StateError(f"the server has not confirmed the last {MAX_UNCONFIRMED} messages; receive() hears of it")
        self._number += 1
        numbered = replace(message, number=self._number)
        self._unconfirmed.append(numbered)
        return numbered

    def confirm(self, number: int) -> None:
        """The server has taken all up to this number."""
        while self._unconfirmed and (self._unconfirmed[0].number or 0) <= number:
            self._unconfirmed.popleft()

    def begin(self, welcome: Welcome) -> list[InputEvent | Message]:
        """A connection is open. Returns what is to be sent again: nothing in a session that is new to the server."""
        self.token = welcome.session
        if welcome.resumed:
            self.confirm(welcome.taken)
        else:
            self._number = 0
            self._unconfirmed.clear()
        return list(self._unconfirmed)
