"""A connection over plain HTTP: streamed, and polled."""

from __future__ import annotations

import asyncio
import json
import secrets
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import numpy as np
import pytest

from rendercanvas_rfb.client import Client, view_of
from rendercanvas_rfb.connections import http as http_module
from rendercanvas_rfb.errors import ConnectionClosed
from rendercanvas_rfb.protocol.codec import encode
from rendercanvas_rfb.protocol.formats import PictureFormat
from rendercanvas_rfb.protocol.messages import Capabilities, Hello, Welcome
from rendercanvas_rfb.server import Server
from rendercanvas_rfb.viewer_event import ViewerEvent
from tests.push.serving import add_display, base_of, picture
from tests.push.viewers import closing, taken
from tests.support import TIMEOUT_S, until

HELLO = Hello(Capabilities((), (PictureFormat.PNG,), "disabled"), view_of(320, 200), "secret", "test")


class HttpSocket:
    """What `Client` sends and receives on, over HTTP as a browser does it."""

    def __init__(self, http: httpx.AsyncClient, name: str = "plot", *, poll: bool = False) -> None:
        self._http = http
        self._name = name
        self._poll = poll
        self.id = secrets.token_urlsafe(16)
        self._sent = 0
        self._messages: asyncio.Queue[str | bytes | ConnectionClosed] = asyncio.Queue()
        self.started = asyncio.Event()
        self.responses = 0

    async def run(self) -> None:
        """Ask for what comes down, until the end."""
        try:
            while await self._read_response():
                pass
        except httpx.HTTPError as error:
            self._messages.put_nowait(ConnectionClosed(1006, str(error)))

    async def _read_response(self) -> bool:
        params = {"id": self.id, **({"poll": "1"} if self._poll else {})}
        async with self._http.stream("GET", f"{self._name}/down", params=params) as response:
            self.responses += 1
            if response.status_code != 200:
                body = json.loads(await response.aread())
                self._messages.put_nowait(ConnectionClosed(response.status_code, body["error"]))
                self.started.set()
                return False
            self.started.set()
            data = b""
            async for piece in response.aiter_raw():
                data += piece
                while len(data) >= 5 and len(data) >= 5 + struct.unpack(">BI", data[:5])[1]:
                    kind, size = struct.unpack(">BI", data[:5])
                    payload, data = data[5 : 5 + size], data[5 + size :]
                    if kind == 2:
                        self._messages.put_nowait(ConnectionClosed(**json.loads(payload)))
                        return False
                    self._messages.put_nowait(payload.decode() if kind == 0 else payload)
            assert data == b""
        return True

    async def recv(self) -> str | bytes:
        message = await self._messages.get()
        if isinstance(message, ConnectionClosed):
            raise message
        return message

    async def send(self, message: str) -> None:
        await self.started.wait()
        response = await self.post(self._sent, message)
        # The connection may have ended meanwhile, which what comes down says.
        assert response.status_code in (204, 404, 410), response.text
        self._sent += 1

    async def post(self, first: object, body: str | bytes) -> httpx.Response:
        params = {"id": self.id, "first": str(first)}
        return await self._http.post(f"{self._name}/up", params=params, content=body)

    async def close(self) -> None:
        """Nothing: whoever goes just stops to ask."""


@asynccontextmanager
async def connected(server: Server, **options: Any) -> AsyncIterator[tuple[Client, HttpSocket]]:
    async with opened(server, **options) as socket:
        client = Client(socket)
        await client.send(HELLO)
        await client.wait_for(Welcome)
        yield client, socket


@asynccontextmanager
async def opened(server: Server, **options: Any) -> AsyncIterator[HttpSocket]:
    async with httpx.AsyncClient(base_url=base_of(server), timeout=TIMEOUT_S) as http:
        socket = HttpSocket(http, **options)
        running = asyncio.create_task(socket.run())
        try:
            yield socket
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(port=0) as running:
        yield running


@pytest.fixture(params=[False, True], ids=["stream", "poll"])
def poll(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


async def test_pictures_come_down_and_input_goes_up(server: Server, poll: bool) -> None:
    display = add_display(server)
    async with connected(server, poll=poll) as (client, socket):
        for value in (1, 2, 3):
            display.present(picture(value))
            assert np.all((await client.next_picture()).pixels == value)
        await client.send_event("key_down", key="a")
        await taken(display, lambda events: "key_down" in [event.type for event in events], "the key")
        assert (socket.responses > 1) is poll
    await until(lambda: display.state["viewers"] == 0, "the viewer's end")


async def test_many_messages_at_once_keep_their_order(server: Server, poll: bool) -> None:
    display = add_display(server)
    async with connected(server, poll=poll) as (client, _):
        for number in range(200):
            display.send(number)
        assert [(await client.next_message()).data for _ in range(200)] == list(range(200))


def messages_of(events: list[ViewerEvent]) -> list[object]:
    return [event.data for event in events if event.type == "message"]


async def test_a_batch_that_is_sent_twice_counts_once(server: Server) -> None:
    display = add_display(server)
    async with connected(server) as (_, socket):
        lines = [json.dumps({"type": "message", "data": number}) for number in range(4)]
        assert (await socket.post(1, "\n".join(lines[:2]))).status_code == 204
        assert (await socket.post(1, "\n".join(lines[:2]))).status_code == 204
        assert (await socket.post(2, "\n".join(lines[1:]))).status_code == 204
        events = await taken(display, lambda events: len(messages_of(events)) >= 4, "the messages")
        assert messages_of(events) == [0, 1, 2, 3]
        refused = await socket.post(9, lines[0])
        assert (refused.status_code, refused.json()) == (400, {"error": "message 9 comes before message 5"})


async def test_closing_the_display_says_why(server: Server, poll: bool) -> None:
    add_display(server)
    async with connected(server, poll=poll) as (client, _):
        server.remove("plot")
        end = await closing(client)
        assert (end.code, end.reason) == (1000, "removed")


async def test_who_may_not_watch_is_told_so(poll: bool) -> None:
    with Server(port=0, token="another") as server:
        add_display(server)
        async with opened(server, poll=poll) as socket:
            await socket.send(encode(HELLO))
            assert (await closing(Client(socket))).code == 4401


async def test_with_the_token_it_is_let_in() -> None:
    with Server(port=0, token="secret") as server:
        add_display(server).present(picture(7))
        async with connected(server) as (client, _):
            assert np.all((await client.next_picture()).pixels == 7)


async def test_an_unknown_display_is_refused(server: Server) -> None:
    async with opened(server, name="nonesuch") as socket:
        assert (await closing(Client(socket))).code == 4404


async def test_a_bad_message_ends_this_connection_only(server: Server) -> None:
    display = add_display(server)
    async with connected(server) as (other, _):
        async with connected(server) as (client, socket):
            await socket.post(1, '{"type": "nonesuch"}')
            assert (await closing(client)).code == 4400
        display.present(picture(9))
        assert np.all((await other.next_picture()).pixels == 9)


@pytest.mark.parametrize(
    ("first", "body", "status", "error"),
    [
        ("", "{}", 400, "first must be the number of a message"),
        ("-1", "{}", 400, "first must be"),
        ("1" * 16, "{}", 400, "first must be"),
        ("1", b"\xff\xfe", 400, "messages must be UTF-8"),
        ("1", b"x" * (256 * 1024 + 1), 413, "a request must have at most"),
    ],
)
async def test_bad_requests_are_refused_and_change_nothing(
    server: Server, first: str, body: bytes, status: int, error: str
) -> None:
    display = add_display(server)
    async with connected(server) as (client, socket):
        response = await socket.post(first, body)
        assert response.status_code == status
        assert error in response.json()["error"]
        display.present(picture(9))
        assert np.all((await client.next_picture()).pixels == 9)


@pytest.mark.parametrize("id", ["", "short", "x" * 65, "a/b" * 10])
async def test_an_id_that_could_be_guessed_is_refused(server: Server, id: str) -> None:
    add_display(server)
    async with httpx.AsyncClient(base_url=base_of(server)) as http:
        response = await http.get("plot/down", params={"id": id})
        assert response.status_code == 400
        assert "22 to 64 characters" in response.json()["error"]


async def test_nobody_can_send_for_a_connection_that_is_not_there(server: Server) -> None:
    add_display(server)
    async with httpx.AsyncClient(base_url=base_of(server)) as http:
        response = await http.post("plot/up", params={"id": "x" * 22, "first": "0"}, content="{}")
        assert (response.status_code, response.json()) == (404, {"error": "no such connection"})


async def test_a_page_of_another_origin_can_neither_see_nor_send(server: Server) -> None:
    add_display(server)
    async with httpx.AsyncClient(base_url=base_of(server), headers={"origin": "https://evil.example"}) as http:
        down = await http.get("plot/down", params={"id": "x" * 22})
        assert b"4403" in down.content
        up = await http.post("plot/up", params={"id": "x" * 22, "first": "0"}, content="{}")
        assert up.status_code == 403


async def test_a_viewer_that_stops_asking_is_gone(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_module, "ABSENCE_S", 0.2)
    display = add_display(server)
    async with httpx.AsyncClient(base_url=base_of(server), timeout=TIMEOUT_S) as http:
        socket = HttpSocket(http, poll=True)
        first = asyncio.create_task(socket._read_response())
        await socket.send(encode(HELLO))
        await first
        await until(lambda: display.state["viewers"] == 0 and not server._app._http.connections._connections, "the end")


async def test_other_methods_are_refused(server: Server) -> None:
    add_display(server)
    async with httpx.AsyncClient(base_url=base_of(server)) as http:
        for method, path in [("POST", "plot/down"), ("PUT", "plot/up"), ("GET", "plot/up"), ("POST", "plot/")]:
            assert (await http.request(method, path)).status_code in (404, 405)


async def test_line_breaks_of_unicode_belong_to_the_text_they_are_in(server: Server) -> None:
    display = add_display(server)
    text = "one\u2028two\u2029three\u0085four"
    async with connected(server) as (_, socket):
        line = json.dumps({"type": "message", "data": text}, ensure_ascii=False)
        assert (await socket.post(1, line)).status_code == 204
        events = await taken(display, lambda events: bool(messages_of(events)), "the message")
    assert messages_of(events) == [text]
