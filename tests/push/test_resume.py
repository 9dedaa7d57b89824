"""What viewers find, and what becomes of their input, when their connection was cut and they come back."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import httpx
import numpy as np
import pytest

from rendercanvas_rfb.client import Client, Session, connect
from rendercanvas_rfb.connections import http as http_module
from rendercanvas_rfb.errors import CloseCode
from rendercanvas_rfb.events import Event
from rendercanvas_rfb.limits import ServerLimits
from rendercanvas_rfb.policy import ViewerPolicy
from rendercanvas_rfb.protocol.messages import InputEvent, Message, Taken
from rendercanvas_rfb.server import Server
from tests.push.links import Link, events_up_to, kinds, link, send_in_vain, served, transport, welcome_of, with_polling
from tests.push.serving import add_display, picture, server
from tests.push.sockets import VIEW
from tests.push.viewers import closing, state_where, taken

__all__ = ["link", "server", "transport"]


@with_polling
async def test_a_drag_that_is_cut_is_released_and_the_viewer_comes_back_as_the_same(
    server: Server, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    if link.transport == "poll":
        monkeypatch.setattr(http_module, "ABSENCE_S", 3.0)
    display = add_display(server)
    display.present(picture(1))
    session = Session()
    async with link.viewer(session) as client:
        first = welcome_of(client)
        assert (first.resumed, first.taken, first.session) == (False, 0, session.token)
        await client.next_picture()
        await client.send_event("pointer_down", x=5.0, y=5.0, button=1, buttons=(1,))
        await client.send_event("pointer_move", x=9.0, y=5.0, buttons=(1,))
        before = await events_up_to(display, "pointer_move")
        assert kinds(before) == ["viewer_joined", "pointer_down", "pointer_move"]
        assert before[0].resumed is False
        await link.cut(display)
        released = await events_up_to(display, "viewer_left")
        assert kinds(released) == ["pointer_up", "viewer_left"]
        assert (released[0].x, released[0].button, released[0].buttons) == (9.0, 1, ())
        await send_in_vain(client, "pointer_up", x=9.0, y=5.0, button=1)
        await send_in_vain(client, "key_down", key="a")
    display.present(picture(2))
    async with link.viewer(session) as client:
        again = welcome_of(client)
        assert (again.viewer, again.session) == (first.viewer, first.session)
        assert (again.resumed, again.taken) == (True, 1)
        assert np.all((await client.next_picture()).pixels == 2)
        events = await events_up_to(display, "key_down")
        assert kinds(events) == ["viewer_joined", "pointer_up", "key_down"]
        assert events[0].resumed is True
        assert {event.viewer for event in events} == {first.viewer}
        assert display.state["viewers"] == 1


async def test_what_was_taken_and_is_sent_again_counts_once(server: Server, link: Link) -> None:
    display = add_display(server)
    session = Session()
    async with link.viewer(session) as client:
        await client.send_message("one")
        await client.send_message("two")
        await taken(display, lambda events: [e.data for e in events if e.type == "message"] == ["one", "two"], "both")
        assert session.unconfirmed == 2  # It has not heard of it.
        await link.cut(display)
    display.poll_events()
    async with link.viewer(session) as client:
        assert welcome_of(client).taken == 2
        assert session.unconfirmed == 0
        for number in (1, 2, 3, 3, 1, 4):
            await client.send(Message(number, number=number))
        events = await taken(display, lambda events: [e.data for e in events if e.type == "message"][-1:] == [4], "all")
        assert [event.data for event in events if event.type == "message"] == [3, 4]


@with_polling
async def test_input_is_confirmed_and_then_not_kept_any_more(server: Server, link: Link) -> None:
    add_display(server)
    session = Session()
    async with link.viewer(session) as client:
        for _ in range(20):
            await client.send_event("wheel", dy=1.0)
        numbers = []
        while session.unconfirmed:
            numbers.append((await client.wait_for(Taken)).number)
        assert numbers == sorted(set(numbers))
        assert numbers[-1] == 20


@with_polling
async def test_a_number_that_is_left_out_ends_the_connection(server: Server, link: Link) -> None:
    display = add_display(server)
    async with link.viewer(None) as client:
        await client.send(InputEvent(Event("key_down", 1.0, {"key": "a", "modifiers": ()}), 2))
        end = await closing(client)
        assert (end.code, end.reason) == (CloseCode.BAD_MESSAGE, "message.n 2 comes before message 1")
    assert "key_down" not in kinds(display.poll_events())


@with_polling
async def test_who_comes_back_before_its_loss_is_noticed_takes_its_own_place(transport: str) -> None:
    async with served(transport, limits=ServerLimits(max_viewers=1)) as (server, link):
        display = add_display(server)
        session = Session()
        async with link.viewer(session) as lost:
            await lost.send_event("key_down", key="a")
            await events_up_to(display, "key_down")
            link.proxy.half_open()
            await send_in_vain_without_waiting(lost, "key_up", key="a")
            async with link.viewer(session) as client:
                assert welcome_of(client).resumed
                assert welcome_of(client).viewer == welcome_of(lost).viewer
                assert client.state["viewers"] == display.state["viewers"] == 1
                assert [viewer.viewer for viewer in server._app._roster.metrics()] == [welcome_of(client).viewer]
                events = await taken(display, lambda events: kinds(events).count("key_up") == 2, "both")
                assert kinds(events) == ["key_up", "viewer_left", "viewer_joined", "key_up"]
                link.proxy.reset()


async def send_in_vain_without_waiting(client: Client, type: str, **members: Any) -> None:
    """Send an event over a connection that seems to be there, and never answers."""
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(0.05):
            await client.send_event(type, **members)


@with_polling
async def test_the_connection_before_is_told_who_has_taken_its_place(server: Server, link: Link) -> None:
    add_display(server)
    session = Session()
    async with link.viewer(session) as first, link.viewer(session) as second:
        end = await closing(first)
        assert (end.code, end.reason) == (CloseCode.NORMAL, "resumed by another connection")
        assert welcome_of(second).resumed


async def test_the_first_has_the_control_again_when_it_comes_back_and_the_next_one_holds_nothing() -> None:
    async with served() as (server, link):
        display = add_display(server, policy=ViewerPolicy(control="first"))
        session = Session()
        async with link.viewer(session) as first, connect(server.url("plot"), video=(), view=VIEW) as second:
            await state_where(first, "control", True)
            link.proxy.reset()
            await state_where(second, "control", True)
            await second.send_event("key_down", key="b")
            await second.send_event("pointer_down", x=1.0, y=2.0, button=1, buttons=[1])
            await events_up_to(display, "pointer_down")
            await send_in_vain(first, "key_down", key="a")
            async with link.viewer(session) as client:
                assert client.controls  # Its welcome says so.
                await state_where(second, "control", False)
                assert display.state["viewers"] == 2
                events = await events_up_to(display, "key_down")
                counted = [(event.viewer, event.type) for event in events if event.type != "viewer_joined"]
                one, two = welcome_of(client).viewer, welcome_of(second).viewer
                assert counted == [(two, "pointer_up"), (two, "key_up"), (one, "key_down")]
