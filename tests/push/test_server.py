"""Displays on one server: added and removed, listed, counted, and what pages load from it."""

from __future__ import annotations

import pytest

from rendercanvas_rfb.client import connect
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import ConfigurationError
from rendercanvas_rfb.options import DisplayOptions
from rendercanvas_rfb.protocol.messages import Stats
from rendercanvas_rfb.server import Server
from tests.push.serving import HELLO, PNG, add_display, base_of, http, open_socket, picture, server

__all__ = ["server"]


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


async def test_a_browser_asks_for_what_it_has_and_gets_it_again_only_where_it_is_another(server):
    async with http(server) as client:
        first = await client.get("assets/page.js")
        known = await client.get("assets/page.js", headers={"if-none-match": first.headers["etag"]})
        other = await client.get("assets/page.js", headers={"if-none-match": '"another"'})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (other.status_code, other.content) == (200, first.content)
