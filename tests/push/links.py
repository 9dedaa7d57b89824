"""Viewers whose connection is cut and who come back, over every transport and a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from rendercanvas_rfb.client import Client, Session, connect
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import ConnectionClosed
from rendercanvas_rfb.protocol.messages import View, Welcome
from rendercanvas_rfb.server import Server
from rendercanvas_rfb.testing import TcpProxy
from rendercanvas_rfb.viewer_event import ViewerEvent
from tests.push.http_socket import opened
from tests.push.sockets import VIEW, greet
from tests.push.viewers import taken
from tests.support import TIMEOUT_S, until


@dataclass
class Link:
    """A network between viewers and a server.

    Attributes:
        transport: How viewers connect: "websocket", "http", or "poll".
    """

    transport: str
    proxy: TcpProxy

    @asynccontextmanager
    async def viewer(
        self, session: Session | None, name: str = "plot", *, token: str | None = None, view: View = VIEW
    ) -> AsyncIterator[Client]:
        """A viewer, which may lose its connection before the block ends."""
        base = f"http://127.0.0.1:{self.proxy.port}/"
        async with asyncio.timeout(3 * TIMEOUT_S):
            if self.transport == "websocket":
                async with connect(f"{base}{name}/", session=session, token=token, video=(), view=view) as client:
                    yield client
                return
            async with opened(base, name, poll=self.transport == "poll") as socket:
                yield await greet(socket, session, token=token, view=view)

    async def cut(self, display: Display) -> None:
        """Break all connections, and wait until the server has noticed."""
        self.proxy.reset()
        await until(lambda: display.state["viewers"] == 0, "the viewers' end")


@pytest.fixture(params=["websocket", "http"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


with_polling = pytest.mark.parametrize("transport", ["websocket", "http", "poll"])
"""For tests that do not wait for the 10 s in which the loss of a viewer that polls is noticed."""


@pytest.fixture
async def link(server: Server, transport: str) -> AsyncIterator[Link]:
    async with TcpProxy("127.0.0.1", server.port) as proxy:
        yield Link(transport, proxy)


@asynccontextmanager
async def served(transport: str = "websocket", **options: Any) -> AsyncIterator[tuple[Server, Link]]:
    """A server of these options, behind a proxy."""
    with Server(port=0, **options) as server:
        async with TcpProxy("127.0.0.1", server.port) as proxy:
            yield server, Link(transport, proxy)


def waiting(server: Server) -> int:
    """How many sessions wait for their viewers."""
    return len(server._app._roster._sessions)


def welcome_of(client: Client) -> Welcome:
    assert client.welcome is not None
    return client.welcome


def kinds(events: list[ViewerEvent]) -> list[str]:
    return [event.type for event in events]


async def events_up_to(display: Display, last: str) -> list[ViewerEvent]:
    return await taken(display, lambda events: last in kinds(events), last)


async def send_in_vain(client: Client, type: str, **members: Any) -> None:
    """Send an event over a connection that is cut: it is kept."""
    with suppress(ConnectionClosed, httpx.HTTPError):
        await client.send_event(type, **members)
