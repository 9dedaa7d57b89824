"""What a server lets nobody take more of: viewers, and time."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from rendercanvas_rfb.client import connect
from rendercanvas_rfb.errors import ConnectionClosed
from rendercanvas_rfb.limits import ServerLimits
from rendercanvas_rfb.server import Server
from tests.push.serving import add_display, base_of, http, open_socket, picture
from tests.support import TIMEOUT_S, until


async def lets_in(url: str) -> bool:
    try:
        async with connect(url, video=()):
            return True
    except ConnectionClosed:
        return False


class TestLimits:
    async def test_one_viewer_too_many_is_told_so_and_may_come_when_one_has_left(self) -> None:
        with Server(port=0, limits=ServerLimits(max_viewers=2)) as server:
            display = add_display(server)
            add_display(server, "other")
            async with connect(server.url("other"), video=()) as first:
                async with connect(server.url("plot"), video=()):
                    with pytest.raises(ConnectionClosed) as error:
                        async with connect(server.url("plot"), video=()):
                            pass
                    assert (error.value.code, error.value.reason) == (4429, "too many viewers")
                    async with http(server) as client:
                        response = await client.get("plot/stream.mjpg")
                        assert (response.status_code, response.json()) == (503, {"error": "too many viewers"})
                await until(lambda: display.state["viewers"] == 0)
                async with connect(server.url("plot"), video=()):
                    pass
                server.hub.displays()[1].present(picture(1))
                await first.next_chunk()

    async def test_those_who_say_nothing_keep_others_out_only_so_long(self) -> None:
        with Server(port=0, limits=ServerLimits(max_pending=1, handshake_s=2.0)) as server:
            add_display(server)
            async with open_socket(base_of(server)) as silent:
                with pytest.raises(ConnectionClosed) as error:
                    async with connect(server.url("plot"), video=()):
                        pass
                assert error.value.code == 4429
                assert await silent.closed() == (4408, "no hello in time")
            await until(lambda: lets_in(server.url("plot")), "room")

    async def test_who_connects_and_asks_for_nothing_is_hung_up_on(self) -> None:
        with Server(port=0, limits=ServerLimits(handshake_s=0.5)) as server:
            add_display(server)
            stream = httpx.Request("GET", f"{base_of(server)}plot/stream.mjpg")
            async with connect(server.url("plot"), video=()) as client, http(server) as slow:
                response = await slow.send(stream, stream=True)
                await hung_up(server, b"")
                await hung_up(server, b"GET /plot/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
                # A viewer that was let in before them stays, and so does a request that takes its time.
                server.hub.displays()[0].present(picture(5))
                await client.next_chunk()
                assert await anext(response.aiter_raw())
                await response.aclose()


async def hung_up(server: Server, sent: bytes) -> None:
    """Send the beginning of a request, and wait for the server to close the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(sent)
    async with asyncio.timeout(TIMEOUT_S):
        assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
