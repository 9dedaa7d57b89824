"""Displays on one server: added and removed, listed, looked at in every way, and who may."""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import websockets
from PIL import Image

from rendercanvas_rfb.auth import AuthContext
from rendercanvas_rfb.client import connect
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import ConfigurationError, ConnectionClosed
from rendercanvas_rfb.limits import ServerLimits
from rendercanvas_rfb.options import DisplayOptions
from rendercanvas_rfb.protocol.messages import Stats
from rendercanvas_rfb.server import Server
from tests.push.serving import HELLO, PNG, add_display, base_of, hello, open_socket, picture
from tests.support import TIMEOUT_S, until


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(port=0) as running:
        yield running


def http(server: Server, **options: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=base_of(server), timeout=TIMEOUT_S, **options)


class TestDisplays:
    async def test_they_come_and_go_while_the_server_runs(self, server: Server) -> None:
        async with http(server) as client:
            assert (await client.get("streams")).json() == {"streams": []}
            add_display(server, "one", width=320, height=200).set_state(title="First")
            two = Display("two", tiers=(PNG,))
            assert server.add(two) is two
            listed = (await client.get("streams")).json()["streams"]
            assert listed[0] == {"name": "one", "title": "First", "width": 320, "height": 200, "viewers": 0}
            assert [stream["name"] for stream in listed] == ["one", "two"]
            server.remove("one")
            server.remove(two)
            server.remove("never")
            assert (await client.get("streams")).json() == {"streams": []}

    async def test_the_viewers_of_one_that_is_removed_are_told_and_later_ones_find_none(self, server: Server) -> None:
        add_display(server)
        other = add_display(server, "other")
        async with open_socket(base_of(server)) as socket, connect(server.url("other"), video=()) as bystander:
            await socket.send(HELLO)
            await socket.until("welcome")
            server.remove("plot")
            assert await socket.closed() == (1000, "removed")
            assert socket.said[-1] == {"type": "bye", "code": 1000, "reason": "removed"}
            other.present(picture(1))
            await bystander.next_chunk()
        async with open_socket(base_of(server)) as socket:
            assert await socket.closed() == (4404, "no display named 'plot'")

    async def test_one_that_closes_itself_is_removed(self, server: Server) -> None:
        add_display(server).close()
        add_display(server)

    async def test_its_address_is_known_once_the_server_runs(self) -> None:
        server = Server(port=0)
        display = add_display(server)
        with server:
            assert display.url == server.url("plot")
            assert add_display(server, "later").url == f"{base_of(server)}later/"

    def test_a_name_is_given_once_and_options_are_for_new_displays(self) -> None:
        server = Server()
        display = add_display(server)
        with pytest.raises(ConfigurationError, match="already"):
            add_display(server)
        with pytest.raises(ConfigurationError, match="takes no tiers any more"):
            server.add(display, tiers=(PNG,))
        with pytest.raises(ConfigurationError, match="is no name"):
            server.add("a/b")


class TestStills:
    @pytest.mark.parametrize(
        ("file", "media_type", "format"),
        [
            ("still.png", "image/png", "PNG"),
            ("still.jpg", "image/jpeg", "JPEG"),
            ("still.webp", "image/webp", "WEBP"),
        ],
    )
    async def test_the_picture_now_is_an_image_file(
        self, server: Server, file: str, media_type: str, format: str
    ) -> None:
        display = add_display(server)
        async with http(server) as client:
            for value in (10, 200):
                display.present(picture(value))
                response = await client.get(f"plot/{file}")
                assert response.status_code == 200
                assert (response.headers["content-type"], response.headers["cache-control"]) == (media_type, "no-store")
                with Image.open(BytesIO(response.content)) as image:
                    assert (image.format, image.size) == (format, (32, 16))
                    assert abs(int(np.asarray(image.convert("L"))[5, 5]) - value) < 3
            assert (await client.head(f"plot/{file}")).content == b""

    async def test_without_a_picture_the_answer_says_so(self, server: Server) -> None:
        add_display(server)
        async with http(server) as client:
            response = await client.get("plot/still.png")
            assert (response.status_code, response.json()) == (404, {"error": "'plot' has no picture yet"})
            response = await client.get("other/still.png")
            assert (response.status_code, response.json()) == (404, {"error": "no display named 'other'"})


class Parts:
    """Reads the parts of a ``multipart/x-mixed-replace`` response."""

    def __init__(self, response: httpx.Response) -> None:
        self.boundary = response.headers["content-type"].partition("boundary=")[2].encode()
        self._chunks = response.aiter_raw()
        self._buffer = b""

    async def next(self) -> Image.Image:
        async with asyncio.timeout(TIMEOUT_S):
            # A part is whole once the boundary behind it is there.
            while self._buffer.count(b"--" + self.boundary + b"\r\n") < 2:
                self._buffer += await anext(self._chunks)
        part = self._buffer.split(b"--" + self.boundary + b"\r\n")[1]
        self._buffer = self._buffer[self._buffer.index(part) + len(part) :]
        head, _, body = part.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        assert body[length:] == b"\r\n"
        with Image.open(BytesIO(body[:length])) as image:
            assert image.format == "JPEG"
            return image.convert("L")


class TestMotionJpeg:
    async def test_each_new_picture_is_a_part_at_once(self, server: Server) -> None:
        display = add_display(server)
        display.present(picture(10))
        async with http(server) as client, client.stream("GET", "plot/stream.mjpg") as response:
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("multipart/x-mixed-replace; boundary=")
            parts = Parts(response)
            for value in (10, 100, 200):
                display.present(picture(value))
                seen = np.asarray(await parts.next())
                assert abs(int(seen[5, 5]) - value) < 3
            assert [str(tier) for tier in display.pipeline.active_tiers] == ["jpeg"]
            assert display.state["viewers"] == 1
            assert display.take_view() is None

    async def test_it_ends_with_the_display(self, server: Server) -> None:
        display = add_display(server)
        async with http(server) as client, client.stream("GET", "plot/stream.mjpg") as response:
            server.remove("plot")
            async with asyncio.timeout(TIMEOUT_S):
                assert (await response.aread()).startswith(b"--")
        assert display.pipeline.active_tiers == ()

    async def test_one_who_leaves_is_a_viewer_no_more(self, server: Server) -> None:
        display = add_display(server)
        async with http(server) as client, client.stream("GET", "plot/stream.mjpg"):
            await until(lambda: display.state["viewers"] == 1)
        await until(lambda: display.state["viewers"] == 0)

    async def test_one_who_does_not_read_is_not_waited_for(self, server: Server) -> None:
        display = add_display(server)
        async with (
            http(server) as client,
            client.stream("GET", "plot/stream.mjpg"),
            connect(server.url("plot"), video=(), images=[PNG.format]) as other,
        ):
            for value in range(1, 60):
                display.present(picture(value, 640, 480))
                await other.next_chunk()

    async def test_a_display_without_jpeg_says_so(self, server: Server) -> None:
        server.add("plot", tiers=(PNG,))
        async with http(server) as client:
            response = await client.get("plot/stream.mjpg")
            assert response.status_code == 400
            assert "no format in common" in response.json()["error"]

    async def test_its_headers_can_be_asked_for(self, server: Server) -> None:
        add_display(server)
        async with http(server) as client:
            response = await client.head("plot/stream.mjpg")
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("multipart/x-mixed-replace")


class TestMetrics:
    async def test_viewers_and_encoders_are_counted(self, server: Server) -> None:
        display = add_display(server, options=DisplayOptions(settle=False))
        async with http(server) as client, connect(server.url("plot"), video=()) as viewer:
            for value in range(1, 6):
                display.present(picture(value))
                await viewer.next_chunk()
            assert viewer.welcome is not None
            await viewer.request_stats()
            await viewer.wait_for(Stats)
            read = (await client.get("metrics")).json()
            assert read["displays"] == ["plot"]
            (tier,), (one,) = read["tiers"], read["viewers"]
            assert (tier["display"], tier["tier"], tier["viewers"], tier["encoder"]) == ("plot", "jpeg", 1, "pillow")
            assert tier["frames"] == tier["keyframes"] == one["sent"] == one["keyframes"] == 5
            assert tier["bytes"] == one["bytes"] > 5 * 32
            assert tier["encode_s"] > 0
            assert one["fps"] > 0
            assert one["round_trip_ms"] > 0
            assert (one["viewer"], one["dropped"]) == (viewer.welcome.viewer, 0)
            assert viewer.stats["sent"] == 5
            assert viewer.stats["bytes"] == one["bytes"]

    @pytest.mark.parametrize(
        ("query", "accept", "prometheus"),
        [
            ("", "*/*", False),
            ("", "application/json, text/plain", False),
            ("", "text/plain", True),
            ("", "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", True),
            ("?format=prometheus", "*/*", True),
            ("?format=json", "text/plain", False),
        ],
    )
    async def test_they_come_in_the_form_that_is_asked_for(
        self, server: Server, query: str, accept: str, prometheus: bool
    ) -> None:
        add_display(server)
        async with http(server) as client, connect(server.url("plot"), video=()):
            response = await client.get(f"metrics{query}", headers={"accept": accept})
            if prometheus:
                assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
                assert "rendercanvas_rfb_viewers 1\n" in response.text
            else:
                assert response.headers["content-type"] == "application/json"
                assert len(response.json()["viewers"]) == 1


PRIVATE = ("streams", "metrics", "plot/still.png", "plot/still.jpg", "plot/still.webp", "plot/stream.mjpg")


class TestCredentials:
    @pytest.mark.parametrize("path", PRIVATE)
    async def test_nothing_private_is_told_without_one(self, path: str) -> None:
        with Server(port=0, token="secret") as server:
            add_display(server).present(picture(1))
            async with http(server) as client:
                for credential in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic secret"}):
                    response = await client.get(path, headers=credential)
                    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
                    assert response.json() == {"error": "credential missing or wrong"}
                    assert response.headers["cache-control"] == "no-store"
                # Whether there is such a display is private too.
                assert (await client.get("other/still.png")).status_code == 401
                rights: tuple[dict[str, Any], ...] = (
                    {"headers": {"authorization": "Bearer secret"}},
                    {"params": {"token": "secret"}},
                )
                for right in rights:
                    assert (await client.head(path, **right)).status_code == 200
                assert (await client.get("health")).json() == {"status": "ok"}

    async def test_which_displays_there_are_is_told_only_to_who_may_know(self) -> None:
        with Server(port=0, token="secret") as server:
            add_display(server)
            for path in ("plot/ws", "other/ws"):
                async with open_socket(base_of(server), path) as socket:
                    await socket.send(HELLO)
                    assert await socket.closed() == (4401, "credential missing or wrong")
            async with open_socket(base_of(server), "other/ws") as socket:
                await socket.send(hello("secret"))
                assert await socket.closed() == (4404, "no display named 'other'")

    @pytest.mark.parametrize("asynchronous", [False, True])
    async def test_the_authenticator_is_told_all_and_asked_once(self, asynchronous: bool) -> None:
        asked: list[AuthContext] = []

        def authenticate(context: AuthContext) -> str | None:
            asked.append(context)
            return context.cookies.get("user")

        async def authenticate_later(context: AuthContext) -> str | None:
            await asyncio.sleep(0)
            return authenticate(context)

        with Server(port=0, authenticate=authenticate_later if asynchronous else authenticate) as server:
            assert server.token is None
            display = add_display(server)
            origin = base_of(server).removesuffix("/")
            async with open_socket(base_of(server), "plot/ws?a=b", origin=origin, cookie="user=ada; x=1") as socket:
                await socket.send(hello("some-token"))
                await socket.until("welcome")
                display.present(picture(1))
                await socket.until("stream")
                (context,) = asked
                assert (context.token, context.path, context.display) == ("some-token", "/plot/ws", "plot")
                assert (context.query, context.origin, context.client) == ({"a": "b"}, origin, "127.0.0.1")
                assert context.cookies == {"user": "ada", "x": "1"}
                assert context.headers["HOST"] == origin.removeprefix("http://")
            async with open_socket(base_of(server)) as socket:
                await socket.send(HELLO)
                assert await socket.closed() == (4401, "credential missing or wrong")
            async with http(server) as client:
                assert (await client.get("streams")).status_code == 401
                assert (await client.get("streams", headers={"cookie": "user=ada"})).status_code == 200
        assert [context.path for context in asked] == ["/plot/ws", "/plot/ws", "/streams", "/streams"]
        assert asked[-1].display is None

    async def test_nothing_is_sent_before_the_answer(self) -> None:
        may_answer = threading.Event()

        def authenticate(context: AuthContext) -> str | None:
            return "ada" if may_answer.wait(TIMEOUT_S) else None

        with Server(port=0, authenticate=authenticate) as server:
            display = add_display(server)
            display.present(picture(1))
            async with open_socket(base_of(server)) as socket, http(server) as client:
                await socket.send(HELLO)
                # The server's thread goes on meanwhile.
                assert (await client.get("health")).status_code == 200
                assert display.state["viewers"] == 0
                may_answer.set()
                await socket.receive()
                assert socket.said[0]["type"] == "welcome"

    async def test_an_authenticator_that_fails_tells_nobody_what_happened(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        def authenticate(context: AuthContext) -> None:
            raise RuntimeError("password of the database")

        with Server(port=0, authenticate=authenticate) as server:
            add_display(server)
            async with open_socket(base_of(server)) as socket, http(server) as client:
                await socket.send(HELLO)
                assert await socket.closed() == (4500, "error in the server")
                response = await client.get("streams")
                assert (response.status_code, response.json()) == (500, {"error": "error in the server"})
        assert "the authenticator failed" in caplog.text
        assert "password of the database" in caplog.text

    async def test_an_authenticator_that_does_not_answer_is_waited_for_no_longer_than_the_handshake(self) -> None:
        async def authenticate(context: AuthContext) -> None:
            await asyncio.Event().wait()

        with Server(port=0, authenticate=authenticate, limits=ServerLimits(handshake_s=0.2)) as server:
            add_display(server)
            async with open_socket(base_of(server)) as socket, http(server) as client:
                await socket.send(HELLO)
                assert (await socket.closed())[0] == 4408
                assert (await client.get("streams")).status_code == 504

    def test_a_token_and_an_authenticator_are_one_too_many(self) -> None:
        with pytest.raises(ConfigurationError, match="a token or an authenticator, not both"):
            Server(token="secret", authenticate=lambda context: None)

    @pytest.mark.parametrize("token", ["", "two words", "a#b"])
    def test_a_token_that_cannot_stand_in_an_address_is_refused(self, token: str) -> None:
        with pytest.raises(ConfigurationError, match="a token must have"):
            Server(token=token)

    def test_no_token_is_made_where_there_is_an_authenticator(self) -> None:
        assert Server("0.0.0.0", authenticate=lambda context: None).token is None


class TestOrigins:
    async def test_pages_of_other_hosts_see_nothing(self, server: Server) -> None:
        add_display(server).present(picture(1))
        async with http(server, headers={"origin": "https://elsewhere.example"}) as client:
            for path in PRIVATE:
                response = await client.get(path)
                assert (response.status_code, response.json()) == (403, {"error": "origin not allowed"})
            page = await client.get("plot/")
            assert page.headers["cross-origin-resource-policy"] == "same-origin"
            assert "access-control-allow-origin" not in page.headers
        async with open_socket(base_of(server), origin="https://elsewhere.example") as socket:
            assert await socket.closed() == (4403, "origin not allowed")

    @pytest.mark.parametrize("origins", ["*", ["https://elsewhere.example"]])
    async def test_pages_of_named_origins_may_connect(self, origins: str) -> None:
        with Server(port=0, origins=origins) as server:
            add_display(server).present(picture(1))
            async with http(server, headers={"origin": "https://elsewhere.example"}) as client:
                response = await client.get("plot/still.png")
                assert response.headers["access-control-allow-origin"] == "https://elsewhere.example"
                assert response.headers["cross-origin-resource-policy"] == "cross-origin"
            async with open_socket(base_of(server), origin="https://elsewhere.example") as socket:
                await socket.send(HELLO)
                await socket.until("welcome")


class TestHosts:
    async def test_pages_that_have_this_address_under_their_own_name_see_nothing(self, server: Server) -> None:
        add_display(server).present(picture(1))
        rebound = {"host": "evil.example:7320", "origin": "http://evil.example:7320"}
        async with http(server, headers=rebound) as client:
            for path in PRIVATE:
                response = await client.get(path)
                assert response.status_code == 403
                assert response.json() == {"error": "host not allowed; name it in hosts= of the server"}
        async with open_socket(base_of(server), host="evil.example:7320") as socket:
            assert await socket.closed() == (4403, "host not allowed; name it in hosts= of the server")

    @pytest.mark.parametrize("hosts", ["*", ["lab.example"]])
    async def test_a_host_that_is_named_is_served(self, hosts: str) -> None:
        with Server(port=0, hosts=hosts) as server:
            add_display(server).present(picture(1))
            async with http(server, headers={"host": "lab.example", "origin": "https://lab.example"}) as client:
                assert (await client.get("plot/still.png")).status_code == 200

    async def test_where_a_token_is_needed_any_name_will_do(self) -> None:
        with Server(port=0, token="secret") as server:
            add_display(server).present(picture(1))
            bearer = {"host": "lab.example", "authorization": "Bearer secret"}
            async with http(server, headers=bearer) as client:
                assert (await client.get("plot/still.png")).status_code == 200

    async def test_but_none_that_is_not_on_the_list(self) -> None:
        with Server(port=0, token="secret", hosts=["lab.example"]) as server:
            add_display(server).present(picture(1))
            bearer = {"host": "evil.example", "authorization": "Bearer secret"}
            async with http(server, headers=bearer) as client:
                assert (await client.get("plot/still.png")).status_code == 403


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
            async with asyncio.timeout(TIMEOUT_S):
                while not await lets_in(server.url("plot")):
                    pass

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


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate for this machine, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )
    return folder


class TestTls:
    async def test_pages_and_sockets_are_encrypted(self, certificate: Path) -> None:
        trust = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
        cert, key = certificate / "cert.pem", certificate / "key.pem"
        with Server(port=0, ssl_certfile=cert, ssl_keyfile=key) as server:
            add_display(server)
            assert server.url("plot").startswith("https://127.0.0.1:")
            async with http(server, verify=trust) as client:
                assert (await client.get("plot/")).status_code == 200
            address = server.url("plot").replace("https", "wss") + "ws"
            async with websockets.connect(address, ssl=trust) as socket:
                await socket.send(HELLO)
                assert json.loads(await socket.recv())["type"] == "welcome"

    def test_a_certificate_that_is_none_is_refused_at_once(self, tmp_path: Path) -> None:
        (tmp_path / "bad.pem").write_text("nothing")
        for file in ("bad.pem", "missing.pem"):
            with pytest.raises(ConfigurationError, match="cannot serve with the certificate"):
                Server(ssl_certfile=tmp_path / file)
        with pytest.raises(ConfigurationError, match="ssl_keyfile needs ssl_certfile"):
            Server(ssl_keyfile="key.pem")


async def test_a_browser_asks_for_what_it_has_and_gets_it_again_only_where_it_is_another(server):
    async with http(server) as client:
        first = await client.get("assets/page.js")
        known = await client.get("assets/page.js", headers={"if-none-match": first.headers["etag"]})
        other = await client.get("assets/page.js", headers={"if-none-match": '"another"'})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (other.status_code, other.content) == (200, first.content)
