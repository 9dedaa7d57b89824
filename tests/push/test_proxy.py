"""The proxy that plays a bad network."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from rendercanvas_rfb.testing import TcpProxy

TIMEOUT_S = 20
BLOCK = bytes(range(256)) * 256  # 64 KiB


class Peer:
    """A server of one kind of connection, which it keeps."""

    def __init__(self) -> None:
        self.port = 0
        self.accepted: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.accepted.put((reader, writer))


@asynccontextmanager
async def peer_behind_proxy() -> AsyncIterator[tuple[Peer, TcpProxy]]:
    peer = Peer()
    server = await asyncio.start_server(peer.accept, "127.0.0.1", 0)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        async with asyncio.timeout(TIMEOUT_S), TcpProxy("127.0.0.1", peer.port) as proxy:
            yield peer, proxy
    finally:
        server.close()


class Pair:
    """Both ends of a connection through the proxy."""

    def __init__(self, client, server) -> None:
        self.client_reader, self.client_writer = client
        self.server_reader, self.server_writer = server

    def close(self) -> None:
        self.client_writer.transport.abort()
        self.server_writer.transport.abort()


@asynccontextmanager
async def connected(peer: Peer, proxy: TcpProxy) -> AsyncIterator[Pair]:
    client = await asyncio.open_connection("127.0.0.1", proxy.port)
    pair = Pair(client, await peer.accepted.get())
    try:
        yield pair
    finally:
        pair.close()


async def test_bytes_pass_both_ways_until_an_end_has_finished():
    async with peer_behind_proxy() as (peer, proxy), connected(peer, proxy) as pair:
        pair.client_writer.write(b"question")
        pair.client_writer.write_eof()
        assert await pair.server_reader.read() == b"question"
        pair.server_writer.write(BLOCK)
        pair.server_writer.write_eof()
        assert await pair.client_reader.read() == BLOCK
        assert proxy.to_server.forwarded_bytes == len(b"question")
        assert proxy.to_client.forwarded_bytes == len(BLOCK)


async def test_nothing_arrives_before_its_delay():
    clock = asyncio.get_running_loop().time
    async with peer_behind_proxy() as (peer, proxy), connected(peer, proxy) as pair:
        proxy.set_round_trip(0.1)
        started = clock()
        pair.client_writer.write(b"?")
        assert await pair.server_reader.read(1) == b"?"
        assert clock() - started >= 0.05
        pair.server_writer.write(b"!")
        assert await pair.client_reader.read(1) == b"!"
        assert clock() - started >= 0.1


async def test_the_bandwidth_bounds_what_arrives():
    clock = asyncio.get_running_loop().time
    async with peer_behind_proxy() as (peer, proxy), connected(peer, proxy) as pair:
        proxy.to_client.bytes_per_s = 640_000
        started = clock()
        pair.server_writer.write(BLOCK)
        assert await pair.client_reader.readexactly(len(BLOCK)) == BLOCK
        # Less what the link makes up for after it was idle.
        assert clock() - started >= len(BLOCK) / 640_000 - 0.01


async def test_a_sender_feels_that_nothing_gets_through():
    async with peer_behind_proxy() as (peer, proxy), connected(peer, proxy) as pair:
        proxy.stall()
        sender = pair.client_writer.get_extra_info("socket")
        loop = asyncio.get_running_loop()
        taken = 0
        idle_turns = 0
        with socket.fromfd(sender.fileno(), sender.family, sender.type) as raw:
            raw.setblocking(False)
            while idle_turns < 100:
                try:
                    taken += raw.send(BLOCK)
                    idle_turns = 0
                except BlockingIOError:
                    idle_turns += 1
                    await asyncio.sleep(0.001)
                assert taken < 2 * 1024 * 1024
        received = loop.create_task(pair.server_reader.readexactly(taken))
        proxy.resume()
        assert len(await received) == taken


async def test_what_waited_out_a_stall_arrives_in_order():
    async with peer_behind_proxy() as (peer, proxy), connected(peer, proxy) as pair:
        proxy.stall()
        pair.client_writer.write(b"first, ")
        await pair.client_writer.drain()
        pair.client_writer.write(b"second")
        pair.client_writer.write_eof()
        assert proxy.to_server.forwarded_bytes == 0
        proxy.resume()
        assert await pair.server_reader.read() == b"first, second"


async def test_jitter_keeps_the_order():
    async with peer_behind_proxy() as (peer, proxy), connected(peer, proxy) as pair:
        proxy.to_server.jitter_s = 0.02
        proxy.to_server.bytes_per_s = 10_000_000
        pair.client_writer.write(BLOCK)
        assert await pair.server_reader.readexactly(len(BLOCK)) == BLOCK


async def test_a_half_open_connection_is_silent_and_others_go_on():
    async with peer_behind_proxy() as (peer, proxy), connected(peer, proxy) as silent:
        silent.client_writer.write(b"a")
        assert await silent.server_reader.read(1) == b"a"
        proxy.half_open()
        silent.client_writer.write(b"b")
        silent.client_writer.write_eof()
        nothing = asyncio.ensure_future(silent.server_reader.read(1))
        async with connected(peer, proxy) as other:
            other.client_writer.write(b"c")
            assert await other.server_reader.read(1) == b"c"
            assert proxy.connections == 2
        assert not nothing.done()
        nothing.cancel()


async def test_a_reset_reaches_both_ends():
    async with peer_behind_proxy() as (peer, proxy), connected(peer, proxy) as pair:
        pair.client_writer.write(b"a")
        assert await pair.server_reader.read(1) == b"a"
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            await pair.client_reader.read()
        with pytest.raises(ConnectionResetError):
            await pair.server_reader.read()


async def test_a_connection_is_cut_after_so_many_bytes():
    async with peer_behind_proxy() as (peer, proxy):
        proxy.to_client.cut_after_bytes = 40_000
        async with connected(peer, proxy) as pair:
            pair.server_writer.write(BLOCK)
            assert await pair.client_reader.readexactly(40_000) == BLOCK[:40_000]
            assert await pair.client_reader.read() == b""
            assert proxy.to_client.forwarded_bytes == 40_000


async def test_a_server_that_is_not_there_closes_the_connection():
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        async with asyncio.timeout(TIMEOUT_S), TcpProxy("127.0.0.1", reserved.getsockname()[1]) as proxy:
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            assert await reader.read() == b""
            writer.close()


async def test_leaving_closes_what_is_open():
    peer = Peer()
    server = await asyncio.start_server(peer.accept, "127.0.0.1", 0)
    peer.port = server.sockets[0].getsockname()[1]
    async with asyncio.timeout(TIMEOUT_S), server:
        async with TcpProxy("127.0.0.1", peer.port) as proxy:
            client = await asyncio.open_connection("127.0.0.1", proxy.port)
            pair = Pair(client, await peer.accepted.get())
        assert proxy.connections == 0
        assert await pair.client_reader.read() == b""
        assert await pair.server_reader.read() == b""
        pair.close()
