"""Who is let in over an in-memory connection, and the input that comes over it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from rendercanvas_rfb import viewing
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import CloseCode
from rendercanvas_rfb.limits import ServerLimits
from rendercanvas_rfb.protocol.messages import (
    Bye,
    Capabilities,
    ChunkHeader,
    Hello,
    InputEvent,
    Ping,
    Pong,
    StateChanged,
    StreamStarted,
    Welcome,
)
from tests.unit.support import CAPABILITIES, H264_444, HELLO, VIEW, key_event, picture, pointer_event
from tests.unit.viewing_page import Page, display, encoders, let_in, open_page, taken

__all__ = ["display", "encoders"]

IMPATIENT = ServerLimits(handshake_s=0.001)


async def ask_for_token(hello: Hello) -> bool:
    return hello.token == "secret"


class TestOpening:
    async def test_hello_is_answered_by_welcome_then_the_stream_then_a_keyframe(self, display: Display) -> None:
        display.present(picture(1))
        page = Page(display)
        await page.send(HELLO)
        welcome, *between, stream, header = await page.receive_until(lambda message: isinstance(message, ChunkHeader))
        assert isinstance(welcome, Welcome)
        assert (welcome.name, welcome.state["title"], welcome.state["viewers"]) == ("plot", "plot", 1)
        assert all(isinstance(message, StateChanged | Ping) for message in between)
        assert isinstance(stream, StreamStarted)
        assert isinstance(header, ChunkHeader)
        assert (header.keyframe, header.stream, stream.info.tier) == (True, stream.stream, H264_444)

    async def test_nothing_is_sent_before_hello(self, display: Display) -> None:
        display.present(picture(1))
        page = Page(display)
        display.set_state(title="another")
        await page.send(HELLO)
        assert isinstance(await page.receive(), Welcome)

    async def test_the_right_token_opens(self, display: Display) -> None:
        page = Page(display, ask_for_token)
        await page.send(replace(HELLO, token="secret"))
        assert isinstance(await page.receive(), Welcome)

    @pytest.mark.parametrize("token", [None, "", "Secret"])
    async def test_no_other_token_does(self, display: Display, token: str | None) -> None:
        page = Page(display, ask_for_token)
        await page.send(replace(HELLO, token=token))
        assert await page.receive() == Bye("credential missing or wrong", CloseCode.UNAUTHORIZED)
        assert await page.closed() == (CloseCode.UNAUTHORIZED, "credential missing or wrong")
        assert display.state["viewers"] == 0

    async def test_no_format_in_common_is_told(self, display: Display) -> None:
        page = Page(display)
        jpeg_only = Capabilities((), (CAPABILITIES.images[0],))
        display.pipeline._tiers = (H264_444,)
        await page.send(replace(HELLO, capabilities=jpeg_only))
        code, reason = await page.closed()
        assert code == CloseCode.BAD_MESSAGE
        assert "no format in common" in reason

    async def test_a_closed_display_is_told(self, display: Display) -> None:
        display.close()
        page = Page(display)
        await page.send(HELLO)
        assert await page.closed() == (CloseCode.NORMAL, "the display is closed")

    async def test_who_says_nothing_is_sent_away(self, display: Display, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(viewing, "TICK_S", 0.001)
        assert await Page(display, limits=IMPATIENT).closed() == (CloseCode.TIMEOUT, "no hello in time")

    async def test_who_was_sent_away_while_its_token_was_checked_is_not_let_in(
        self, display: Display, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(viewing, "TICK_S", 0.001)
        answer = asyncio.Event()

        async def take_long(hello: Hello) -> bool:
            return await answer.wait()

        page = Page(display, take_long, limits=IMPATIENT)
        await page.send(HELLO)
        assert isinstance(await page.receive(), Bye)
        answer.set()
        assert (await page.closed())[0] == CloseCode.TIMEOUT
        assert display.state["viewers"] == 0

    async def test_an_authenticator_that_fails_ends_that_connection_with_an_error(
        self, display: Display, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def fail(hello: Hello) -> bool:
            raise ZeroDivisionError

        page = Page(display, fail)
        await page.send(HELLO)
        assert await page.closed() == (CloseCode.INTERNAL, "error in the server")
        assert "error while serving viewer" in caplog.text


class TestInput:
    async def test_events_reach_the_program_with_the_viewer_s_name(self, display: Display) -> None:
        page = Page(display)
        await page.send(HELLO)
        welcome = await page.receive()
        assert isinstance(welcome, Welcome)
        event = key_event("key_down", "a")
        await page.send(InputEvent(event), Ping(1.0))
        await page.receive_until(lambda message: message == Pong(1.0))
        joined, item, *_ = display.poll_events()
        assert (joined.viewer, joined.type) == (welcome.viewer, "viewer_joined")
        assert (item.viewer, item.principal, item.event) == (welcome.viewer, await let_in(HELLO), event)

    async def test_what_a_viewer_held_is_let_go_of_when_it_vanishes(self, display: Display) -> None:
        page, other = await open_page(display), await open_page(display)
        await page.send(InputEvent(pointer_event("pointer_down", button=1, buttons=(1,))))
        await page.send(InputEvent(key_event("key_down", "Shift")))
        await page.connection.close(1001, "tab closed")
        await page.serving
        events = taken(display)
        assert [event.type for event in events] == ["pointer_down", "key_down", "pointer_up", "key_up"]
        assert display.state["viewers"] == 1
        assert not other.serving.done()

    async def test_the_view_of_the_viewer_sizes_the_canvas(self, display: Display) -> None:
        page = await open_page(display)
        await page.receive_until(lambda message: message == StateChanged({"sizing": True}))
        assert display.take_view() == VIEW

    async def test_a_viewer_whose_events_nobody_takes_is_sent_away(
        self, display: Display, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("rendercanvas_rfb.inbox.MAX_QUEUED_EVENTS", 3)
        page = await open_page(display)
        display.poll_events()
        for key in "abcd":
            await page.send(InputEvent(key_event("key_down", key)))
        assert await page.closed() == (CloseCode.TOO_MANY, "the program does not take its events")
