"""A flood of bad connections, and the log of the server that gets it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from rendercanvas_rfb import admission, listening, private, viewing
from rendercanvas_rfb.log_limit import LINES, LogLimit
from rendercanvas_rfb.server import Server
from tests.push.serving import HELLO, add_display, base_of, open_socket

CONNECTIONS = 2 * LINES


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever other tests have logged does not count, nor what these log for others."""
    for module in (admission, private, viewing):
        for name, limit in vars(module).items():
            if isinstance(limit, LogLimit):
                monkeypatch.setattr(module, name, renewed(limit))
    monkeypatch.setattr(listening, "_refused", {key: renewed(limit) for key, limit in listening._refused.items()})


def renewed(limit: LogLimit) -> LogLimit:
    return LogLimit(limit._logger, limit._level, limit._what)


async def bad_message(server: Server) -> None:
    async with open_socket(base_of(server)) as socket:
        await socket.send("no JSON")
        await socket.closed()


async def hello(server: Server) -> None:
    async with open_socket(base_of(server)) as socket:
        await socket.send(HELLO)
        await socket.closed()


async def no_http(server: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"\x16\x03\x01 no HTTP at all\r\n\r\n")
    await reader.read()
    writer.close()
    await writer.wait_closed()


def fail(_: object) -> None:
    raise RuntimeError("the database is gone")


def open_server() -> Server:
    server = Server(port=0)
    add_display(server)
    return server


def failing_authenticator() -> Server:
    server = Server(port=0, authenticate=fail)
    add_display(server)
    return server


def failing_maker() -> Server:
    server = Server(port=0)
    server.add_private("plot", fail)  # type: ignore[arg-type]
    return server


@pytest.mark.parametrize(
    ("make", "attack", "line"),
    [
        (open_server, bad_message, "a message must be JSON text"),
        (open_server, no_http, "Invalid HTTP request received."),
        (failing_authenticator, hello, "the authenticator failed"),
        (failing_maker, hello, "no display could be made for a viewer of plot"),
    ],
    ids=["bad messages", "no HTTP", "authenticator", "private displays"],
)
async def test_a_flood_is_some_lines(
    make: Callable[[], Server],
    attack: Callable[[Server], Awaitable[None]],
    line: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "rendercanvas_rfb")
    with make() as server:
        # The library keeps its records from the root logger.
        uvicorn = logging.getLogger("uvicorn.error")
        uvicorn.addHandler(caplog.handler)
        try:
            for _ in range(CONNECTIONS):
                await attack(server)
        finally:
            uvicorn.removeHandler(caplog.handler)
    assert sum(line in message for message in caplog.messages) == LINES
