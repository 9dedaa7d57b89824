"""A connection without a network."""

from __future__ import annotations

import asyncio
from collections import deque

from ..errors import ConnectionClosed

__all__ = ["MemoryConnection", "memory_connection"]

CAPACITY_MESSAGES = 16
"""Messages on the way in each direction, by default: few, as in a socket's buffers."""


class MemoryConnection:
    """One end of a connection; a `viewing.Connection`. Made by `memory_connection`. Belongs to one asyncio loop."""

    def __init__(self, incoming: _Channel, outgoing: _Channel) -> None:
        self._incoming = incoming
        self._outgoing = outgoing

    async def receive(self) -> str | bytes:
        """The next message. What the other end sent before it closed is still received.

        Raises:
            ConnectionClosed: There will be none.
        """
        return await self._incoming.get()

    async def send(self, message: str | bytes) -> None:
        """Send a message; waits while the other end has as many to read as fit on the way.

        Raises:
            ConnectionClosed: One of the ends has closed.
        """
        await self._outgoing.put(message)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close it in both directions. Does nothing where it is closed.

        Raises:
            ValueError: The reason does not fit into the 123 bytes of a WebSocket's close frame.
        """
        if len(reason.encode()) > 123:
            raise ValueError(f"a reason has at most 123 bytes of UTF-8, not {len(reason.encode())}")
        await self._outgoing.close(code, reason)
        await self._incoming.close(code, reason, forget=True)


def memory_connection(capacity: int = CAPACITY_MESSAGES) -> tuple[MemoryConnection, MemoryConnection]:
    """Two ends of a connection: one for `viewing.watch`, and one to play the viewer with.

    Args:
        capacity: Messages that fit on the way in each direction, at least 1; `MemoryConnection.send` waits for room.
    """
    one, other = _Channel(capacity), _Channel(capacity)
    return MemoryConnection(one, other), MemoryConnection(other, one)


class _Channel:
    """Messages in one direction."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._messages: deque[str | bytes] = deque()
        self._closed: tuple[int, str] | None = None
        self._changed = asyncio.Condition()

    async def put(self, message: str | bytes) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._closed or len(self._messages) < self._capacity)
            if self._closed is not None:
                raise ConnectionClosed(*self._closed)
            self._messages.append(message)
            self._changed.notify_all()

    async def get(self) -> str | bytes:
        async with self._changed:
            await self._changed.wait_for(lambda: self._closed or self._messages)
            if not self._messages:
                assert self._closed is not None  # That is what ended the wait.
                raise ConnectionClosed(*self._closed)
            self._changed.notify_all()
            return self._messages.popleft()

    async def close(self, code: int, reason: str, *, forget: bool = False) -> None:
        async with self._changed:
            self._closed = self._closed or (code, reason)
            if forget:
                self._messages.clear()
            self._changed.notify_all()
