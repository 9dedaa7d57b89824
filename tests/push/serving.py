"""What the tests of the server share: a server with fake encoders, and ways to talk to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
import websockets
from websockets.exceptions import ConnectionClosed as SocketClosed

from rendercanvas_rfb.auth import AuthContext
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.protocol.codec import encode
from rendercanvas_rfb.protocol.formats import PictureFormat, Tier
from rendercanvas_rfb.protocol.messages import Capabilities, Hello
from rendercanvas_rfb.server import Server
from tests.support import TIMEOUT_S

PNG, JPEG = Tier(PictureFormat.PNG), Tier(PictureFormat.JPEG)

HELLO = encode(Hello(Capabilities((), (PictureFormat.PNG,), "disabled")))


def picture(value: int, width: int = 32, height: int = 16) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A picture in one grey."""
    return np.full((height, width, 4), value, np.uint8)


def add_display(server: Server, name: str = "plot", **options: Any) -> Display:
    """A display of images, which need no video encoder."""
    return server.add(name, tiers=(PNG, JPEG), **options)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on a free port, on loopback."""
    with Server(port=0) as running:
        yield running


def user(context: AuthContext) -> object:
    """Authenticates: who comes with a token is the user of that name."""
    return context.token


def base_of(server: Server) -> str:
    """The server's address, without a token."""
    return server.url().partition("#")[0]


def http(server: Server, **options: Any) -> httpx.AsyncClient:
    """A client for what the server has besides WebSockets."""
    return httpx.AsyncClient(base_url=base_of(server), timeout=TIMEOUT_S, **options)


def hello(token: str | None = None) -> str:
    """The first message, with a credential."""
    return encode(Hello(Capabilities((), (PictureFormat.PNG,), "disabled"), token=token))


class Socket:
    """A WebSocket on which any text can be sent."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self.said: list[dict[str, Any]] = []

    async def send(self, *messages: str | bytes) -> None:
        """Send messages, as far as the server has not closed it: `closed` tells why."""
        with suppress(SocketClosed):
            for message in messages:
                await self._socket.send(message)

    async def receive(self) -> str | bytes:
        async with asyncio.timeout(TIMEOUT_S):
            message = await self._socket.recv()
        if isinstance(message, str):
            self.said.append(json.loads(message))
        assert isinstance(message, str | bytes)
        return message

    async def until(self, kind: str) -> dict[str, Any]:
        """The next control message of a type."""
        while not (isinstance(await self.receive(), str) and self.said[-1]["type"] == kind):
            pass
        return self.said[-1]

    async def drop(self) -> None:
        """Break the connection without a close."""
        self._socket.transport.abort()

    async def closed(self) -> tuple[int, str]:
        """The code and the reason with which the server closes it."""
        try:
            while True:
                await self.receive()
        except SocketClosed as error:
            return (1006, "") if error.rcvd is None else (error.rcvd.code, error.rcvd.reason)


@asynccontextmanager
async def open_socket(
    base: str,
    path: str = "plot/ws",
    *,
    origin: str | None = None,
    cookie: str | None = None,
    host: str | None = None,
) -> AsyncIterator[Socket]:
    """A WebSocket to ``path`` below the server's address, which is called ``host``."""
    parts = urlsplit(base)
    address = f"{parts.scheme.replace('http', 'ws')}://{parts.netloc if host is None else host}{parts.path}{path}"
    headers = [] if cookie is None else [("Cookie", cookie)]
    if origin is not None:
        headers.append(("Origin", origin))
    there = {} if host is None else {"host": parts.hostname, "port": parts.port}
    async with connect_with(address, headers, **there) as socket:
        yield Socket(socket)


def connect_with(address: str, headers: list[tuple[str, str]], **options: Any) -> Any:
    """``websockets.connect``, whose argument for headers has another name before version 14."""
    new = int(websockets.version.version.partition(".")[0]) >= 14
    named: dict[str, Any] = {"additional_headers" if new else "extra_headers": headers}
    return websockets.connect(address, compression=None, **named, **options)
