"""What a transport is to a viewer's session."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Connection"]


class Connection(Protocol):
    """Carries whole messages in order, text and binary ones. All methods belong to one asyncio loop."""

    async def receive(self) -> str | bytes:
        """The next message.

        Raises:
            ConnectionClosed: There will be none.
        """
        ...

    async def send(self, message: str | bytes) -> None:
        """Send a message; returns when the transport has room for another one.

        Raises:
            ConnectionClosed: The other side is gone.
        """
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close it. Does nothing where it is closed."""
        ...
