"""Viewers that cannot keep up, over real connections: single images, then the end, and nobody else notices."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from rendercanvas_rfb import viewing
from rendercanvas_rfb.client import Client, Session, connect
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import CloseCode
from rendercanvas_rfb.metrics import ViewerMetrics
from rendercanvas_rfb.protocol.messages import ChunkHeader, Ping
from rendercanvas_rfb.server import Server
from rendercanvas_rfb.session import pictures, retreat
from rendercanvas_rfb.session.levels import IMAGES
from rendercanvas_rfb.testing import TcpProxy
from tests.push.viewers import closing
from tests.support import TIMEOUT_S, until

NOISE = np.random.default_rng(0).integers(0, 256, (8, 120, 160, 3), np.uint8)
"""What is large in any format."""

MIDDLING, SLOW = 400_000, 20_000
"""Bytes per second: of a link that carries the noise as video, and of one on which what is in flight takes seconds."""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less patience, so that no test takes a minute."""
    monkeypatch.setattr(viewing, "TICK_S", 0.1)
    monkeypatch.setattr(retreat, "STALLED_S", 0.8)


class Movie:
    """Publishes noise until it is cancelled."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.display: Display = server.add("plot")

    async def play(self) -> None:
        for number in range(1_000_000):
            self.display.publish(NOISE[number % len(NOISE)])
            await asyncio.sleep(0.03)

    def viewer(self, client: Client) -> ViewerMetrics:
        assert client.welcome is not None
        return next(one for one in self.server._app._roster.metrics() if one.viewer == client.welcome.viewer)

    @property
    def queued_bytes(self) -> int:
        return max(session._outgoing._bytes for session in self.server._app._roster._viewers)


@asynccontextmanager
async def playing() -> AsyncIterator[tuple[Movie, TcpProxy]]:
    with Server(port=0) as server:
        async with TcpProxy("127.0.0.1", server.port) as proxy:
            movie = Movie(server)
            task = asyncio.create_task(movie.play())
            try:
                yield movie, proxy
            finally:
                task.cancel()


@asynccontextmanager
async def talking(client: Client) -> AsyncIterator[None]:
    """The client is heard of, whatever reaches it."""

    async def talk() -> None:
        while True:
            await client.send(Ping(1.0))
            await asyncio.sleep(0.3)

    task = asyncio.create_task(talk())
    try:
        yield
    finally:
        task.cancel()


async def chunk_where(client: Client, is_video: bool) -> ChunkHeader:
    async with asyncio.timeout(2 * TIMEOUT_S):
        while True:
            header, _ = await client.next_chunk()
            if header.format.is_video is is_video and (is_video or header.width < 160):
                return header


async def test_a_link_that_is_too_slow_for_video_has_single_images_and_video_when_it_is_faster(quick: None) -> None:
    async with playing() as (movie, proxy):
        proxy.to_client.bytes_per_s = MIDDLING
        async with connect(f"http://127.0.0.1:{proxy.port}/plot/") as client, talking(client):
            await chunk_where(client, is_video=True)
            while not movie.viewer(client).target_bitrate:
                await client.next_chunk()
            proxy.to_client.bytes_per_s = SLOW
            header = await chunk_where(client, is_video=False)
            assert (header.width, header.height, header.pixel_ratio) == (40, 30, 0.25)
            assert client.stream is not None
            assert "single small images" in client.stream.reason
            assert movie.viewer(client).level == IMAGES
            assert movie.queued_bytes < 2**20
            proxy.to_client.bytes_per_s = None
            await chunk_where(client, is_video=True)


async def test_who_gave_up_since_a_picture_took_too_long_begins_with_images(quick: None) -> None:
    async with playing() as (movie, proxy):
        session, address = Session(), f"http://127.0.0.1:{proxy.port}/plot/"
        async with connect(address, session=session) as client:
            await chunk_where(client, is_video=True)
            proxy.to_client.bytes_per_s = SLOW // 16
            async with talking(client):
                await until(lambda: movie.viewer(client).level == IMAGES, "a picture that takes long")
            client._socket.transport.abort()
        proxy.to_client.bytes_per_s = SLOW
        async with connect(address, session=session) as client:
            assert client.welcome is not None
            assert client.welcome.resumed
            header, _ = await client.next_chunk()
            assert not header.format.is_video
            assert header.width == 40


async def test_who_answers_and_shows_nothing_is_cut_off_and_may_come_back(
    quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "CUT_AFTER_S", 1.5)
    async with playing() as (movie, _proxy):
        session = Session()
        url = movie.display.url
        async with connect(url) as other, connect(url, session=session) as stuck, talking(stuck):
            watching = asyncio.create_task(watch(other))
            end = await closing(stuck)
            assert (end.code, end.reason) == (CloseCode.TOO_SLOW, "no picture was shown for 30 s")
            await until(lambda: movie.display.state["viewers"] == 1, "its end")
            before = movie.viewer(other).sent
            await until(lambda: movie.viewer(other).sent > before, "more pictures")
            assert movie.viewer(other).keyframes <= 4
            watching.cancel()
        async with connect(movie.display.url, session=session) as again:
            assert again.welcome is not None
            assert again.welcome.resumed


async def watch(client: Client) -> None:
    while True:
        await client.next_chunk()
