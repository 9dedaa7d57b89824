"""Who may act on a display, and how many may watch it."""

from __future__ import annotations

import pytest

from rendercanvas_rfb.client import Client, connect, view_of
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import CloseCode, ConnectionClosed
from rendercanvas_rfb.protocol.messages import Ping, Pong
from tests.displays import MakeDisplay
from tests.push.viewers import make_display, picture, state_where, taken
from tests.support import until

__all__ = ["make_display"]

VIEW = view_of(320, 240)


async def acts(client: Client, display: Display) -> bool:
    """Whether what a viewer sends gets to the program."""
    await client.send_event("key_down", key="a")
    await client.send_message("b")
    # Leaving out is silent: the answer to a later message says that the others were read.
    await client.send(Ping(1.0))
    await client.wait_for(Pong)
    kinds = [event.type for event in display.poll_events()]
    assert ("key_down" in kinds) == ("message" in kinds)
    return "message" in kinds


async def test_all_may_by_default(make_display: MakeDisplay) -> None:
    display = make_display()
    async with connect(display.url) as first, connect(display.url) as second:
        assert first.controls
        assert second.controls
        assert await acts(first, display)
        assert await acts(second, display)


async def test_nobody_may_where_nobody_shall(make_display: MakeDisplay) -> None:
    display = make_display(control="none", resize="viewer")
    display.present(picture())
    async with connect(display.url, view=VIEW) as client:
        assert not client.controls
        assert (await client.next_picture()).pixels.shape == (48, 64, 3)
        assert not await acts(client, display)
        assert display.target_size is None


async def test_the_first_may_and_the_next_one_when_it_is_gone(make_display: MakeDisplay) -> None:
    display = make_display(control="first", resize="viewer")
    async with connect(display.url) as recorder, connect(display.url, view=VIEW) as first:
        await state_where(first, "control", True)
        async with connect(display.url, view=view_of(200, 100)) as second:
            assert not second.controls
            assert not await acts(second, display)
            assert await acts(first, display)
            assert display.target_size == (320, 240)
            await first.close()
            await state_where(second, "control", True)
            assert await acts(second, display)
            await until(lambda: display.target_size == (200, 100), "the size of the second")
        assert not recorder.controls
        assert not await acts(recorder, display)


async def test_what_the_first_held_is_let_go_of_when_it_is_gone(make_display: MakeDisplay) -> None:
    display = make_display(control="first")
    async with connect(display.url, view=VIEW) as first:
        await state_where(first, "control", True)
        await first.send_event("pointer_down", button=1, buttons=(1,))
    events = await taken(display, lambda events: any(e.type == "viewer_left" for e in events), "the end")
    assert [e.type for e in events] == ["viewer_joined", "pointer_down", "pointer_up", "viewer_left"]


async def test_the_program_can_say_who_may(make_display: MakeDisplay) -> None:
    asked: list[object] = []

    def may_control(principal: object) -> bool:
        asked.append(principal)
        return len(asked) == 1

    display = make_display(control=may_control)
    async with connect(display.url) as first, connect(display.url) as second:
        assert (first.controls, second.controls) == (True, False)
        assert await acts(first, display)
        assert not await acts(second, display)
    assert asked == ["anonymous", "anonymous"]


async def test_one_viewer_more_than_may_be_is_refused_and_can_come_later(make_display: MakeDisplay) -> None:
    display = make_display(max_viewers=1)
    async with connect(display.url) as client:
        with pytest.raises(ConnectionClosed) as closed:
            async with connect(display.url):
                pass
        assert (closed.value.code, closed.value.reason) == (CloseCode.TOO_MANY, "too many viewers: at most 1 at once")
        assert await acts(client, display)
    await until(lambda: display.state["viewers"] == 0)
    async with connect(display.url) as client:
        assert await acts(client, display)
