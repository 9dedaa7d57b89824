"""A connection over a channel that carries messages of many at once, such as the comm of a notebook's widget.

Such a channel takes any amount and does not tell when it was delivered. So both sides count what they have got of a
connection, and say so in what they send; a connection whose viewer has not got enough yet waits, as a socket does whose
buffers are full. `docs/protocol.md` describes the messages.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ..errors import CloseCode, ConnectionClosed, ProtocolError

__all__ = ["ChannelConnection", "ChannelConnections", "Post"]

MAX_UNDELIVERED_MESSAGES = 64
"""Messages on their way to a viewer: twice the largest window, the rest is for control messages."""

MAX_UNDELIVERED_BYTES = 8 * 1024 * 1024
"""Bytes on their way to a viewer, and one message more: twice the window, which thus never waits for this."""

MAX_WAITING_MESSAGES = 4096
"""Messages of a viewer that wait for its session: the burst that its limits allow. They are taken as they come, so that
there are more only where a kernel that was busy for long hands on all at once."""

MAX_CONNECTIONS = 64
"""Of one channel, at once: as many viewers as a server has by default."""

TELL_AFTER = 8
"""Messages of a viewer after which it is told that they were got without waiting for something to send. Half of what
makes the viewer hold back its pointer's moves."""

Post = Callable[[Mapping[str, Any], bytes | None], None]
"""Sends content that can be JSON, and the bytes that belong to it. Returns at once.

Raises `ConnectionClosed` where nothing can be sent any more."""

Run = Callable[["ChannelConnection"], Awaitable[None]]

_ID = re.compile(r"[A-Za-z0-9_-]{22,64}")


class ChannelConnection:
    """A `Connection` that lives on one asyncio loop.

    Args:
        id: What the viewer calls it.
        post: Sends on the channel.
    """

    def __init__(self, id: str, post: Post) -> None:
        self._id = id
        self._post = post
        self._incoming: deque[str] = deque()
        self._on_the_way: deque[int] = deque()
        self._bytes_on_the_way = 0
        self._sent = 0
        self._got = self._told = 0
        self._closed: ConnectionClosed | None = None
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    async def receive(self) -> str:
        """The next message of the viewer."""
        while not self._incoming:
            if self._closed is not None:
                raise self._closed.anew()
            self._changed.clear()
            await self._changed.wait()
        return self._incoming.popleft()

    async def send(self, message: str | bytes) -> None:
        """Send a message; waits while too much is on its way."""
        await self._room.wait()
        if self._closed is not None:
            raise self._closed.anew()
        self._sent += 1
        self._on_the_way.append(len(message))
        self._bytes_on_the_way += len(message)
        self._look_for_room()
        if isinstance(message, str):
            self._put({"type": "text", "text": message, "got": self._tell()})
        else:
            self._put({"type": "chunk", "got": self._tell()}, message)

    async def close(self, code: int, reason: str) -> None:
        """Tell the viewer why."""
        self.end(code, reason)

    # What comes from the channel, on the loop.

    def opened(self, members: Mapping[str, Any]) -> None:
        """Tell the viewer that it is there, and what else it is to know."""
        self._put({"type": "opened", **members})

    def take(self, text: str, got: int) -> None:
        """The viewer sent a message, and has got so many."""
        self.delivered(got)
        if len(self._incoming) >= MAX_WAITING_MESSAGES:
            raise ProtocolError("too many messages at once", CloseCode.TOO_MANY)
        self._incoming.append(text)
        self._changed.set()
        self._got += 1
        if self._got - self._told >= TELL_AFTER:
            self._put({"type": "got", "got": self._tell()})

    def delivered(self, got: int) -> None:
        """The viewer has got so many messages.

        Raises:
            ProtocolError: There were not so many.
        """
        if got > self._sent:
            raise ProtocolError(f"got {got} messages of {self._sent}")
        while len(self._on_the_way) > self._sent - got:
            self._bytes_on_the_way -= self._on_the_way.popleft()
        self._look_for_room()

    def end(self, code: int, reason: str) -> None:
        """Tell the viewer that it is over, and lose it. Does nothing where it is over."""
        if self._closed is None:
            self._put({"type": "close", "code": int(code), "reason": reason})
            self.lose(ConnectionClosed(code, reason))

    def lose(self, error: ConnectionClosed) -> None:
        """It is gone."""
        self._closed = self._closed or error
        self._changed.set()
        self._room.set()

    def _put(self, content: dict[str, Any], data: bytes | None = None) -> None:
        try:
            self._post({"connection": self._id, **content}, data)
        except ConnectionClosed as closed:
            self.lose(closed)

    def _tell(self) -> int:
        self._told = self._got
        return self._got

    def _look_for_room(self) -> None:
        full = (
            len(self._on_the_way) >= MAX_UNDELIVERED_MESSAGES or self._bytes_on_the_way >= MAX_UNDELIVERED_BYTES
        ) and self._closed is None
        (self._room.clear if full else self._room.set)()


class ChannelConnections:
    """The connections of one channel, by the ids that viewers have drawn for them. Lives on one asyncio loop.

    Args:
        post: Sends on the channel.
        run: Serves a connection until it ends.
        opened: Returns what viewers are told beside that their connection is open.
    """

    def __init__(self, post: Post, run: Run, opened: Callable[[], Mapping[str, Any]] = dict) -> None:
        self._post = post
        self._run = run
        self._opened = opened
        self._connections: dict[str, ChannelConnection] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._connections)

    def take(self, content: object) -> None:
        """Something came. What is no message of a connection is left out; one that is wrong ends its connection."""
        id = content.get("connection") if isinstance(content, dict) else None
        if not isinstance(content, dict) or not isinstance(id, str) or not _ID.fullmatch(id):
            return
        connection = self._connections.get(id)
        if connection is None:
            if content.get("type") == "open":
                self._open(id)
            return  # It has ended, and the viewer will hear of it.
        try:
            _handle(connection, content)
        except ProtocolError as error:
            connection.end(error.code, error.reason)

    def end_all(self, code: int, reason: str) -> None:
        """Tell all viewers that it is over."""
        for connection in self._connections.values():
            connection.end(code, reason)

    def _open(self, id: str) -> None:
        connection = ChannelConnection(id, self._post)
        if len(self._connections) >= MAX_CONNECTIONS:
            connection.end(CloseCode.TOO_MANY, f"more than {MAX_CONNECTIONS} views of one widget")
            return
        self._connections[id] = connection
        connection.opened(self._opened())
        task = asyncio.create_task(self._serve(id, connection), name="channel connection")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, id: str, connection: ChannelConnection) -> None:
        try:
            await self._run(connection)
        finally:
            connection.end(CloseCode.NORMAL, "")
            del self._connections[id]


def _handle(connection: ChannelConnection, content: Mapping[str, Any]) -> None:
    match content:
        case {"type": "text", "text": str(text), "got": int(got)} if got >= 0:
            connection.take(text, got)
        case {"type": "got", "got": int(got)} if got >= 0:
            connection.delivered(got)
        case {"type": "close", "code": int(code), "reason": str(reason)}:
            connection.lose(ConnectionClosed(code, reason))
        case _:
            raise ProtocolError(f"unexpected message of type {content.get('type')!r}")
