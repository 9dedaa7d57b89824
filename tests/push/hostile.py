"""What strangers may send, and what each of it gets: ``python -m tests.push.hostile`` tries it all and prints a table.

The same table stands in ``docs/explain/security.md``; a test holds the two against each other, and against the server.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from rendercanvas_rfb.auth import AuthContext
from rendercanvas_rfb.client import Session, connect
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import ConnectionClosed
from rendercanvas_rfb.limits import ServerLimits
from rendercanvas_rfb.server import Server
from tests.push.serving import HELLO, add_display, base_of, hello, http, open_socket, picture
from tests.support import TIMEOUT_S

LIMITS = ServerLimits(
    handshake_s=1.0,
    max_pending=8,
    messages_per_s=50,
    message_burst=300,
    bytes_per_s=200_000,
    byte_burst=400_000,
    max_viewers=4,
)
"""Smaller ones than by default, so that little is a flood; the answers have these numbers."""


class Target:
    """Servers to attack: an open one, and one that asks for a credential, each with a display ``plot``."""

    def __init__(self) -> None:
        self.open = Server(port=0, limits=LIMITS)
        self.closed = Server(port=0, limits=LIMITS, authenticate=lambda context: principal_of(context))
        self.displays: list[Display] = []

    def __enter__(self) -> Target:
        for server in (self.open, self.closed):
            server.start()
            self.displays.append(add_display(server))
            self.displays[-1].present(picture(1))
        return self

    def __exit__(self, *_: object) -> None:
        self.open.stop()
        self.closed.stop()


def principal_of(context: AuthContext) -> str | None:
    """Two users, by their tokens."""
    return {"ada-token": "ada", "bob-token": "bob"}.get(context.token or "")


Attack = Callable[[Target], Awaitable[str]]


@dataclass(frozen=True)
class Hostile:
    """An attack, and what it gets."""

    what: str
    attack: Attack
    gets: str


def said(code: int, reason: str) -> str:
    # RFC 6455 has codes below 3000 for the library, whose words differ from version to version.
    return f"{code}, by the WebSocket library" if code in (1002, 1007, 1009) else f"{code} {reason}".strip()


def close_in(data: bytes) -> str:
    """The code of the close frame among the server's frames, which are not masked (RFC 6455, section 5.2)."""
    while data:
        length, head = data[1], 2
        if length == 126:
            length, head = int.from_bytes(data[2:4], "big"), 4
        if data[0] & 0x0F == 8:
            return said(int.from_bytes(data[head : head + 2], "big"), data[head + 2 : head + length].decode())
        data = data[head + length :]
    return "hung up on"


def greet_and_send(*messages: str | bytes) -> Attack:
    return send(HELLO, *messages, greeted=True)


def send(*messages: str | bytes, greeted: bool = False, path: str = "plot/ws", **options: Any) -> Attack:
    async def attack(target: Target) -> str:
        async with open_socket(base_of(target.open), path, **options) as socket:
            first, rest = (messages[:1], messages[1:]) if greeted else ((), messages)
            await socket.send(*first)
            if greeted:
                await socket.until("welcome")
            await socket.send(*rest)
            return said(*await socket.closed())

    return attack


def request(method: str, path: str, *, closed: bool = False, body: bytes = b"", **headers: str) -> Attack:
    async def attack(target: Target) -> str:
        base = base_of(target.closed if closed else target.open)
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            response = await client.request(method, httpx.URL(base + path), headers=names, content=body)
            is_json = response.headers.get("content-type", "").startswith("application/json")
            return said(response.status_code, response.json().get("error", "") if is_json else "")

    return attack


async def raw(target: Target, data: bytes, after_head: bytes = b"") -> bytes:
    """What comes back until the end; ``after_head`` is sent once the head of an answer has come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.open.port)
    try:
        writer.write(data)
        async with asyncio.timeout(TIMEOUT_S):
            head = b""
            if after_head:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(after_head)
            return head + await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def slow_request(target: Target) -> str:
    """Half of a request, and nothing more."""
    answer = await raw(target, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
    return "hung up on after `handshake_s`" if answer == b"" else answer.decode()


async def compressed(target: Target) -> str:
    """A frame with the bit that says compressed, though no compression was agreed on."""
    head = (
        "GET /plot/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    )
    packed = zlib.compress(b" " * 60_000)
    frame = bytes([0xC1, 0x80 | 126]) + len(packed).to_bytes(2, "big") + bytes(4) + packed
    answer = await raw(target, head.encode(), frame)
    shaken, _, rest = answer.partition(b"\r\n\r\n")
    assert b"permessage-deflate" not in shaken
    return close_in(rest)


async def too_many(target: Target) -> str:
    """More connections that say nothing than may wait."""
    sockets = [open_socket(base_of(target.open)) for _ in range(LIMITS.max_pending + 1)]
    entered = [await socket.__aenter__() for socket in sockets]
    try:
        return said(*await entered[-1].closed())
    finally:
        for socket in sockets:
            await socket.__aexit__(None, None, None)


async def with_token(target: Target, token: str | None) -> str:
    async with open_socket(base_of(target.closed)) as socket:
        await socket.send(hello(token))
        return said(*await socket.closed())


async def stolen_session(target: Target) -> str:
    """The token of somebody else's session, with a credential of one's own."""
    session = Session()
    async with connect(base_of(target.closed) + "plot/", session=session, token="ada-token", video=()) as ada:
        assert ada.welcome is not None
        thief = Session()
        thief.token = session.token
        async with connect(base_of(target.closed) + "plot/", session=thief, token="bob-token", video=()) as bob:
            assert bob.welcome is not None
            assert bob.welcome.viewer != ada.welcome.viewer
            return "a new session of its own" if not bob.welcome.resumed else "the session"


async def replayed_without_credential(target: Target) -> str:
    session = Session()
    async with connect(base_of(target.closed) + "plot/", session=session, token="ada-token", video=()):
        pass
    try:
        async with connect(base_of(target.closed) + "plot/", session=session, video=()):
            return "let in"
    except ConnectionClosed as closed:
        return said(closed.code, closed.reason)


async def post_flood(target: Target) -> str:
    """Input by POST, more than a viewer may send."""
    id = secrets.token_urlsafe(24)
    line = json.dumps({"type": "pong", "t": 1}).encode()
    async with (
        http(target.open) as client,
        client.stream("GET", "plot/down", params={"id": id}) as down,
    ):
        await client.post("plot/up", params={"id": id, "first": 0}, content=HELLO.encode())
        for number in range(5):
            await client.post("plot/up", params={"id": id, "first": 1 + 100 * number}, content=b"\n".join([line] * 100))
        async with asyncio.timeout(TIMEOUT_S):
            text = b"".join([part async for part in down.aiter_raw()])
    end = json.loads(text[text.rindex(b'{"') :])
    return said(end["code"], end["reason"])


async def bad_utf8(target: Target) -> str:
    """Text frames have to be UTF-8 (RFC 6455, section 8.1)."""
    head = (
        "GET /plot/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    answer = await raw(target, head.encode(), bytes([0x81, 0x82]) + bytes(4) + b"\xff\xfe")
    rest = answer.partition(b"\r\n\r\n")[2]
    return close_in(rest)


async def not_http(target: Target) -> str:
    answer = await raw(target, b"\x16\x03\x01\x02\x00\x01\x00")
    return answer.partition(b"\r\n")[0].removeprefix(b"HTTP/1.1 ").decode() or "hung up on"


def token(value: str | None) -> Attack:
    return lambda target: with_token(target, value)


ID = "A" * 32
DEEP = "[" * 60_000
KEY = json.dumps({"type": "event", "event": {"type": "key_down", "timestamp": 1.0, "key": "a", "modifiers": []}})
LARGE = json.dumps({"type": "pong", "t": 1, "x": "x" * 60_000})

HOSTILE: tuple[Hostile, ...] = (
    Hostile("nothing at all, over a WebSocket", send(), "4408 no hello in time"),
    Hostile("half of a request, and then nothing", slow_request, "hung up on after `handshake_s`"),
    Hostile(
        "more connections that say nothing than may wait", too_many, "4429 too many connections that are not let in yet"
    ),
    Hostile("text that is no JSON", send("hello"), "4400 a message must be JSON text"),
    Hostile("JSON nested 60 000 deep", send(DEEP), "4400 a message must be JSON text"),
    Hostile(
        "a number of 5000 digits", send('{"type": "ping", "t": ' + "1" * 5000 + "}"), "4400 a message must be JSON text"
    ),
    Hostile("NaN", send('{"type": "ping", "t": NaN}'), "4400 a message must be JSON text"),
    Hostile(
        "a lone surrogate",
        send(json.dumps({**json.loads(HELLO), "client": "\ud800"})),
        "4400 message.client must be a string without halves of surrogate pairs, not '\\ud800'",
    ),
    Hostile("text that is no UTF-8", bad_utf8, "1007, by the WebSocket library"),
    Hostile("a message of 66 kB", send('"' + "x" * 66_000 + '"'), "4413 a message must have at most 65536 bytes"),
    Hostile("a message of 200 kB", send("x" * 200_000), "1009, by the WebSocket library"),
    Hostile("bytes", greet_and_send(b"\xfb" + bytes(40)), "4400 viewers send text messages only"),
    Hostile("a flood of bytes", greet_and_send(*[bytes(1000)] * 100), "4400 viewers send text messages only"),
    Hostile("a compressed message", compressed, "1002, by the WebSocket library"),
    Hostile(
        "a member of another type",
        greet_and_send('{"type": "ack", "sequence": true, "decode_queue": 0}'),
        "4400 message.sequence must be an integer from 0 to 4294967295, not True",
    ),
    Hostile(
        "an acknowledgement of what was not sent",
        greet_and_send('{"type": "ack", "sequence": 99, "decode_queue": 0}'),
        "4400 message.sequence 99 acknowledges a chunk that was not sent",
    ),
    Hostile(
        "a message that only servers send",
        greet_and_send('{"type": "welcome"}'),
        "4400 message.type must be one of hello, view, ack, keyframe, capabilities, event, message, stats, ping, pong, "
        "bye, not 'welcome'",
    ),
    Hostile("input without a hello", send(KEY), "4400 unexpected InputEvent while opening"),
    Hostile("a flood of events", greet_and_send(*[KEY] * 400), "4429 more than 50 messages per second"),
    Hostile("a flood of large messages", greet_and_send(*[LARGE] * 10), "4429 more than 200000 bytes per second"),
    Hostile("a flood of POST requests", post_flood, "4429 more than 50 messages per second"),
    Hostile("no credential", token(None), "4401 credential missing or wrong"),
    Hostile("a wrong one", token("guess"), "4401 credential missing or wrong"),
    Hostile(
        "no credential, for a picture", request("GET", "plot/still.png", closed=True), "401 credential missing or wrong"
    ),
    Hostile(
        "no credential, for the metrics", request("GET", "metrics", closed=True), "401 credential missing or wrong"
    ),
    Hostile("a session of somebody else's, with a credential of one's own", stolen_session, "a new session of its own"),
    Hostile("a session, without its credential", replayed_without_credential, "4401 credential missing or wrong"),
    Hostile(
        "a page of another origin, over a WebSocket",
        send(origin="https://elsewhere.example"),
        "4403 origin not allowed",
    ),
    Hostile(
        "a page of another origin, for a picture",
        request("GET", "plot/still.png", Origin="https://elsewhere.example"),
        "403 origin not allowed",
    ),
    Hostile(
        "a page that has this address under its own name",
        send(host="rebound.example"),
        "4403 host not allowed; name it in hosts= of the server",
    ),
    Hostile("a display that there is not", send(path="other/ws"), "4404 no display named 'other'"),
    Hostile("a path that climbs", request("GET", "assets/..%2f..%2fasgi.py"), "404"),
    Hostile("a path with a zero", request("GET", "assets/%00"), "404"),
    Hostile("a method that is none", request("BREW", "plot/still.png"), "405"),
    Hostile(
        "POST for a connection that there is not",
        request("POST", f"plot/up?id={ID}&first=0", body=b"{}"),
        "404 no such connection",
    ),
    Hostile(
        "POST of more than 256 KiB",
        request("POST", f"plot/up?id={ID}&first=0", body=b" " * 300_000),
        "404 no such connection",
    ),
    Hostile("TLS to plain HTTP", not_http, "400 Bad Request"),
)


async def try_all() -> list[tuple[str, str]]:
    """Each attack, and what it really gets."""
    with Target() as target:
        return [(one.what, await one.attack(target)) for one in HOSTILE]


def table(rows: list[tuple[str, str]]) -> str:
    """In Markdown."""
    return "\n".join(["| what is sent | what it gets |", "| --- | --- |", *(f"| {a} | {b} |" for a, b in rows)])


if __name__ == "__main__":
    sys.stdout.write(table(asyncio.run(try_all())) + "\n")
