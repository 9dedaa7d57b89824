"""A connection over plain HTTP, for networks that let no WebSocket through.

What the server sends comes down as one long response, or as the answers to one request after the other where a proxy
holds a response back until it ends. What the viewer sends goes up in requests of its own. `docs/protocol.md` describes
the two.
"""

from __future__ import annotations

import asyncio
import json
import re
import struct
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from ..errors import CloseCode, ConnectionClosed, ProtocolError
from ..responses import NO_STORE, raw_headers
from .websocket import Receive, Send

__all__ = ["DOWN_TYPE", "HttpConnection", "HttpConnections", "read_body"]

DOWN_TYPE = "application/octet-stream"

MAX_BATCH_BYTES = 256 * 1024
"""Of one request that goes up: four of the largest messages. A viewer on a slow link sends what it has meanwhile."""

MAX_WAITING_MESSAGES = 256
"""Messages of the viewer that wait for the session; the request that brings more waits too."""

ABSENCE_S = 10.0
"""Seconds without a request for what comes down, after which the viewer is gone: the time after which a WebSocket that
is silent is given up."""

_ID = re.compile(r"[A-Za-z0-9_-]{22,64}")
"""At least 128 bits in base64: whoever knows it can send and see as the viewer that has drawn it."""

_TEXT, _BINARY, _CLOSE = 0, 1, 2
"""Kinds of a message that comes down: control message, chunk, and the end, as JSON with ``code`` and ``reason``."""

Run = Callable[["HttpConnection"], Awaitable[None]]

T = TypeVar("T")


class HttpConnection:
    """A `Connection` that lives on one asyncio loop."""

    def __init__(self) -> None:
        self._incoming: asyncio.Queue[str] = asyncio.Queue(MAX_WAITING_MESSAGES)
        # One, so that `send` returns when the response has taken the message, as that of a socket does.
        self._outgoing: asyncio.Queue[tuple[int, bytes]] = asyncio.Queue(1)
        self._next = 0
        self._response: asyncio.Task[None] | None = None
        self._absence: asyncio.TimerHandle | None = None
        self._closing = asyncio.Event()
        self._closed: ConnectionClosed | None = None
        self._wait_for_request()

    async def receive(self) -> str:
        """The next message of the viewer."""
        return await self._unless_closed(self._incoming.get())

    async def send(self, message: str | bytes) -> None:
        """Send a message down."""
        item = (_TEXT, message.encode()) if isinstance(message, str) else (_BINARY, message)
        await self._unless_closed(self._outgoing.put(item))

    async def close(self, code: int, reason: str) -> None:
        """Tell the viewer why, as what it gets last."""
        farewell = json.dumps({"code": code, "reason": reason}).encode()
        with suppress(ConnectionClosed):
            await self._unless_closed(self._outgoing.put((_CLOSE, farewell)))
            await self._unless_closed(self._outgoing.join())
        self.lose(ConnectionClosed(code, reason))

    def lose(self, error: ConnectionClosed) -> None:
        """It is gone."""
        self._closed = self._closed or error
        self._closing.set()
        if self._absence is not None:
            self._absence.cancel()

    async def take(self, first: int, messages: list[str]) -> None:
        """Hand on what came up, each message once: a request whose answer was lost is sent again.

        Args:
            first: The number of the first of them; they are counted from 0.
            messages: The messages, in order.

        Raises:
            ProtocolError: Some before them are missing.
            ConnectionClosed: It is gone.
        """
        if first > self._next:
            raise ProtocolError(f"message {first} comes before message {self._next}")
        for message in messages[self._next - first :]:
            self._next += 1
            await self._unless_closed(self._incoming.put(message))

    async def answer(self, receive: Receive, send: Send, headers: Mapping[str, str], *, poll: bool) -> None:
        """Send down what there is, as the response to a request.

        Args:
            receive: Of the request.
            send: Likewise.
            headers: Added to those of the response.
            poll: Whether to end the response with what there is, once there is something; else it goes on until the
                connection ends.
        """
        if self._response is not None:
            self._response.cancel()  # The viewer has given it up, and this proxy does not tell.
        if self._absence is not None:
            self._absence.cancel()
        self._response = response = asyncio.create_task(self._respond(send, headers, poll=poll))
        leaving = asyncio.create_task(_wait_until_gone(receive))
        try:
            await asyncio.wait({response, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not response.done():
                self.lose(ConnectionClosed(1006, "the viewer ended its request"))
        finally:
            response.cancel()
            leaving.cancel()
            await asyncio.gather(response, leaving, return_exceptions=True)
            if self._response is response:
                self._response = None
                self._wait_for_request()

    def _wait_for_request(self) -> None:
        if self._closed is None:
            gone = ConnectionClosed(1006, f"nothing was asked for in {ABSENCE_S:g} s")
            self._absence = asyncio.get_running_loop().call_later(ABSENCE_S, self.lose, gone)

    async def _respond(self, send: Send, headers: Mapping[str, str], *, poll: bool) -> None:
        # The last is for nginx, which would collect the response.
        raw = raw_headers(DOWN_TYPE, {**NO_STORE, **headers, "x-accel-buffering": "no"})
        try:
            await send({"type": "http.response.start", "status": 200, "headers": raw})
            more = True
            while more:
                kind, payload = await self._outgoing.get()
                body = struct.pack(">BI", kind, len(payload)) + payload
                await send({"type": "http.response.body", "body": body, "more_body": True})
                self._outgoing.task_done()
                await asyncio.sleep(0)  # Who waits to send puts the next message in.
                more = kind != _CLOSE and not (poll and self._outgoing.empty())
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        # As for a WebSocket.
        except (OSError, RuntimeError) as error:
            self.lose(ConnectionClosed(1006, str(error)))

    async def _unless_closed(self, action: Coroutine[Any, Any, T]) -> T:
        """The result of ``action``; where the connection ends before, it is given up."""
        acting = asyncio.ensure_future(action)
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            await asyncio.wait({acting, closing}, return_when=asyncio.FIRST_COMPLETED)
            if self._closed is not None:
                raise self._closed.anew()
            return acting.result()
        finally:
            acting.cancel()
            closing.cancel()


class HttpConnections:
    """Those of an app, by the ids that viewers have drawn for them."""

    def __init__(self) -> None:
        self._connections: dict[tuple[str, str], HttpConnection] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def find(self, name: str, id: str) -> HttpConnection | None:
        """The connection to the display ``name`` that has this id."""
        return self._connections.get((name, id))

    def open(self, name: str, id: str, run: Run) -> HttpConnection:
        """Make one, and have ``run`` serve it until it ends.

        Raises:
            ProtocolError: The id is none.
        """
        if not _ID.fullmatch(id):
            raise ProtocolError("the id of a connection must have 22 to 64 characters of base64url")
        connection = self._connections[name, id] = HttpConnection()
        task = asyncio.create_task(self._run((name, id), connection, run), name="http connection")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return connection

    async def _run(self, key: tuple[str, str], connection: HttpConnection, run: Run) -> None:
        try:
            await run(connection)
        except ProtocolError as error:
            await connection.close(error.code, error.reason)
        finally:
            connection.lose(ConnectionClosed(CloseCode.NORMAL))
            self._connections.pop(key, None)


async def read_body(receive: Receive, max_bytes: int = MAX_BATCH_BYTES) -> bytes:
    """The body of a request.

    Raises:
        ProtocolError: It is longer than ``max_bytes``.
        ConnectionClosed: The viewer is gone before its end.
    """
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise ConnectionClosed(1006)
        body += event.get("body", b"")
        if len(body) > max_bytes:
            raise ProtocolError(f"a request must have at most {max_bytes} bytes", CloseCode.TOO_LARGE)
        if not event.get("more_body", False):
            return bytes(body)


async def _wait_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
