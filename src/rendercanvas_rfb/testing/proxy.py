"""A network that is as bad as a test wants it: a TCP proxy on loopback that delays, throttles, stalls and cuts.

Between a client and a server that know nothing of it::

    async with TcpProxy("127.0.0.1", server.port) as proxy:
        proxy.to_client.bytes_per_s = 625_000  # 5 Mbit/s
        proxy.set_round_trip(0.02)
        async with connect(f"http://127.0.0.1:{proxy.port}/plot/") as client:
            ...
            proxy.stall()  # The client's train is in a tunnel.
            ...
            proxy.resume()

Settings may change at any time; they hold for what comes after. In each direction a chunk of bytes waits in a queue of
bounded length until the link has sent what was before it, and then travels for the delay. While the queue is full the
proxy does not read, so that its sender feels the bandwidth; the buffers of the proxy's sockets are small, so that the
operating system does not hide it.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

__all__ = ["Direction", "TcpProxy"]

SEGMENT_BYTES = 1448
"""Payload of a TCP segment on Ethernet: 1500 bytes less headers of 40 and time stamps of 12. Loopback's own 64 KiB
would let the sender's operating system take megabytes before the sender feels anything."""

SOCKET_BUFFER_BYTES = 16 * 1024
"""Asked for as send and receive buffer of the proxy's sockets; Linux doubles it for its own bookkeeping."""

QUEUE_BYTES = 64 * 1024
"""What waits in front of a link by default: the buffer of a small router, 100 ms at 5 Mbit/s."""

IN_FLIGHT_BYTES = 4 * 1024 * 1024
"""Bytes that travel at the same time over a link without a bandwidth, at most: 40 MB/s at a delay of 100 ms."""

CHUNK_BYTES = 16 * 1024
"""What is taken from a socket at a time, at most."""

CHUNK_S = 0.005
"""The time that a link spends on one chunk, at most, unless that is less than a segment: finer than a frame."""

BURST_S = 0.01
"""Idle time that a link makes up for, at most. The clock of an event loop wakes a millisecond or two late."""


@dataclass(slots=True)
class Direction:
    """What one direction of a link does to the bytes. Each connection has the whole link to itself.

    Attributes:
        delay_s: Time of travel, 0 or more.
        jitter_s: A random time between 0 and this is added to each chunk's delay. The order is kept, as TCP keeps it.
        bytes_per_s: Bandwidth, more than 0; None for any.
        queue_bytes: What waits for the bandwidth, at most, before reading stops; at least 1.
        cut_after_bytes: A connection is closed at both ends when it has passed on so many bytes this way; None for
            never.
        forwarded_bytes: Bytes that were passed on so far, over all connections.
    """

    delay_s: float = 0.0
    jitter_s: float = 0.0
    bytes_per_s: float | None = None
    queue_bytes: int = QUEUE_BYTES
    cut_after_bytes: int | None = None
    forwarded_bytes: int = 0

    def chunk_bytes(self) -> int:
        """What to take from a socket at a time."""
        if self.bytes_per_s is None:
            return CHUNK_BYTES
        return min(CHUNK_BYTES, max(SEGMENT_BYTES, int(self.bytes_per_s * CHUNK_S)))

    def in_flight_bytes(self) -> int:
        """What may travel, or wait for a receiver that does not read."""
        if self.bytes_per_s is None:
            return IN_FLIGHT_BYTES
        return CHUNK_BYTES + int(self.bytes_per_s * (self.delay_s + self.jitter_s))


class TcpProxy:
    """Listens on a free port of loopback and passes connections on to a server. Belongs to one asyncio loop.

    Attributes:
        to_server: What happens to bytes from clients to the server.
        to_client: What happens to bytes from the server to clients.
        port: Where it listens, once it was entered as an ``async with``.
    """

    def __init__(self, host: str, port: int, *, seed: int = 0) -> None:
        """Make one; it listens from ``async with`` on.

        Args:
            host: Of the server.
            port: Of the server.
            seed: Of the jitter.
        """
        self.to_server = Direction()
        self.to_client = Direction()
        self.port = 0
        self._server = (host, port)
        self._random = random.Random(seed)
        self._running = asyncio.Event()
        self._running.set()
        self._connections: set[_Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connections(self) -> int:
        """Connections that are open, half-open ones too."""
        return len(self._connections)

    def set_round_trip(self, seconds: float) -> None:
        """Have half of it as delay in each direction."""
        self.to_server.delay_s = self.to_client.delay_s = seconds / 2

    def stall(self) -> None:
        """Pass nothing on, in both directions, until `resume`; new connections are accepted and wait."""
        self._running.clear()

    def resume(self) -> None:
        """End a stall: everything that waits goes on, in order."""
        self._running.set()

    def half_open(self) -> None:
        """Pass nothing on in the present connections, not even their end: both ends believe in them for ever."""
        for connection in self._connections:
            connection.abandon()

    def reset(self) -> None:
        """Break the present connections with a TCP reset at both ends. What was on its way is lost."""
        for connection in tuple(self._connections):
            connection.reset()

    async def __aenter__(self) -> Self:
        listener = _socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        self.port = listener.getsockname()[1]
        self._spawn(self._accept(listener))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        failures = await asyncio.gather(*tasks, return_exceptions=True)
        for failure in failures:
            if error is None and isinstance(failure, Exception):
                raise failure

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        # One that has failed is kept, for its exception to be raised in the end.
        if task.cancelled() or task.exception() is None:
            self._tasks.discard(task)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with listener:
            while True:
                client, _ = await loop.sock_accept(listener)
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._spawn(self._serve(client))

    async def _serve(self, client: socket.socket) -> None:
        with client, _socket() as server:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = _Connection(client, server)
            self._connections.add(connection)
            try:
                with suppress(OSError):  # Either end may break it at any time; then the other is closed too.
                    await asyncio.get_running_loop().sock_connect(server, self._server)
                    connection.pumps = (
                        _Pump(client, server, self.to_server, self._running, self._random),
                        _Pump(server, client, self.to_client, self._running, self._random),
                    )
                    await connection.run()
            finally:
                self._connections.discard(connection)


class _Connection:
    """A client's socket and a server's, and what pumps between them."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.pumps: tuple[_Pump, ...] = ()
        self._sockets = (client, server)
        self._ended = asyncio.Event()
        self._pumping: list[asyncio.Task[None]] = []
        self._abandoned = asyncio.Event()

    async def run(self) -> None:
        """Pass bytes on until both ends have finished, one breaks it, or somebody here ends it.

        Raises:
            OSError: An end has broken it.
        """
        if self._abandoned.is_set():
            await self._ended.wait()
            return
        self._pumping = [asyncio.ensure_future(pump.run()) for pump in self.pumps]
        ended = asyncio.ensure_future(self._ended.wait())
        both = asyncio.gather(*self._pumping)
        try:
            await asyncio.wait((both, ended), return_when=asyncio.FIRST_COMPLETED)
            if self._abandoned.is_set():
                await ended
            elif both.done() and not both.cancelled():
                both.result()
        finally:
            tasks: list[asyncio.Future[Any]] = [*self._pumping, both, ended]
            for task in tasks:
                task.cancel()
            # Not before they are through: a socket must not be closed while the loop waits for it.
            await asyncio.gather(*tasks, return_exceptions=True)

    def abandon(self) -> None:
        self._abandoned.set()
        for task in self._pumping:
            task.cancel()

    def reset(self) -> None:
        for end in self._sockets:
            # To linger for zero seconds is how a reset is asked for.
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._ended.set()


class _Cut(OSError):
    """The connection has passed on as many bytes as it may."""


class _Pump:
    """One direction of one connection: from a socket into a queue, over the link, into another socket."""

    def __init__(
        self,
        source: socket.socket,
        sink: socket.socket,
        direction: Direction,
        running: asyncio.Event,
        random_numbers: random.Random,
    ) -> None:
        self._source, self._sink = source, sink
        self._direction, self._running, self._random = direction, running, random_numbers
        self._waiting = _Line()
        self._travelling = _Line()
        self._passed_bytes = 0

    async def run(self) -> None:
        """Pump until the source has ended, and then end the sink.

        Raises:
            OSError: One of the sockets is broken, or the connection is to be cut.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read())
                tasks.create_task(self._shape())
                tasks.create_task(self._write())
        except* OSError as errors:
            raise OSError("the connection is broken") from errors

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._waiting.has_room(lambda: self._direction.queue_bytes)
            chunk = await loop.sock_recv(self._source, self._direction.chunk_bytes())
            self._waiting.put(0.0, chunk)
            if not chunk:
                return

    async def _shape(self) -> None:
        """Let the chunks through as the bandwidth allows."""
        loop = asyncio.get_running_loop()
        free_at = 0.0
        arrives_at = 0.0
        chunk = b"-"
        while chunk:
            _, chunk = await self._waiting.first()
            await self._running.wait()
            if self._direction.bytes_per_s is not None:
                free_at = max(free_at, loop.time() - BURST_S) + len(chunk) / self._direction.bytes_per_s
                await _sleep_until(free_at)
            await self._travelling.has_room(self._direction.in_flight_bytes)
            travel = self._direction.delay_s + self._random.uniform(0, self._direction.jitter_s)
            arrives_at = max(arrives_at, loop.time() + travel)
            # Only now, so that what the link is busy with counts as queued.
            self._waiting.take()
            self._travelling.put(arrives_at, chunk)

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            arrives_at, chunk = await self._travelling.first()
            await _sleep_until(arrives_at)
            await self._running.wait()
            if not chunk:
                self._sink.shutdown(socket.SHUT_WR)
                return
            limit = self._direction.cut_after_bytes
            kept = chunk if limit is None else chunk[: max(0, limit - self._passed_bytes)]
            await loop.sock_sendall(self._sink, kept)
            self._passed_bytes += len(kept)
            self._direction.forwarded_bytes += len(kept)
            if limit is not None and self._passed_bytes >= limit:
                raise _Cut
            self._travelling.take()


class _Line:
    """Chunks in order, each with a time, and how many bytes they are together."""

    def __init__(self) -> None:
        self._chunks: deque[tuple[float, bytes]] = deque()
        self._bytes = 0
        self._changed = asyncio.Event()

    def put(self, at: float, chunk: bytes) -> None:
        self._chunks.append((at, chunk))
        self._bytes += len(chunk)
        self._changed.set()

    def take(self) -> None:
        self._bytes -= len(self._chunks.popleft()[1])
        self._changed.set()

    async def first(self) -> tuple[float, bytes]:
        """Wait for the first chunk; it stays in line until `take`."""
        while not self._chunks:
            await self._change()
        return self._chunks[0]

    async def has_room(self, limit_bytes: Callable[[], int]) -> None:
        """Wait until fewer bytes than the limit are in line; one chunk always has room."""
        while self._chunks and self._bytes >= limit_bytes():
            await self._change()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()


async def _sleep_until(time_s: float) -> None:
    seconds = time_s - asyncio.get_running_loop().time()
    if seconds > 0:
        await asyncio.sleep(seconds)


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setblocking(False)
    # Before it listens or connects: the window and the segments are agreed on with the first packets. Sockets that a
    # listener accepts inherit them.
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT_BYTES)
    return made
