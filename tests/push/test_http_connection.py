"""A connection over plain HTTP: streamed, and polled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from rendercanvas_rfb.client import Client
from rendercanvas_rfb.connections import http as http_module
from rendercanvas_rfb.server import Server
from rendercanvas_rfb.viewer_event import ViewerEvent
from tests.push.http_socket import HttpSocket, opened
from tests.push.serving import add_display, base_of, hello, http, picture, server
from tests.push.sockets import greet
from tests.push.viewers import closing, taken
from tests.support import until

__all__ = ["server"]


@asynccontextmanager
async def connected(server: Server, *, poll: bool = False) -> AsyncIterator[tuple[Client, HttpSocket]]:
    async with opened(base_of(server), poll=poll) as socket:
        yield await greet(socket, token="secret"), socket


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
        async with opened(base_of(server), poll=poll) as socket:
            await socket.send(hello("secret"))
            assert (await closing(Client(socket))).code == 4401


async def test_with_the_token_it_is_let_in() -> None:
    with Server(port=0, token="secret") as server:
        add_display(server).present(picture(7))
        async with connected(server) as (client, _):
            assert np.all((await client.next_picture()).pixels == 7)


async def test_an_unknown_display_is_refused(server: Server) -> None:
    async with opened(base_of(server), name="nonesuch") as socket:
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
    async with http(server) as client:
        response = await client.get("plot/down", params={"id": id})
        assert response.status_code == 400
        assert "22 to 64 characters" in response.json()["error"]


async def test_nobody_can_send_for_a_connection_that_is_not_there(server: Server) -> None:
    add_display(server)
    async with http(server) as client:
        response = await client.post("plot/up", params={"id": "x" * 22, "first": "0"}, content="{}")
        assert (response.status_code, response.json()) == (404, {"error": "no such connection"})


async def test_a_page_of_another_origin_can_neither_see_nor_send(server: Server) -> None:
    add_display(server)
    async with http(server, headers={"origin": "https://evil.example"}) as client:
        down = await client.get("plot/down", params={"id": "x" * 22})
        assert b"4403" in down.content
        up = await client.post("plot/up", params={"id": "x" * 22, "first": "0"}, content="{}")
        assert up.status_code == 403


async def test_a_viewer_that_stops_asking_is_gone(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_module, "ABSENCE_S", 0.2)
    display = add_display(server)
    async with http(server) as client:
        socket = HttpSocket(client, poll=True)
        first = asyncio.create_task(socket._read_response())
        await socket.send(hello("secret"))
        await first
        await until(lambda: display.state["viewers"] == 0 and not server._app._http.connections._connections, "the end")


async def test_other_methods_are_refused(server: Server) -> None:
    add_display(server)
    async with http(server) as client:
        for method, path in [("POST", "plot/down"), ("PUT", "plot/up"), ("GET", "plot/up"), ("POST", "plot/")]:
            assert (await client.request(method, path)).status_code in (404, 405)


async def test_line_breaks_of_unicode_belong_to_the_text_they_are_in(server: Server) -> None:
    display = add_display(server)
    text = "one\u2028two\u2029three\u0085four"
    async with connected(server) as (_, socket):
        line = json.dumps({"type": "message", "data": text}, ensure_ascii=False)
        assert (await socket.post(1, line)).status_code == 204
        events = await taken(display, lambda events: bool(messages_of(events)), "the message")
    assert messages_of(events) == [text]
