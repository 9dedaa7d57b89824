"""Viewers whose connection is cut and who come back, over every transport and a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
import pytest

from rendercanvas_rfb.auth import AuthContext
from rendercanvas_rfb.client import Client, Session, connect, view_of
from rendercanvas_rfb.connections import http as http_module
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import CloseCode, ConnectionClosed
from rendercanvas_rfb.events import Event
from rendercanvas_rfb.limits import ServerLimits
from rendercanvas_rfb.policy import ViewerPolicy
from rendercanvas_rfb.protocol.formats import PictureFormat
from rendercanvas_rfb.protocol.messages import Bye, Capabilities, Hello, InputEvent, Message, Taken, View, Welcome
from rendercanvas_rfb.server import Server
from rendercanvas_rfb.testing import TcpProxy
from rendercanvas_rfb.viewer_event import ViewerEvent
from tests.push.serving import PNG, add_display, picture
from tests.push.test_http_connection import HttpSocket
from tests.push.viewers import closing, state_where, taken
from tests.support import TIMEOUT_S, until

VIEW = view_of(320, 200)


@dataclass
class Link:
    """A network between viewers and a server.

    Attributes:
        transport: How viewers connect: "websocket", "http", or "poll".
    """

    transport: str
    proxy: TcpProxy

    @asynccontextmanager
    async def viewer(
        self, session: Session | None, name: str = "plot", *, token: str | None = None, view: View = VIEW
    ) -> AsyncIterator[Client]:
        """A viewer, which may lose its connection before the block ends."""
        base = f"http://127.0.0.1:{self.proxy.port}/"
        async with asyncio.timeout(3 * TIMEOUT_S):
            if self.transport == "websocket":
                async with connect(f"{base}{name}/", session=session, token=token, video=(), view=view) as client:
                    yield client
                return
            async with httpx.AsyncClient(base_url=base, timeout=TIMEOUT_S) as http:
                socket = HttpSocket(http, name, poll=self.transport == "poll")
                running = asyncio.create_task(socket.run())
                try:
                    client = Client(socket, session)
                    capabilities = Capabilities((), (PictureFormat.PNG,), "disabled")
                    known = None if session is None else session.token
                    await client.send(Hello(capabilities, view, token, session=known))
                    await client.wait_for(Welcome)
                    yield client
                finally:
                    running.cancel()
                    await asyncio.gather(running, return_exceptions=True)

    async def cut(self, display: Display) -> None:
        """Break all connections, and wait until the server has noticed."""
        self.proxy.reset()
        await until(lambda: display.state["viewers"] == 0, "the viewers' end")


@pytest.fixture(params=["websocket", "http"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


with_polling = pytest.mark.parametrize("transport", ["websocket", "http", "poll"])
"""For tests that do not wait for the 10 s in which the loss of a viewer that polls is noticed."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(port=0) as running:
        yield running


@pytest.fixture
async def link(server: Server, transport: str) -> AsyncIterator[Link]:
    async with TcpProxy("127.0.0.1", server.port) as proxy:
        yield Link(transport, proxy)


@asynccontextmanager
async def served(transport: str = "websocket", **options: Any) -> AsyncIterator[tuple[Server, Link]]:
    """A server of these options, behind a proxy."""
    with Server(port=0, **options) as server:
        async with TcpProxy("127.0.0.1", server.port) as proxy:
            yield server, Link(transport, proxy)


def waiting(server: Server) -> int:
    """How many sessions wait for their viewers."""
    return len(server._app._roster._sessions)


def welcome_of(client: Client) -> Welcome:
    assert client.welcome is not None
    return client.welcome


def kinds(events: list[ViewerEvent]) -> list[str]:
    return [event.type for event in events]


async def events_up_to(display: Display, last: str) -> list[ViewerEvent]:
    return await taken(display, lambda events: last in kinds(events), last)


async def send_in_vain(client: Client, type: str, **members: Any) -> None:
    """Send an event over a connection that is cut: it is kept."""
    with suppress(ConnectionClosed, httpx.HTTPError):
        await client.send_event(type, **members)


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


def user(context: AuthContext) -> object:
    return context.token


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
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}/", timeout=TIMEOUT_S) as http,
        http.stream("GET", "plot/stream.mjpg") as response,
    ):
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


class TestPrivateDisplays:
    """A display of its own waits for its viewer."""

    def make(self, principal: object) -> Display:
        display = Display("own", tiers=(PNG,))
        display.publish(picture(40))
        self.made.append(display)
        return display

    def setup_method(self) -> None:
        self.made: list[Display] = []

    async def lose(self, server: Server, link: Link, session: Session) -> None:
        """Have a viewer come, and be cut off."""
        before = waiting(server)
        async with link.viewer(session):
            link.proxy.reset()
            await until(lambda: waiting(server) > before, "the viewer's loss")

    async def test_it_is_found_again(self, transport: str) -> None:
        async with served(transport) as (server, link):
            place = server.add_private("plot", self.make)
            session = Session()
            async with link.viewer(session) as client:
                await client.send_message("mine")
                await events_up_to(self.made[0], "message")
                await link.cut(self.made[0])
            self.made[0].present(picture(90))
            async with link.viewer(session) as client:
                assert welcome_of(client).resumed
                assert np.all((await client.next_picture()).pixels == 90)
                assert place.displays == self.made
                assert len(self.made) == 1

    @with_polling
    async def test_it_is_found_again_where_the_loss_was_not_noticed(self, transport: str) -> None:
        async with served(transport) as (server, link):
            place = server.add_private("plot", self.make, max_displays=1)
            session = Session()
            async with link.viewer(session):
                link.proxy.half_open()
                async with link.viewer(session) as client:
                    assert welcome_of(client).resumed
                    assert len(place.displays) == len(self.made) == 1
                    assert not self.made[0].closed
                    link.proxy.reset()

    async def test_it_is_closed_when_nobody_comes_back(self, transport: str) -> None:
        async with served(transport, limits=ServerLimits(resume_s=0.01)) as (server, link):
            place = server.add_private("plot", self.make)
            session = Session()
            async with link.viewer(session):
                link.proxy.reset()
                await until(lambda: not place.displays, "the display's end")
            await until(lambda: self.made[0].closed, "the display's end")
            async with link.viewer(session) as client:
                assert not welcome_of(client).resumed
                assert len(self.made) == 2

    async def test_it_gives_way_to_a_viewer_that_is_there(self) -> None:
        async with served() as (server, link):
            place = server.add_private("plot", self.make, max_displays=1)
            lost = Session()
            await self.lose(server, link, lost)
            await until(lambda: place._left, "a display that waits")
            async with link.viewer(None):
                assert self.made[0].closed
                assert place.displays == self.made[1:]
            await until(lambda: place._count == 0, "room")
            async with link.viewer(lost) as client:
                assert not welcome_of(client).resumed

    async def test_it_is_closed_with_its_server(self) -> None:
        async with served() as (server, link):
            server.add_private("plot", self.make)
            await self.lose(server, link, Session())
            server.stop()
            assert self.made[0].closed


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
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}/", timeout=TIMEOUT_S) as http:
                sessions = (await http.get("metrics")).json()["sessions"]
                text = (await http.get("metrics?format=prometheus")).text
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
