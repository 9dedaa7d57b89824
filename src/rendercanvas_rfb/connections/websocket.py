"""A WebSocket as an ASGI server hands it out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ..errors import ConnectionClosed, ProtocolError
from ..protocol.codec import encode
from ..protocol.messages import Bye

__all__ = ["AsgiWebSocket", "Receive", "Send", "serve_websocket"]

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class AsgiWebSocket:
    """A `Connection` over the ``receive`` and ``send`` of an ASGI WebSocket scope."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._closed: ConnectionClosed | None = None

    async def accept(self) -> None:
        """Complete the handshake.

        Raises:
            ConnectionClosed: The other side is gone.
        """
        if (await self._receive())["type"] != "websocket.connect":
            self._closed = ConnectionClosed(1006)
        await self._guarded({"type": "websocket.accept"})

    async def receive(self) -> str | bytes:
        """The next message."""
        if self._closed is not None:
            raise self._closed.anew()
        event = await self._receive()
        if event["type"] == "websocket.disconnect":
            self._closed = ConnectionClosed(event.get("code", 1005), event.get("reason") or "")
            raise self._closed.anew()
        text: str | None = event.get("text")
        data: bytes | None = event.get("bytes")
        return text if text is not None else data or b""

    async def send(self, message: str | bytes) -> None:
        """Send one message."""
        kind = "text" if isinstance(message, str) else "bytes"
        await self._guarded({"type": "websocket.send", kind: message})

    async def close(self, code: int, reason: str) -> None:
        """Close with a code and a reason."""
        if self._closed is None:
            try:
                await self._guarded({"type": "websocket.close", "code": code, "reason": reason})
            except ConnectionClosed:
                return
            self._closed = ConnectionClosed(code, reason)

    async def _guarded(self, event: dict[str, Any]) -> None:
        if self._closed is not None:
            raise self._closed.anew()
        try:
            await self._send(event)
        # The ASGI specification (2.4, "send() after disconnect") asks for OSError; uvicorn's ClientDisconnected is
        # one, and a RuntimeError comes from servers that already noted the close.
        except (OSError, RuntimeError) as error:
            self._closed = ConnectionClosed(1006, str(error))
            raise self._closed.anew() from error


async def serve_websocket(receive: Receive, send: Send, watch: Callable[[AsgiWebSocket], Awaitable[None]]) -> None:
    """Accept a WebSocket and have ``watch`` serve it; where that raises `ProtocolError`, the viewer is told why."""
    connection = AsgiWebSocket(receive, send)
    try:
        await connection.accept()
        try:
            await watch(connection)
        except ProtocolError as error:
            await connection.send(encode(Bye(error.reason, error.code)))
            await connection.close(error.code, error.reason)
    except ConnectionClosed:
        return
