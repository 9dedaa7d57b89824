"""Viewers over the comm of a widget."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rendercanvas_rfb.client import Session
from rendercanvas_rfb.connections import channel as channel_module
from rendercanvas_rfb.connections.channel import MAX_UNDELIVERED_MESSAGES
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.kernel import Kernel
from rendercanvas_rfb.notebook import RfbWidget, mimebundle
from rendercanvas_rfb.session import heartbeat
from tests.push.comms import ChannelSocket, FakeComm, comms, viewing
from tests.push.serving import JPEG, PNG, picture
from tests.push.viewers import closing, taken
from tests.support import TIMEOUT_S, until

__all__ = ["comms"]


@pytest.fixture
def display() -> Iterator[Display]:
    with Display("plot", tiers=(PNG, JPEG)) as display:
        yield display


@pytest.fixture
def widget(display: Display, comms: list[FakeComm]) -> RfbWidget:
    return RfbWidget(display)


async def no_viewers(display: Display) -> None:
    await until(lambda: display.state["viewers"] == 0, "the viewers' end")


async def test_pictures_come_down_and_input_goes_up(display: Display, widget: RfbWidget) -> None:
    async with viewing(widget) as (client, _):
        for value in (1, 2, 3):
            display.present(picture(value))
            assert np.all((await client.next_picture()).pixels == value)
        await client.send_event("key_down", key="a")
        await taken(display, lambda events: "key_down" in [event.type for event in events], "the key")
    await no_viewers(display)


async def test_several_views_of_one_widget_get_what_is_theirs(display: Display, widget: RfbWidget) -> None:
    display.present(picture(5))
    async with viewing(widget) as (one, _), viewing(widget) as (other, _):
        for client in (one, other):
            assert np.all((await client.next_picture()).pixels == 5)
        assert display.state["viewers"] == 2
    await no_viewers(display)


async def test_many_messages_at_once_keep_their_order(display: Display, widget: RfbWidget) -> None:
    async with viewing(widget) as (client, socket):
        for number in range(200):
            display.send(number)
        assert [(await client.next_message()).data for _ in range(200)] == list(range(200))
        for number in range(20):
            await client.send_message(number)
        await until(lambda: socket.delivered >= 16, "what the viewer sent being confirmed")


async def test_a_viewer_that_does_not_say_what_it_got_is_sent_no_more(display: Display, widget: RfbWidget) -> None:
    async with viewing(widget) as (client, socket):
        socket.reads = False
        for number in range(200):
            display.send(number)
        for number in range(MAX_UNDELIVERED_MESSAGES - 10):
            assert (await client.next_message()).data == number
        waiting = socket._messages.qsize()
        socket.reads, socket.got = True, socket.got + waiting + MAX_UNDELIVERED_MESSAGES - 10
        socket.bring(type="got", got=socket.got)
        assert (await client.next_message()).data == MAX_UNDELIVERED_MESSAGES - 10
        assert waiting <= 10


async def test_closing_the_display_says_why(display: Display, widget: RfbWidget) -> None:
    async with viewing(widget) as (client, _):
        display.close()
        assert (await closing(client)).code in (1000, 1001)
    await until(lambda: not widget.is_live, "the widget's end")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"type": "nonesuch"}, "unexpected message of type 'nonesuch'"),
        ({"type": "text", "text": 3, "got": 0}, "unexpected message of type 'text'"),
        ({"type": "got", "got": 10_000}, "got 10000 messages of"),
        ({"type": "text", "text": "{", "got": 0}, ""),
    ],
)
async def test_a_bad_message_ends_this_connection_only(
    display: Display, widget: RfbWidget, content: dict[str, Any], reason: str
) -> None:
    async with viewing(widget) as (other, _):
        async with viewing(widget) as (client, socket):
            socket.bring(**content)
            end = await closing(client)
            assert end.code == 4400
            assert reason in end.reason
        display.present(picture(9))
        assert np.all((await other.next_picture()).pixels == 9)


@pytest.mark.parametrize("content", [None, 3, {}, {"connection": 3}, {"connection": "short", "type": "open"}])
async def test_what_is_no_message_of_a_connection_is_left_out(
    display: Display, widget: RfbWidget, content: object
) -> None:
    widget.comm.bring(content)
    async with viewing(widget) as (client, _):
        display.present(picture(9))
        assert np.all((await client.next_picture()).pixels == 9)


async def test_there_can_not_be_any_number_of_views(
    display: Display, widget: RfbWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_module, "MAX_CONNECTIONS", 1)
    async with viewing(widget):
        refused = ChannelSocket(widget.comm)
        with pytest.raises(Exception, match="4429"):
            await refused.recv()


async def test_a_viewer_comes_back_to_its_session(display: Display, widget: RfbWidget) -> None:
    session = Session()
    async with viewing(widget, session) as (client, socket):
        await client.send_event("key_down", key="a")
        socket.vanish()
        await no_viewers(display)
    async with viewing(widget, session) as (client, socket):
        assert client.welcome is not None
        assert client.welcome.resumed
        display.present(picture(9))
        assert np.all((await client.next_picture()).pixels == 9)


async def test_silence_counts_for_nothing_while_nothing_can_be_heard(
    display: Display, widget: RfbWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "SILENCE_LIMIT_S", 0.5)
    monkeypatch.setattr(heartbeat, "PING_AFTER_S", 0.5)
    deaf = [True]
    monkeypatch.setattr(Kernel, "is_deaf", lambda _: deaf[0])
    async with viewing(widget) as (_, socket):
        pings = 0
        async with asyncio.timeout(TIMEOUT_S):
            while pings < 3:
                pings += '"type":"ping"' in str(await socket.recv()).replace(" ", "")
        assert display.state["viewers"] == 1
        deaf[0] = False
        await no_viewers(display)


async def test_a_comm_that_is_closed_is_the_end_of_its_viewers(display: Display, widget: RfbWidget) -> None:
    async with viewing(widget):
        widget.comm.close()
        display.present(picture(9))
        await no_viewers(display)


def views(comms: list[FakeComm]) -> list[FakeComm]:
    """Those of our widgets; each has another one for its layout."""
    return [each for each in comms if "_esm" in each.opened["state"]]


def test_a_cell_shows_the_widget_and_keeps_a_picture(display: Display, comms: list[FakeComm]) -> None:
    data, _ = display._repr_mimebundle_()
    assert "image/png" not in data
    display.present(picture(9))
    again, _ = mimebundle(display)
    view = "application/vnd.jupyter.widget-view+json"
    assert again[view] == data[view]
    assert again["image/png"].startswith("iVBOR")
    (shown,) = views(comms)
    assert "export" in shown.opened["state"]["_esm"]


def test_a_comm_that_was_closed_by_the_notebook_is_followed_by_another(display: Display, comms: list[FakeComm]) -> None:
    mimebundle(display)
    views(comms)[0].close()
    mimebundle(display)
    assert len(views(comms)) == 2


async def test_a_widget_keeps_no_display_and_ends_with_it(comms: list[FakeComm]) -> None:
    display = Display("plot", tiers=(PNG,))
    mimebundle(display)
    gone = weakref.ref(display)
    del display
    gc.collect()
    assert gone() is None
    await until(lambda: all(each._closed for each in comms), "the end of all comms")
