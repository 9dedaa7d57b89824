"""Displays for one viewer each, which wait for a viewer that was cut off."""

from __future__ import annotations

import numpy as np

from rendercanvas_rfb.client import Session
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.limits import ServerLimits
from rendercanvas_rfb.server import Server
from tests.push.links import Link, events_up_to, served, transport, waiting, welcome_of, with_polling
from tests.push.serving import PNG, picture
from tests.support import until

__all__ = ["transport"]


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
