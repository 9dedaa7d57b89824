"""A client in Python whose connection seems to be there, and carries nothing any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import websockets

from rendercanvas_rfb.client import Client, Session, connect
from rendercanvas_rfb.client import connection as connection_module
from rendercanvas_rfb.client.silence import LOOK_S
from rendercanvas_rfb.errors import CloseCode, ConnectionClosed
from rendercanvas_rfb.protocol.messages import Pong
from rendercanvas_rfb.server import Server
from rendercanvas_rfb.testing import TcpProxy
from tests.push.serving import add_display, picture
from tests.support import TIMEOUT_S

FASTER = 5
"""How many times sooner than in life a client looks; an answer still has more than a second."""

NOTHING_HEARD = (CloseCode.TIMEOUT, "nothing heard from the server")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have clients look more often, each time as if as long had passed as in life. Nothing changes for the server."""
    monkeypatch.setattr(connection_module, "LOOK_S", LOOK_S / FASTER)


async def ended(waiting: Awaitable[object]) -> tuple[int, str]:
    """How what waits for the server ends."""
    with pytest.raises(ConnectionClosed) as closed:
        async with asyncio.timeout(TIMEOUT_S):
            await waiting
    return closed.value.code, closed.value.reason


@pytest.mark.parametrize(
    "wait",
    [Client.receive, Client.next_picture, Client.next_message, lambda client: client.wait_for(Pong)],
    ids=["receive", "next_picture", "next_message", "wait_for"],
)
async def test_whoever_waits_is_told(impatient: None, wait: Callable[[Client], Awaitable[object]]) -> None:
    with Server(port=0) as server:
        add_display(server)
        async with (
            TcpProxy("127.0.0.1", server.port) as proxy,
            connect(f"http://127.0.0.1:{proxy.port}/plot/", video=()) as client,
        ):
            proxy.half_open()
            assert await ended(wait(client)) == NOTHING_HEARD
            assert await ended(client.send_event("key_down", key="a")) == NOTHING_HEARD


async def test_the_session_goes_on_over_another_connection(impatient: None) -> None:
    with Server(port=0) as server:
        display = add_display(server)
        session = Session()
        async with TcpProxy("127.0.0.1", server.port) as proxy:
            url = f"http://127.0.0.1:{proxy.port}/plot/"
            async with connect(url, video=(), session=session) as client:
                proxy.half_open()
                await client.send_event("key_down", key="a")
                assert await ended(client.receive()) == NOTHING_HEARD
            async with connect(url, video=(), session=session) as client:
                assert client.welcome is not None
                assert client.welcome.resumed
                async with asyncio.timeout(TIMEOUT_S):
                    while session.unconfirmed:
                        await client.receive()
        assert [event.type for event in display.poll_events()].count("key_down") == 1


async def test_a_server_that_answers_nothing_is_given_up(impatient: None) -> None:
    async def accept(socket: Any) -> None:
        await socket.wait_closed()

    async with websockets.serve(accept, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]

        async def enter() -> None:
            async with connect(f"http://127.0.0.1:{port}/plot/"):
                pass

        assert await ended(enter()) == NOTHING_HEARD


async def test_a_server_with_nothing_to_say_is_asked_and_kept(impatient: None) -> None:
    with Server(port=0) as server:
        display = add_display(server)
        async with connect(server.url("plot"), video=()) as client:
            answers = 0
            async with asyncio.timeout(TIMEOUT_S):
                # Two of them are further apart than the longest silence.
                while answers < 4:
                    answers += isinstance(await client.receive(), Pong)
            display.publish(picture(7))
            async with asyncio.timeout(TIMEOUT_S):
                assert (await client.next_picture()).pixels[0, 0, 0] == 7
