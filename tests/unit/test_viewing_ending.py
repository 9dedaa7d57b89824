"""How sessions over an in-memory connection end, and what is left of them: nothing."""

from __future__ import annotations

import asyncio

import pytest

from rendercanvas_rfb import outgoing, viewing
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import CloseCode
from rendercanvas_rfb.events import Event
from rendercanvas_rfb.protocol.codec import encode
from rendercanvas_rfb.protocol.messages import Bye, InputEvent, Ping, Pong, StateChanged
from rendercanvas_rfb.testing import FakeEncoderFactory
from tests.support import TIMEOUT_S, until
from tests.unit.support import HELLO, key_event, picture
from tests.unit.viewing_page import Page, display, encoders, open_page, taken

__all__ = ["display", "encoders"]


class TestEnding:
    @pytest.mark.parametrize(
        ("message", "code", "words"),
        [
            ("no JSON", CloseCode.BAD_MESSAGE, "JSON"),
            ('{"type":"ack","sequence":0,"decode_queue":0}', CloseCode.BAD_MESSAGE, "was not sent"),
            ('{"type":"ack","sequence":-1,"decode_queue":0}', CloseCode.BAD_MESSAGE, "message.sequence"),
            (encode(HELLO), CloseCode.BAD_MESSAGE, "unexpected Hello"),
            (b"\x00", CloseCode.BAD_MESSAGE, "text messages only"),
            ('"' + "x" * 70_000 + '"', CloseCode.TOO_LARGE, "at most"),
        ],
    )
    async def test_a_bad_message_closes_that_connection_with_a_code_and_a_reason(
        self, display: Display, message: str | bytes, code: CloseCode, words: str
    ) -> None:
        page, other = await open_page(display), await open_page(display)
        await page.connection.send(message)
        closed = await page.closed()
        assert closed[0] == code
        assert words in closed[1]
        await other.send(Ping(1.0))
        await other.receive_until(lambda received: received == Pong(1.0))
        assert display.state["viewers"] == 1

    async def test_bye_is_announced_before_the_close(self, display: Display) -> None:
        page = await open_page(display)
        display.close(CloseCode.GOING_AWAY, "restart")
        messages = await page.receive_until(lambda message: isinstance(message, Bye))
        assert messages[-1] == Bye("restart", CloseCode.GOING_AWAY)
        assert await page.closed() == (CloseCode.GOING_AWAY, "restart")

    async def test_a_long_goodbye_of_the_viewer_is_answered(self, display: Display) -> None:
        page = await open_page(display)
        await page.send(Bye("好" * 100))
        assert await page.closed() == (CloseCode.NORMAL, "好" * 41)

    async def test_the_encoder_is_freed_when_the_last_viewer_is_gone(
        self, display: Display, encoders: FakeEncoderFactory
    ) -> None:
        page = await open_page(display)
        await page.chunk(display.present(picture(1)).version)
        await page.connection.close()
        await page.serving
        assert display.pipeline.active_tiers == ()
        await until(lambda: not encoders.open, "closed encoders")

    async def test_a_cancelled_session_leaves_nothing_behind(self, display: Display) -> None:
        page = await open_page(display)
        await page.send(InputEvent(key_event("key_down", "a")), Ping(1.0))
        await page.receive_until(lambda message: message == Pong(1.0))
        page.serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await page.serving
        assert display.state["viewers"] == 0
        assert [event.type for event in taken(display)] == ["key_down", "key_up"]

    @pytest.mark.parametrize("limit", ["MAX_QUEUED_MESSAGES", "MAX_QUEUED_BYTES"])
    async def test_a_viewer_that_does_not_read_is_dropped_when_too_much_waits_for_it(
        self, display: Display, monkeypatch: pytest.MonkeyPatch, limit: str
    ) -> None:
        monkeypatch.setattr(viewing, "CLOSE_TIMEOUT_S", 0.01)
        monkeypatch.setattr(outgoing, limit, {"MAX_QUEUED_MESSAGES": 20, "MAX_QUEUED_BYTES": 2000}[limit])
        stalled, other = Page(display, capacity=1), await open_page(display)
        await stalled.send(HELLO)
        for number in range(100):
            display.set_state(title=f"{number:0100}")
            await other.receive_until(lambda message: isinstance(message, StateChanged) and "title" in message.state)
        async with asyncio.timeout(TIMEOUT_S):
            await stalled.serving
        assert (await stalled.closed())[0] == CloseCode.TOO_SLOW
        assert not other.serving.done()

    async def test_a_release_that_comes_when_the_queue_of_events_is_full_is_not_an_error(
        self, display: Display, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("rendercanvas_rfb.inbox.MAX_QUEUED_EVENTS", 1)
        page = await open_page(display)
        display.poll_events()
        await page.send(InputEvent(Event("key_down", 1.0, {"key": "a", "modifiers": ()})))
        await page.connection.close()
        await page.serving
        assert [event.type for event in taken(display)] == ["key_down"]
