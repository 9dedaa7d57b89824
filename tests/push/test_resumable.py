"""Which sessions wait for their viewers, how many and for how long, and who may go on with them."""

from __future__ import annotations

from contextlib import suppress

import httpx
import pytest

from rendercanvas_rfb.client import Session, connect
from rendercanvas_rfb.errors import CloseCode, ConnectionClosed
from rendercanvas_rfb.limits import ServerLimits
from rendercanvas_rfb.policy import ViewerPolicy
from rendercanvas_rfb.protocol.messages import Bye, Message
from rendercanvas_rfb.server import Server
from tests.push.links import Link, events_up_to, kinds, link, send_in_vain, served, transport, waiting, welcome_of
from tests.push.serving import add_display, http, picture, server, user
from tests.push.viewers import closing
from tests.support import until

__all__ = ["link", "server", "transport"]


async def test_a_session_that_is_too_old_is_a_new_one(transport: str) -> None:
    async with served(transport, limits=ServerLimits(resume_s=0.01)) as (server, link):
        display = add_display(server)
        session = Session()
        async with link.viewer(session) as client:
            first = welcome_of(client)
            await link.cut(display)
            await send_in_vain(client, "key_down", key="a")
        await until(lambda: waiting(server) == 0, "the end of the session")
        async with link.viewer(session) as client:
            again = welcome_of(client)
            assert (again.resumed, again.taken) == (False, 0)
            assert again.viewer != first.viewer
            assert again.session == session.token != first.session
            await client.send_message("new")
            events = await events_up_to(display, "message")
            assert "key_down" not in kinds(events)


async def test_after_a_restart_of_the_server_the_session_is_a_new_one(transport: str) -> None:
    session = Session()
    async with served(transport) as (server, link):
        display = add_display(server)
        async with link.viewer(session) as client:
            await client.send_message("before")
            await events_up_to(display, "message")
            server.stop()
            with suppress(httpx.HTTPError):  # Of an answer to a ping, for which there is nobody any more.
                assert (await closing(client)).code in (CloseCode.GOING_AWAY, 1006)
    async with served(transport) as (server, link):
        display = add_display(server)
        async with link.viewer(session) as client:
            assert not welcome_of(client).resumed
            await client.send_message("after")
            events = await events_up_to(display, "message")
            assert [event.data for event in events if event.type == "message"] == ["after"]


async def test_nobody_else_can_resume_a_session(transport: str) -> None:
    async with served(transport, authenticate=user) as (server, link):
        display = add_display(server)
        session = Session()
        async with link.viewer(session, token="ada") as ada:
            thief = Session()
            thief.token = session.token
            async with link.viewer(thief, token="bob") as bob:
                assert not welcome_of(bob).resumed
                assert display.state["viewers"] == 2
            with pytest.raises(ConnectionClosed) as refused:
                async with link.viewer(session):
                    pass
            assert refused.value.code == CloseCode.UNAUTHORIZED
            await ada.send_message("still here")
            await events_up_to(display, "message")
            await link.cut(display)
        thief.token = session.token
        async with link.viewer(thief, token="bob") as bob:
            assert not welcome_of(bob).resumed
        async with link.viewer(session, token="ada") as ada:
            assert welcome_of(ada).resumed


async def test_a_session_belongs_to_its_display(server: Server, link: Link) -> None:
    display, other = add_display(server), add_display(server, "other")
    session = Session()
    async with link.viewer(session):
        await link.cut(display)
    elsewhere = Session()
    elsewhere.token = session.token
    async with link.viewer(elsewhere, "other") as client:
        assert not welcome_of(client).resumed
        await link.cut(other)
    server.remove("plot")
    add_display(server)
    async with link.viewer(session) as client:
        assert not welcome_of(client).resumed


@pytest.mark.parametrize("how", ["bye", "close"])
async def test_who_leaves_does_not_come_back(server: Server, how: str) -> None:
    display = add_display(server)
    session = Session()
    async with connect(server.url("plot"), session=session, video=()) as client:
        if how == "bye":
            await client.send(Bye("the page is closed"))
            await closing(client)
    await until(lambda: display.state["viewers"] == 0, "the viewer's end")
    assert waiting(server) == 0
    async with connect(server.url("plot"), session=session, video=()) as client:
        assert not welcome_of(client).resumed


async def test_a_viewer_that_cannot_come_back_is_not_waited_for(server: Server) -> None:
    display = add_display(server)
    display.present(picture(1))
    async with http(server) as other, other.stream("GET", "plot/stream.mjpg") as response:
        assert response.status_code == 200
        await until(lambda: display.state["viewers"] == 1, "the viewer")
    await until(lambda: display.state["viewers"] == 0, "the viewer's end")
    assert waiting(server) == 0


async def test_no_more_sessions_wait_than_may(transport: str) -> None:
    async with served(transport, limits=ServerLimits(max_resumable=1)) as (server, link):
        display = add_display(server)
        sessions = [Session(), Session()]
        for session in sessions:
            async with link.viewer(session):
                await link.cut(display)
        assert waiting(server) == 1
        resumed = []
        for session in reversed(sessions):
            async with link.viewer(session) as client:
                resumed.append(welcome_of(client).resumed)
        assert resumed == [True, False]


async def test_a_full_display_has_no_room_and_the_session_remains() -> None:
    async with served() as (server, link):
        display = add_display(server, policy=ViewerPolicy(max_viewers=1))
        session = Session()
        async with link.viewer(session):
            await link.cut(display)
        async with link.viewer(None):
            with pytest.raises(ConnectionClosed) as refused:
                async with link.viewer(session):
                    pass
            assert refused.value.code == CloseCode.TOO_MANY
        await until(lambda: display.state["viewers"] == 0, "room")
        async with link.viewer(session) as client:
            assert welcome_of(client).resumed


async def test_what_became_of_sessions_is_counted(transport: str) -> None:
    async with served(transport) as (server, link):
        display = add_display(server)
        session = Session()
        async with link.viewer(session) as client:
            await client.send_message("one")
            await events_up_to(display, "message")
            await link.cut(display)
        metrics = server._app._roster.session_metrics()
        assert (metrics.waiting, metrics.begun, metrics.resumed, metrics.input_taken) == (1, 1, 0, 1)
        async with link.viewer(session) as client:
            for number in (1, 2):
                await client.send(Message("again", number=number))
            await events_up_to(display, "message")
            async with http(server) as other:
                sessions = (await other.get("metrics")).json()["sessions"]
                text = (await other.get("metrics?format=prometheus")).text
        assert sessions == {
            "waiting": 0,
            "begun": 1,
            "resumed": 1,
            "expired": 0,
            "input_taken": 2,
            "input_repeated": 1,
        }
        assert "rendercanvas_rfb_sessions_resumed_total 1\n" in text
        assert "rendercanvas_rfb_input_repeated_total 1\n" in text
