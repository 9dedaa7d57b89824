"""A viewer that is gone leaves nothing behind that only Python's garbage collector would find."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from rendercanvas_rfb.server import Server
from tests.push.links import Link, link, transport, with_polling
from tests.push.serving import add_display, picture, server
from tests.support import until

__all__ = ["link", "server", "transport"]


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Have the garbage collector keep still, as it does for minutes while a server has little to do."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@with_polling
async def test_its_session_is_freed_when_it_leaves(server: Server, link: Link, no_collector: None) -> None:
    display = add_display(server)
    display.publish(picture(1))
    async with link.viewer(None) as client:
        await client.next_chunk()
        (session,) = weakref.WeakSet(server._app._roster._viewers)
        ended = weakref.ref(session)
        del session
    await until(lambda: display.state["viewers"] == 0, "its end")
    await until(lambda: ended() is None, "the end of its session's memory")


async def test_its_session_is_freed_when_its_connection_breaks(server: Server, link: Link, no_collector: None) -> None:
    display = add_display(server)
    display.publish(picture(1))
    async with link.viewer(None) as client:
        await client.next_chunk()
        (session,) = weakref.WeakSet(server._app._roster._viewers)
        ended = weakref.ref(session)
        del session
        await link.cut(display)
    await until(lambda: ended() is None, "the end of its session's memory")
