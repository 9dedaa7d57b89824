"""Motion JPEG over HTTP: a viewer for what knows images only, such as an ``<img>`` element, a video player or OpenCV.

To the display it is a viewer like any other: it says that it takes JPEG, and acknowledges each picture once the
transport has taken it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from .._version import __version__
from ..errors import CloseCode, ConnectionClosed
from ..protocol.chunk import unpack_chunk
from ..protocol.codec import decode_server, encode
from ..protocol.formats import PictureFormat
from ..protocol.messages import Ack, Bye, Capabilities, ChunkHeader, ClientMessage, Hello, Ping, Pong, Welcome
from ..responses import NO_STORE, raw_headers, refusal_response, send_response
from .websocket import Receive, Send

__all__ = ["MEDIA_TYPE", "MjpegConnection"]

_BOUNDARY = "rendercanvas-rfb-frame"

MEDIA_TYPE = f"multipart/x-mixed-replace; boundary={_BOUNDARY}"


class MjpegConnection:
    """A `Connection` that plays the viewer's part itself, and writes each picture as a part of one response.

    Args:
        receive: Of the ASGI HTTP scope.
        send: Likewise.
        headers: Added to those of the response.
    """

    def __init__(self, receive: Receive, send: Send, headers: Mapping[str, str]) -> None:
        self._receive = receive
        self._send = send
        self._headers = headers
        self._incoming: asyncio.Queue[ClientMessage | None] = asyncio.Queue()
        self._started = False
        self._closed: ConnectionClosed | None = None
        self._incoming.put_nowait(
            Hello(Capabilities((), (PictureFormat.JPEG,), "disabled"), client=f"mjpeg/{__version__}")
        )

    async def listen(self) -> None:
        """Notice when the other side is gone. To be run beside the session."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
        # There is no coming back to such a response.
        self._closed = self._closed or ConnectionClosed(CloseCode.GOING_AWAY)
        self._incoming.put_nowait(None)

    async def receive(self) -> str:
        """The next message of the viewer."""
        message = await self._incoming.get()
        if message is None or self._closed is not None:
            raise (self._closed or ConnectionClosed(1006)).anew()
        return encode(message)

    async def send(self, message: str | bytes) -> None:
        """Write a picture, or do what a viewer does on a message."""
        if self._closed is not None:
            raise self._closed.anew()
        if isinstance(message, bytes):
            header, payload = unpack_chunk(message)
            await self._send_part(header, payload)
            self._incoming.put_nowait(Ack(header.sequence))
            return
        match decode_server(message):
            case Welcome():
                await self._start()
            case Ping(t):
                self._incoming.put_nowait(Pong(t))
            case Bye(reason, code) if not self._started:
                await self._refuse(code, reason)

    async def close(self, code: int, reason: str) -> None:
        """End the response."""
        if self._closed is not None:
            return
        if not self._started:
            await self._refuse(code, reason)
        else:
            await self._write({"type": "http.response.body", "body": b"", "more_body": False})
        self._closed = ConnectionClosed(code, reason)

    async def _start(self) -> None:
        self._started = True
        raw = raw_headers(MEDIA_TYPE, {**NO_STORE, **self._headers})
        await self._write({"type": "http.response.start", "status": 200, "headers": raw})
        await self._write({"type": "http.response.body", "body": f"--{_BOUNDARY}\r\n".encode(), "more_body": True})

    async def _send_part(self, header: ChunkHeader, payload: memoryview) -> None:
        head = (
            f"Content-Type: image/jpeg\r\nContent-Length: {len(payload)}\r\n"
            f"X-Timestamp: {header.timestamp_us / 1e6:.6f}\r\n\r\n"
        )
        # The boundary follows at once: browsers show a part when it ends, and the next one may come in an hour.
        body = b"".join((head.encode(), payload, f"\r\n--{_BOUNDARY}\r\n".encode()))
        await self._write({"type": "http.response.body", "body": body, "more_body": True})

    async def _refuse(self, code: int, reason: str) -> None:
        self._closed = ConnectionClosed(code, reason)
        try:
            await send_response(self._send, refusal_response(code, reason), head=False, headers=self._headers)
        except OSError:
            return

    async def _write(self, event: dict[str, object]) -> None:
        try:
            await self._send(event)
        # As for a WebSocket: OSError by the ASGI specification, RuntimeError by servers that noted the end already.
        except (OSError, RuntimeError) as error:
            self._closed = ConnectionClosed(CloseCode.GOING_AWAY, str(error))
            raise self._closed.anew() from error
