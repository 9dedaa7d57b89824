"""Whatever comes over the network: it ends that one connection with a code and a reason, and nobody else notices."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest

from rendercanvas_rfb.client import Client, connect
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.limits import ServerLimits
from rendercanvas_rfb.server import Server
from tests.push.serving import HELLO, PNG, add_display, base_of, open_socket, picture
from tests.support import TIMEOUT_S

LIMITS = ServerLimits(handshake_s=1.0, messages_per_s=50, message_burst=300, bytes_per_s=200_000, byte_burst=400_000)

VIEW = {
    "width": 640.0,
    "height": 480.0,
    "physical_width": 640,
    "physical_height": 480,
    "pixel_ratio": 1.0,
    "visible": True,
}


def changed(**members: Any) -> str:
    """A ``hello`` with other members."""
    return json.dumps({**json.loads(HELLO), **members})


def message(kind: str, **members: Any) -> str:
    return json.dumps({"type": kind, **members})


def event(kind: str, **members: Any) -> str:
    return message("event", event={"type": kind, "timestamp": 1.0, **members})


def pointer(**members: Any) -> str:
    position = {"x": 1.0, "y": 1.0, "button": 0, "buttons": [], "modifiers": [], "ntouches": 0, "touches": {}}
    return event("pointer_move", **{**position, **members})


class Case:
    """What is sent, and what comes back."""

    def __init__(self, name: str, sent: str | bytes | list[str | bytes], code: int, words: str) -> None:
        self.name = name
        self.sent = sent if isinstance(sent, list) else [sent]
        self.code = code
        self.words = words


BEFORE_HELLO = (
    Case("nothing", [], 4408, "no hello in time"),
    Case("empty", "", 4400, "must be JSON text"),
    Case("no JSON", "hello", 4400, "must be JSON text"),
    Case("half a message", HELLO[:-1], 4400, "must be JSON text"),
    Case("NaN", '{"type": "ping", "t": NaN}', 4400, "must be JSON text"),
    Case("nested without end", "[" * 60_000, 4400, "must be JSON text"),
    Case("a number of many digits", message("ping", t=1).replace("1", "1" * 5000), 4400, "message"),
    Case("a list", "[]", 4400, "must be an object"),
    Case("null", "null", 4400, "must be an object"),
    Case("no type", "{}", 4400, "message.type"),
    Case("unknown type", message("launch"), 4400, "message.type"),
    Case("type of a server", message("welcome"), 4400, "message.type"),
    Case("type that is none", json.dumps({"type": ["hello"]}), 4400, "message.type"),
    Case("bytes", b"\x00\x01", 4400, "text messages only"),
    Case("a ping first", message("ping", t=1), 4400, "unexpected Ping"),
    Case("an event first", pointer(), 4400, "unexpected InputEvent"),
    Case("too large", '"' + "x" * 66_000 + '"', 4413, "at most 65536 bytes"),
    Case("too large in bytes", '"' + "好" * 30_000 + '"', 4413, "at most 65536 bytes"),
    Case("another version", changed(protocol=2), 4426, "protocol 2 is not spoken here"),
    Case("a version that is none", changed(protocol="1"), 4400, "message.protocol"),
    Case("no version", message("hello"), 4400, "message.protocol"),
    Case("no images", changed(images=[]), 4400, "message.images"),
    Case("unknown image", changed(images=["bmp"]), 4400, "message.images[0]"),
    Case("many images", changed(images=["png"] * 17), 4400, "message.images"),
    Case("images that are no list", changed(images="png"), 4400, "message.images"),
    Case("unknown video", changed(video=[{"codec": "theora", "chroma": "420"}]), 4400, "message.video[0].codec"),
    Case("video without chroma", changed(video=[{"codec": "h264"}]), 4400, "message.video[0].chroma"),
    Case("a format that there is none of", changed(images=["webp"]), 4400, "no format in common"),
    Case("unknown reason", changed(no_video="because"), 4400, "message.no_video"),
    Case("a long token", changed(token="x" * 257), 4400, "message.token"),
    Case("a token that is none", changed(token=5), 4400, "message.token"),
    Case("a long client", changed(client="x" * 129), 4400, "message.client"),
    Case("a lone surrogate", changed(client="\ud800"), 4400, "message.client"),
    Case("half a view", changed(view={"width": 1}), 4400, "message.view."),
    Case("a view that is none", changed(view=[]), 4400, "message.view"),
    Case("a huge view", changed(view={**VIEW, "physical_width": 16_385}), 4400, "message.view.physical_width"),
    Case("a negative view", changed(view={**VIEW, "height": -1}), 4400, "message.view.height"),
    Case("a view at no ratio", changed(view={**VIEW, "pixel_ratio": 0}), 4400, "message.view.pixel_ratio"),
)

AFTER_HELLO = (
    Case("a second hello", HELLO, 4400, "unexpected Hello"),
    Case("no JSON", "{", 4400, "must be JSON text"),
    Case("bytes", b"\xfb" + bytes(40), 4400, "text messages only"),
    Case("empty bytes", b"", 4400, "text messages only"),
    Case("too large", '"' + "x" * 66_000 + '"', 4413, "at most 65536 bytes"),
    Case("an ack of what was not sent", message("ack", sequence=99, decode_queue=0), 4400, "was not sent"),
    Case("an ack of less than nothing", message("ack", sequence=-1, decode_queue=0), 4400, "message.sequence"),
    Case("an ack with half a number", message("ack", sequence=1.5, decode_queue=0), 4400, "message.sequence"),
    Case("an ack with a truth", message("ack", sequence=True, decode_queue=0), 4400, "message.sequence"),
    Case("a long decode queue", message("ack", sequence=1, decode_queue=10_001), 4400, "message.decode_queue"),
    Case("a keyframe for no reason", message("keyframe"), 4400, "message.reason"),
    Case("a keyframe for a long reason", message("keyframe", reason="x" * 129), 4400, "message.reason"),
    Case("capabilities without any", message("capabilities", video=[], images=[]), 4400, "message.images"),
    Case("half a view", message("view", view={}), 4400, "message.view."),
    Case("no view", message("view"), 4400, "message.view"),
    Case("a view that may be seen", message("view", view={**VIEW, "visible": 1}), 4400, "message.view.visible"),
    Case("statistics, perhaps", message("stats", enabled="yes"), 4400, "message.enabled"),
    Case("a ping without a number", message("ping"), 4400, "message.t"),
    Case("a ping of infinity", '{"type": "ping", "t": 1e999}', 4400, "message.t"),
    Case("an event that is none", message("event", event=5), 4400, "event"),
    Case("an event of no type", message("event", event={}), 4400, "type"),
    Case("an unknown event", event("pointer_dance"), 4400, "type"),
    Case("a resize", event("resize", width=1, height=1), 4400, "type"),
    Case("an event of no time", message("event", event={"type": "close"}), 4400, "timestamp"),
    Case("a pointer nowhere", pointer(x="left"), 4400, "x"),
    Case("a button of a mouse with six", pointer(button=6), 4400, "button"),
    Case("buttons that are no list", pointer(buttons=1), 4400, "buttons"),
    Case("a modifier in small letters", pointer(modifiers=["shift"]), 4400, "modifiers"),
    Case("touches by name", pointer(touches={"thumb": {"x": 0, "y": 0, "pressure": 1}}), 4400, "touches"),
    Case("a key without a name", event("key_down", modifiers=[]), 4400, "key"),
    Case("a wheel without a way", event("wheel", x=1, y=1, buttons=[], modifiers=[]), 4400, "d"),
    Case("a long text", event("char", data="x" * 257, is_composing=False, input_type="insertText"), 4400, "data"),
    Case("many messages", [message("pong", t=1)] * 400, 4429, "messages per second"),
    Case("many bytes", [json.dumps({"type": "pong", "t": 1, "x": "x" * 60_000})] * 10, 4429, "bytes per second"),
    Case("goodbye", message("bye", reason="enough"), 1000, "enough"),
    Case("goodbye for no reason", message("bye"), 4400, "message.reason"),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(port=0, limits=LIMITS) as running:
        yield running


@pytest.fixture
async def display(server: Server) -> AsyncIterator[Display]:
    made = add_display(server)
    made.present(picture(1))
    yield made
    server.remove(made)


@asynccontextmanager
async def undisturbed(server: Server, display: Display) -> AsyncIterator[Client]:
    """Another viewer, which sees a new picture after all that happens here, and is still the same one."""
    async with connect(server.url("plot"), video=(), images=[PNG.format]) as client:
        first, _ = await client.next_chunk()
        yield client
        version = display.present(picture(first.frame + 100)).version
        async with asyncio.timeout(TIMEOUT_S):
            while (await client.next_chunk())[0].frame != version:
                pass


@pytest.mark.parametrize("case", BEFORE_HELLO, ids=lambda case: case.name)
async def test_a_bad_handshake(server: Server, display: Display, case: Case) -> None:
    async with undisturbed(server, display), open_socket(base_of(server)) as socket:
        await socket.send(*case.sent)
        code, reason = await socket.closed()
        assert (code, case.words in reason) == (case.code, True), reason
        assert [said["type"] for said in socket.said] == ["bye"]
        assert (socket.said[-1]["code"], socket.said[-1]["reason"]) == (code, reason)


@pytest.mark.parametrize("case", AFTER_HELLO, ids=lambda case: case.name)
async def test_a_bad_message(server: Server, display: Display, case: Case) -> None:
    async with undisturbed(server, display), open_socket(base_of(server)) as socket:
        await socket.send(HELLO)
        await socket.until("welcome")
        await socket.send(*case.sent)
        code, reason = await socket.closed()
        assert (code, case.words in reason) == (case.code, True), reason
        assert socket.said[-1] == {"type": "bye", "code": code, "reason": reason}


async def test_a_message_larger_than_the_transport_takes(server: Server, display: Display) -> None:
    async with undisturbed(server, display), open_socket(base_of(server)) as socket:
        await socket.send("x" * 200_000)
        # RFC 6455 section 7.4.1: the WebSocket's own code for it.
        assert (await socket.closed())[0] == 1009


async def test_a_connection_that_breaks_in_the_middle(server: Server, display: Display) -> None:
    async with undisturbed(server, display), open_socket(base_of(server)) as socket:
        await socket.send(HELLO)
        await socket.until("welcome")
        await socket.drop()


SOCKET_ADDRESSES = (
    ("other/ws", "no display named 'other'"),
    ("ws", "no display"),
    ("plot", "no display"),
    ("plot/", "no display"),
    ("plot/ws/", "no display"),
    ("plot/ws/ws", "no display"),
    ("..%2fplot/ws", "no display"),
    ("%00/ws", "no display"),
    ("%ff/ws", "no display"),
    (f"{'x' * 300}/ws", "no display"),
    ("streams/ws", "no display"),
)


@pytest.mark.parametrize(("path", "words"), SOCKET_ADDRESSES)
async def test_a_socket_at_another_address(server: Server, display: Display, path: str, words: str) -> None:
    async with undisturbed(server, display), open_socket(base_of(server), path) as socket:
        code, reason = await socket.closed()
        assert (code, words in reason) == (4404, True), reason


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "", "http://127.0.0.1:1", "\xff", "http://["])
async def test_a_socket_of_another_origin(server: Server, display: Display, origin: str) -> None:
    async with undisturbed(server, display), open_socket(base_of(server), origin=origin) as socket:
        assert await socket.closed() == (4403, "origin not allowed")


REQUESTS = (
    ("GET", "nothing/else", 404),
    ("GET", "plot/still.gif", 404),
    ("GET", "plot/ws", 404),
    ("GET", "other/still.png", 404),
    ("GET", "other/stream.mjpg", 404),
    ("GET", "..%2f..%2fetc/still.png", 404),
    ("GET", "%00/still.png", 404),
    ("GET", "%ff/", 404),
    ("GET", "-/", 404),
    ("GET", f"{'x' * 300}/", 404),
    ("GET", "assets/", 404),
    ("GET", "assets/..%2fasgi.py", 404),
    ("GET", "assets/%2e%2e/%2e%2e/asgi.py", 404),
    ("GET", "assets/%00", 404),
    ("GET", "//plot/still.png", 404),
    ("GET", "metrics?format=xml", 200),
    ("GET", "plot/still.png?%ff=%fe&&&=", 200),
    ("POST", "streams", 405),
    ("PUT", "plot/still.png", 405),
    ("DELETE", "plot/", 405),
    ("OPTIONS", "metrics", 405),
    ("BREW", "plot/stream.mjpg", 405),
)


@pytest.mark.parametrize(("method", "path", "status"), REQUESTS)
async def test_a_bad_request(server: Server, display: Display, method: str, path: str, status: int) -> None:
    async with undisturbed(server, display), httpx.AsyncClient(timeout=TIMEOUT_S) as client:
        response = await client.request(method, httpx.URL(base_of(server) + path))
        assert response.status_code == status
        assert "Traceback" not in response.text


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /plot/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"GET /plot/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n"
        b"Sec-WebSocket-Version: 13\r\n\r\n",
        b'GET /streams HTTP/1.1\r\nHost: x\r\nCookie: \xff=\xfe; ===; "\r\nAuthorization: Bearer \xff\r\n'
        b"Connection: close\r\n\r\n",
        b"x" * 100_000,
    ],
    ids=["TLS", "no request", "HTTP 9.9", "a WebSocket without a key", "with a bad key", "odd headers", "noise"],
)
async def test_what_is_no_http(server: Server, display: Display, raw: bytes) -> None:
    async with undisturbed(server, display):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(raw)
        writer.write_eof()
        async with asyncio.timeout(TIMEOUT_S):
            answer = b""
            with suppress(ConnectionError):
                answer = await reader.read()
        assert b"101 Switching" not in answer
        assert b"Traceback" not in answer
        writer.close()
