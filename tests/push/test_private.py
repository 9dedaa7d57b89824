"""A display for each viewer behind one address."""

from __future__ import annotations

import numpy as np
import pytest

from rendercanvas_rfb.client import connect
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import CloseCode, ConfigurationError, ConnectionClosed
from rendercanvas_rfb.server import Server
from tests.push.serving import PNG, http, picture, server, user
from tests.support import until

__all__ = ["server"]


def make_display(principal: object) -> Display:
    display = Display(f"of {principal}", tiers=(PNG,))
    display.publish(picture(40))
    return display


async def test_each_viewer_has_its_own_and_it_ends_with_the_viewer() -> None:
    made: list[Display] = []

    async def make(principal: object) -> Display:
        made.append(make_display(principal))
        return made[-1]

    with Server(port=0, authenticate=user) as server:
        server.add_private("plot", make, title="Yours")
        url = server.url("plot")
        async with connect(url, token="ada") as ada, connect(url, token="bob") as bob:
            assert [display.name for display in made] == ["of ada", "of bob"]
            made[0].publish(picture(200))
            await ada.next_picture()
            seen = (await bob.next_picture()).pixels
            assert np.all(seen == 40)
            assert ada.state["viewers"] == bob.state["viewers"] == 1
        await until(lambda: all(display.closed for display in made), "the displays' end")


async def test_it_is_listed_with_all_its_viewers_and_has_no_still(server: Server) -> None:
    place = server.add_private("plot", make_display, title="Yours")
    async with http(server) as client:
        async with connect(server.url("plot")), connect(server.url("plot")):
            listed = (await client.get("streams")).json()["streams"]
            assert listed == [{"name": "plot", "title": "Yours", "width": None, "height": None, "viewers": 2}]
            assert (await client.get("plot/still.png")).status_code == 404
            assert len(place.displays) == 2
        await until(lambda: not place.displays)


async def test_nobody_without_a_credential_gets_one() -> None:
    made: list[object] = []

    def make(principal: object) -> Display:
        made.append(principal)
        return make_display(principal)

    with Server(port=0, token="secret") as server:
        server.add_private("plot", make)
        with pytest.raises(ConnectionClosed) as refused:
            async with connect(server.url("plot").partition("#")[0]):
                pass
        assert refused.value.code == CloseCode.UNAUTHORIZED
        assert made == []
        async with connect(server.url("plot")) as client:
            assert np.all((await client.next_picture()).pixels == 40)


async def test_there_are_at_most_so_many_and_a_place_that_gets_free_is_taken(server: Server) -> None:
    place = server.add_private("plot", make_display, max_displays=1)
    async with connect(server.url("plot")):
        with pytest.raises(ConnectionClosed, match="at most 1 at once") as refused:
            async with connect(server.url("plot")):
                pass
        assert refused.value.code == CloseCode.TOO_MANY
    await until(lambda: not place.displays)

    async def lets_in() -> bool:
        try:
            async with connect(server.url("plot")) as client:
                await client.next_picture()
                return True
        except ConnectionClosed:
            return False

    await until(lets_in, "a free place")


async def test_a_maker_that_fails_costs_its_viewer_only(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    answers = iter([ZeroDivisionError("mine"), None])

    def make(principal: object) -> Display:
        if (error := next(answers)) is not None:
            raise error
        return make_display(principal)

    server.add_private("plot", make)
    with pytest.raises(ConnectionClosed) as refused:
        async with connect(server.url("plot")):
            pass
    assert refused.value.code == CloseCode.INTERNAL
    assert "mine" not in refused.value.reason
    assert "no display could be made for a viewer of plot" in caplog.text
    async with connect(server.url("plot")) as client:
        await client.next_picture()


async def test_removing_it_sends_its_viewers_away(server: Server) -> None:
    server.add_private("plot", make_display)
    async with connect(server.url("plot")) as client:
        await client.next_picture()
        server.remove("plot")
        with pytest.raises(ConnectionClosed, match="removed"):
            await client.next_picture()
    with pytest.raises(ConnectionClosed) as refused:
        async with connect(server.url("plot")):
            pass
    assert refused.value.code == CloseCode.UNKNOWN_DISPLAY


@pytest.mark.parametrize("number", [0, -1, True, 1.0, "2"])
def test_a_number_of_displays_that_is_none_is_refused(server: Server, number: int) -> None:
    with pytest.raises(ConfigurationError, match="max_displays must be a positive integer"):
        server.add_private("plot", make_display, max_displays=number)


def test_a_name_is_taken_once(server: Server) -> None:
    server.add("plot")
    with pytest.raises(ConfigurationError, match="already"):
        server.add_private("plot", make_display)
