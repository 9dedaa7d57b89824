"""How many may wait to be let in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from rendercanvas_rfb.admission import Admission, Roster
from rendercanvas_rfb.auth import AuthContext, token_authenticator
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import CloseCode, ConnectionClosed, ProtocolError
from rendercanvas_rfb.limits import ServerLimits
from rendercanvas_rfb.origins import Hosts, Origins
from rendercanvas_rfb.protocol.codec import encode
from rendercanvas_rfb.protocol.formats import PictureFormat
from rendercanvas_rfb.protocol.messages import Capabilities, Hello
from rendercanvas_rfb.testing import FakeEncoderFactory, memory_connection
from tests.support import until
from tests.unit.support import TIERS

LIMITS = ServerLimits(max_pending=4, max_pending_per_address=2)
HELLO = encode(Hello(Capabilities((), (PictureFormat.PNG,), "disabled"), token="secret"))


def roster() -> Roster:
    return Roster(Admission(token_authenticator("secret"), Origins(), Hosts(), 10.0), LIMITS)


@asynccontextmanager
async def silent(roster: Roster, address: str, display: Display | None = None) -> AsyncIterator[None]:
    """A connection from ``address`` that says nothing."""
    ours, theirs = memory_connection()
    watching = asyncio.create_task(roster.watch(ours, display, AuthContext(client=address)))
    await asyncio.sleep(0)  # It begins to wait.
    if watching.done():
        await watching
    try:
        yield
    finally:
        await theirs.close()
        await asyncio.gather(watching, return_exceptions=True)


async def is_refused(roster: Roster, address: str) -> bool:
    try:
        async with silent(roster, address):
            return False
    except ProtocolError as error:
        return error.code is CloseCode.TOO_MANY


async def test_one_address_cannot_keep_others_out() -> None:
    crowd = roster()
    async with AsyncExitStack() as waiting:
        for _ in range(2):
            await waiting.enter_async_context(silent(crowd, "203.0.113.5"))
        assert await is_refused(crowd, "203.0.113.5")
        assert not await is_refused(crowd, "203.0.113.6")
    assert not await is_refused(crowd, "203.0.113.5")


async def test_all_together_are_no_more_than_may_wait() -> None:
    crowd = roster()
    async with AsyncExitStack() as waiting:
        for number in range(4):
            await waiting.enter_async_context(silent(crowd, f"203.0.113.{number}"))
        assert await is_refused(crowd, "203.0.113.9")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_this_machine_may_be_a_proxy_for_many(address: str) -> None:
    crowd = roster()
    async with AsyncExitStack() as waiting:
        for _ in range(4):
            await waiting.enter_async_context(silent(crowd, address))
        assert await is_refused(crowd, address)


async def test_who_is_let_in_does_not_wait_any_more() -> None:
    crowd = roster()
    with Display("plot", tiers=TIERS, open_encoder=FakeEncoderFactory()) as display:
        viewers = []
        for _ in range(3):
            ours, theirs = memory_connection()
            task = asyncio.create_task(crowd.watch(ours, display, AuthContext(client="203.0.113.5")))
            viewers.append((task, theirs))
            await theirs.send(HELLO)
            await until(lambda: display.state["viewers"] == len(viewers), "the viewer")
        for task, theirs in viewers:
            await theirs.close()
            await asyncio.gather(task, return_exceptions=True)
    with pytest.raises(ConnectionClosed):
        await theirs.receive()
