"""Who may look at what a server has: credentials, origins and hosts."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from rendercanvas_rfb.auth import AuthContext
from rendercanvas_rfb.errors import ConfigurationError
from rendercanvas_rfb.limits import ServerLimits
from rendercanvas_rfb.server import Server
from tests.push.serving import HELLO, add_display, base_of, hello, http, open_socket, picture, server
from tests.support import TIMEOUT_S

__all__ = ["server"]


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
