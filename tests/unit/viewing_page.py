"""The viewer's side of an in-memory connection to a display with real encode threads and fake encoders."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from rendercanvas_rfb import viewing
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import ConnectionClosed
from rendercanvas_rfb.events import INPUT_TYPES, Event
from rendercanvas_rfb.limits import ServerLimits
from rendercanvas_rfb.policy import ViewerPolicy
from rendercanvas_rfb.protocol.chunk import unpack_chunk
from rendercanvas_rfb.protocol.codec import decode_server, encode
from rendercanvas_rfb.protocol.messages import Ack, ChunkHeader, ClientMessage, Hello, ServerMessage, Welcome
from rendercanvas_rfb.testing import FakeEncoderFactory, memory_connection
from rendercanvas_rfb.viewing import watch
from tests.support import TIMEOUT_S
from tests.unit.support import HELLO, TIERS


async def let_in(hello: Hello) -> bool:
    return True


class Page:
    """The viewer's side of a connection."""

    def __init__(
        self,
        display: Display,
        authenticate: viewing.Admit = let_in,
        capacity: int = 16,
        limits: ServerLimits = viewing.DEFAULT_LIMITS,
    ) -> None:
        server_end, self.connection = memory_connection(capacity)
        self.serving = asyncio.create_task(watch(server_end, display, authenticate, limits))

    async def send(self, *messages: ClientMessage) -> None:
        for message in messages:
            await self.connection.send(encode(message))

    async def receive(self) -> ServerMessage | ChunkHeader:
        async with asyncio.timeout(TIMEOUT_S):
            message = await self.connection.receive()
        return decode_server(message) if isinstance(message, str) else unpack_chunk(message)[0]

    async def receive_until(
        self, last: Callable[[ServerMessage | ChunkHeader], bool]
    ) -> list[ServerMessage | ChunkHeader]:
        messages = [await self.receive()]
        while not last(messages[-1]):
            messages.append(await self.receive())
        return messages

    async def chunk(self, version: int | None = None, *, acknowledge: bool = True) -> ChunkHeader:
        """The next chunk, or the next one of that picture; it and those before it are acknowledged."""
        while True:
            message = await self.receive()
            if not isinstance(message, ChunkHeader):
                continue
            if acknowledge:
                await self.send(Ack(message.sequence))
            if version in (None, message.frame):
                return message

    async def closed(self) -> tuple[int, str]:
        """The code and the reason that the connection ends with, once the server's side has ended."""
        try:
            while True:
                await self.receive()
        except ConnectionClosed as closed:
            async with asyncio.timeout(TIMEOUT_S):
                await self.serving
            return closed.code, closed.reason


@pytest.fixture
def encoders() -> FakeEncoderFactory:
    return FakeEncoderFactory()


@pytest.fixture
async def display(encoders: FakeEncoderFactory) -> AsyncIterator[Display]:
    made = Display("plot", tiers=TIERS, open_encoder=encoders, policy=ViewerPolicy(resize="viewer"))
    yield made
    made.close()
    serving = asyncio.all_tasks() - {asyncio.current_task()}
    if serving:
        await asyncio.wait(serving, timeout=TIMEOUT_S)


def taken(display: Display) -> list[Event]:
    """The input that the program gets."""
    return [item.event for item in display.poll_events() if item.type in INPUT_TYPES]


async def open_page(display: Display, hello: Hello = HELLO) -> Page:
    page = Page(display)
    await page.send(hello)
    assert isinstance(await page.receive(), Welcome)
    return page
