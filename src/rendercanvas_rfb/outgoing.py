"""What waits to be sent to one viewer: in order, bounded, and only the last of what is kept by key."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from .session.effects import Close

__all__ = ["Outgoing"]

MAX_QUEUED_MESSAGES = 512
"""Messages that wait for the transport, at most. Chunks are bounded by the window; the rest are state changes and
answers to the viewer's own pings, and a viewer for which 512 of those pile up has not read for a long time."""

MAX_QUEUED_BYTES = 16 * 1024 * 1024
"""Bytes that wait for the transport, at most, and one message more. The window keeps a viewer to a fourth of it; one
that hides and shows itself gets a new window each time."""


class Outgoing:
    """A queue on one asyncio loop."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[str | bytes | _Keyed | Close] = asyncio.Queue(MAX_QUEUED_MESSAGES)
        self._keyed: dict[str, str] = {}
        self._bytes = 0

    def put(self, message: str | bytes | Close) -> bool:
        """Add a message, or the end. Returns whether there is room for it; else it is left out."""
        return self._put(message, 0 if isinstance(message, Close) else len(message))

    def put_keyed(self, text: str, key: str) -> bool:
        """Add a message, in the place of one that waits under the same key. Returns whether there is room for it."""
        if key in self._keyed:
            self._bytes += len(text) - len(self._keyed[key])
        elif not self._put(_Keyed(key), len(text)):
            return False
        self._keyed[key] = text
        return True

    async def get(self) -> str | bytes | Close:
        """Wait for the next message, and take it."""
        message = await self._queue.get()
        if isinstance(message, _Keyed):
            message = self._keyed.pop(message.key)
        if not isinstance(message, Close):
            self._bytes -= len(message)
        return message

    def _put(self, message: str | bytes | _Keyed | Close, size: int) -> bool:
        if self._queue.full() or self._bytes >= MAX_QUEUED_BYTES:
            return False
        self._bytes += size
        self._queue.put_nowait(message)
        return True


@dataclass(frozen=True, slots=True)
class _Keyed:
    """Holds the place of a message of which only the last one counts."""

    key: str
