"""What the tests of events, sizes, control and messages share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from rendercanvas_rfb.client import Client
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import ConnectionClosed
from rendercanvas_rfb.frames import Pixels
from rendercanvas_rfb.viewer_event import ViewerEvent
from tests.displays import MakeDisplay
from tests.support import TIMEOUT_S, until


@pytest.fixture
def make_display() -> Iterator[MakeDisplay]:
    """Serves displays that are closed when the test ends."""
    make = MakeDisplay()
    yield make
    make.close_all()


def picture(width: int = 64, height: int = 48, value: int = 100) -> Pixels:
    """A picture in one grey."""
    return np.full((height, width, 4), value, np.uint8)


async def taken(display: Display, enough: Callable[[list[ViewerEvent]], object], what: str) -> list[ViewerEvent]:
    """The events of a display, once ``enough(events)`` is true."""
    events: list[ViewerEvent] = []

    def look() -> object:
        events.extend(display.poll_events())
        return enough(events)

    await until(look, what)
    return events


async def state_where(client: Client, name: str, value: object) -> None:
    """Read messages until a member of the state has a value."""
    async with asyncio.timeout(TIMEOUT_S):
        while client.state.get(name) != value:
            await client.receive()


async def closing(client: Client) -> ConnectionClosed:
    """How the server ends the connection."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                await client.receive()
    except ConnectionClosed as closed:
        return closed
