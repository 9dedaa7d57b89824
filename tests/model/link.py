"""One connection over a faulty link: in order, delayed, stalled, silent, or cut at any message."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from rendercanvas_rfb.errors import ConnectionClosed

__all__ = ["Clock", "Ended", "Link", "Message", "ServerEnd", "Wire"]

CAPACITY_MESSAGES = 32
"""Messages on their way down at which the server's socket takes no more, as with a full send buffer."""

BROKEN = 1006
"""Close code of a connection that ended without one (RFC 6455, section 7.1.5)."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The close of a connection, on its way after the messages before it."""

    code: int
    reason: str = ""


Message = str | bytes | Ended


class Clock(Protocol):
    """The time of a world, ms."""

    now: float

    def at(self, time: float, callback: Callable[[], None]) -> None:
        """Call back at a time."""
        ...


@dataclass(slots=True)
class Link:
    """The network of one viewer.

    Attributes:
        delay_ms: One way.
        jitter_ms: On top, at most.
        bytes_per_ms: What goes down; None for no limit.
        up: Whether new connections get through.
        silent: Whether those that do not get no answer, in place of a refusal.
        stalled: Whether nothing moves, for now.
    """

    delay_ms: float
    jitter_ms: float = 0.0
    bytes_per_ms: float | None = None
    up: bool = True
    silent: bool = False
    stalled: bool = False


class _Way:
    """Messages in one direction."""

    def __init__(self, clock: Clock, link: Link, random: Random, arrived: Callable[[Message], None]) -> None:
        self._clock = clock
        self._link = link
        self._random = random
        self._arrived = arrived
        self._last = 0.0
        self._busy_until = 0.0
        self._held: deque[Message] = deque()
        self.on_way = 0
        self.is_dead = False
        # How many of those on their way still arrive, once it is cut.
        self._left: int | None = None

    def send(self, message: Message, at: float) -> None:
        """It arrives later, in order."""
        if self._left is not None:
            return
        link = self._link
        start = at
        if link.bytes_per_ms is not None and not isinstance(message, Ended):
            start = self._busy_until = max(at, self._busy_until) + len(message) / link.bytes_per_ms
        self._last = max(self._last, start + link.delay_ms + link.jitter_ms * self._random.random())
        self.on_way += 1
        self._clock.at(self._last, lambda: self._arrive(message))

    def cut(self, keep: int) -> float:
        """Only so many of the messages on their way arrive. Returns when the last one does, at the latest."""
        if self._left is not None:
            return self._clock.now  # What an earlier cut has lost does not come back.
        held, self._held = list(self._held), deque()
        for message in held[:keep]:
            self._hand_over(message)
        self._left = min(max(0, keep - len(held)), self.on_way)
        return self._last if self._left else self._clock.now

    def resume(self) -> None:
        """What a stall has held arrives now."""
        held, self._held = self._held, deque()
        for message in held:
            self._hand_over(message)

    def _arrive(self, message: Message) -> None:
        if self.is_dead:
            return
        if self._left is not None:
            if self._left == 0:
                return
            self._left -= 1
        elif self._link.stalled:
            self._held.append(message)
            return
        self._hand_over(message)

    def _hand_over(self, message: Message) -> None:
        self.on_way -= 1
        self._arrived(message)


@dataclass(slots=True)
class Heard:
    """When each side last heard the other, ms."""

    server: float
    client: float
    other: dict[str, float] = field(default_factory=dict)


class Wire:
    """A connection: the client's end is in the other process, the server's is a `viewing.Connection`.

    Args:
        number: The client's number of the socket.
        viewer: Whose it is.
        clock: The time.
        link: The network.
        random: For the jitter.
        to_client: Called with what arrives there.
    """

    def __init__(
        self, number: int, viewer: int, clock: Clock, link: Link, random: Random, to_client: Callable[[Message], None]
    ) -> None:
        self.number = number
        self.viewer = viewer
        self.incarnation = -1
        self.client_open = True
        self.heard = Heard(clock.now, clock.now)
        self._clock = clock
        self._to_client = to_client
        self.up = _Way(clock, link, random, self._at_server)
        self.down = _Way(clock, link, random, self._at_client)
        self.server = ServerEnd(self)

    def cut(self, *, keep_up: int, keep_down: int, server_knows: bool, client_knows: bool) -> None:
        """The connection breaks; a side that does not know goes on as before."""
        up, down = self.up.cut(keep_up), self.down.cut(keep_down)
        if server_knows:
            self._clock.at(max(up, self._clock.now), lambda: self.server.ended(Ended(BROKEN)))
        if client_knows:
            self._clock.at(max(down, self._clock.now), lambda: self._tell_client(Ended(BROKEN)))

    def fall_silent(self) -> None:
        """Nothing gets through any more, and nobody is told."""
        self.up.is_dead = self.down.is_dead = True

    def resume(self) -> None:
        """A stall is over."""
        self.up.resume()
        self.down.resume()

    def _at_server(self, message: Message) -> None:
        self.heard.server = self._clock.now
        if isinstance(message, Ended):
            self.server.ended(message)
        else:
            self.server.received(message)

    def _at_client(self, message: Message) -> None:
        self.heard.client = self._clock.now
        self.server.has_room()
        self._tell_client(message)

    def _tell_client(self, message: Message) -> None:
        if self.client_open:
            self.client_open = not isinstance(message, Ended)
            self._to_client(message)


class ServerEnd:
    """A `viewing.Connection`."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._inbox: deque[str | bytes] = deque()
        self._end: Ended | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None

    async def receive(self) -> str | bytes:
        """The next message."""
        while not self._inbox:
            if self._end is not None:
                raise ConnectionClosed(self._end.code, self._end.reason)
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        return self._inbox.popleft()

    async def send(self, message: str | bytes) -> None:
        """Send a message."""
        while self._end is None and self.wire.down.on_way >= CAPACITY_MESSAGES:
            self._writer = asyncio.get_running_loop().create_future()
            await self._writer
        if self._end is not None:
            raise ConnectionClosed(self._end.code, self._end.reason)
        self.wire.down.send(message, self.wire._clock.now)

    async def close(self, code: int, reason: str) -> None:
        """Close it."""
        if self._end is None:
            self.wire.down.send(Ended(code, reason), self.wire._clock.now)
            self.ended(Ended(code, reason))

    def received(self, message: str | bytes) -> None:
        """A message has arrived."""
        if self._end is None:
            self._inbox.append(message)
            _wake(self._reader)

    def ended(self, end: Ended) -> None:
        """There will be no more."""
        if self._end is None:
            self._end = end
            _wake(self._reader)
            _wake(self._writer)

    def has_room(self) -> None:
        """A message has left the link."""
        if self.wire.down.on_way < CAPACITY_MESSAGES:
            _wake(self._writer)


def _wake(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)
