"""What the server decides before it listens, and who gets in. The network is tested elsewhere."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from typing import Any

import pytest

from rendercanvas_rfb.asgi import RfbApp
from rendercanvas_rfb.server import Server


def test_loopback_needs_no_token() -> None:
    assert Server("127.0.0.1").token is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_any_other_host_gets_a_token_of_its_own_that_cannot_be_guessed(host: str) -> None:
    first, second = Server(host).token, Server(host).token
    assert first is not None
    assert len(first) >= 32
    assert first != second


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_given_token_is_used_everywhere(host: str) -> None:
    assert Server(host, token="secret").token == "secret"


def test_the_address_holds_the_token_where_servers_and_logs_do_not_see_it() -> None:
    server = Server("127.0.0.1", token="secret")
    server.port = 7320
    assert server.url("plot") == "http://127.0.0.1:7320/plot/#token=secret"
    assert server.url() == "http://127.0.0.1:7320/#token=secret"


def test_an_ipv6_address_is_put_in_brackets() -> None:
    server = Server("::1")
    server.port = 7320
    assert server.url("plot") == "http://[::1]:7320/plot/"


async def list_streams(token: str | None, authorization: str | None) -> tuple[int, Any]:
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    headers = [] if authorization is None else [(b"authorization", authorization.encode())]
    scope = {"type": "http", "method": "GET", "path": "/streams", "headers": headers}
    await RfbApp(Server().hub, token=token)(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


@pytest.mark.parametrize("authorization", ["Bearer secret", "bearer secret"])
async def test_the_right_token_opens(authorization: str) -> None:
    assert await list_streams("secret", authorization) == (200, {"streams": []})


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer secre", "Bearer secret2", "Basic secret", "secret", "Bearer é"],
)
async def test_no_other_credential_opens(authorization: str | None) -> None:
    status, _ = await list_streams("secret", authorization)
    assert status == 401


async def test_no_token_is_needed_where_there_is_none() -> None:
    assert (await list_streams(None, None))[0] == 200
    assert (await list_streams(None, "Bearer anything"))[0] == 200
