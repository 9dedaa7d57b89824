"""Sessions over an in-memory connection, with real encode threads and fake encoders."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from rendercanvas_rfb import outgoing, viewing
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import CloseCode, ConnectionClosed
from rendercanvas_rfb.events import INPUT_TYPES, Event
from rendercanvas_rfb.limits import ServerLimits
from rendercanvas_rfb.policy import ViewerPolicy
from rendercanvas_rfb.protocol.chunk import unpack_chunk
from rendercanvas_rfb.protocol.codec import decode_server, encode
from rendercanvas_rfb.protocol.messages import (
    Ack,
    Bye,
    Capabilities,
    ChunkHeader,
    ClientMessage,
    Hello,
    InputEvent,
    KeyframeRequest,
    Ping,
    Pong,
    ServerMessage,
    StateChanged,
    StreamStarted,
    ViewChanged,
    Welcome,
)
from rendercanvas_rfb.session.window import INITIAL_CHUNKS
from rendercanvas_rfb.testing import FakeEncoderFactory, memory_connection
from rendercanvas_rfb.viewing import watch
from tests.support import TIMEOUT_S, until
from tests.unit.support import (
    CAPABILITIES,
    H264_420,
    H264_444,
    HELLO,
    HIDDEN_VIEW,
    PNG,
    TIERS,
    VIEW,
    key_event,
    picture,
    pointer_event,
)

IMPATIENT = ServerLimits(handshake_s=0.001)


async def let_in(hello: Hello) -> bool:
    return True


async def ask_for_token(hello: Hello) -> bool:
    return hello.token == "secret"


class Page:
    """The viewer's side of a connection."""

    def __init__(
        self,
        display: Display,
        authenticate: viewing.Admit = let_in,
        capacity: int = 16,
        limits: ServerLimits = viewing.DEFAULT_LIMITS,
    ) -> None:
        server_end, self.connection = memory_connection(capacity)
        self.serving = asyncio.create_task(watch(server_end, display, authenticate, limits))

    async def send(self, *messages: ClientMessage) -> None:
        for message in messages:
            await self.connection.send(encode(message))

    async def receive(self) -> ServerMessage | ChunkHeader:
        async with asyncio.timeout(TIMEOUT_S):
            message = await self.connection.receive()
        return decode_server(message) if isinstance(message, str) else unpack_chunk(message)[0]

    async def receive_until(
        self, last: Callable[[ServerMessage | ChunkHeader], bool]
    ) -> list[ServerMessage | ChunkHeader]:
        messages = [await self.receive()]
        while not last(messages[-1]):
            messages.append(await self.receive())
        return messages

    async def chunk(self, version: int | None = None, *, acknowledge: bool = True) -> ChunkHeader:
        """The next chunk, or the next one of that picture; it and those before it are acknowledged."""
        while True:
            message = await self.receive()
            if not isinstance(message, ChunkHeader):
                continue
            if acknowledge:
                await self.send(Ack(message.sequence))
            if version in (None, message.frame):
                return message

    async def closed(self) -> tuple[int, str]:
        """The code and the reason that the connection ends with, once the server's side has ended."""
        try:
            while True:
                await self.receive()
        except ConnectionClosed as closed:
            async with asyncio.timeout(TIMEOUT_S):
                await self.serving
            return closed.code, closed.reason


@pytest.fixture
def encoders() -> FakeEncoderFactory:
    return FakeEncoderFactory()


@pytest.fixture
async def display(encoders: FakeEncoderFactory) -> AsyncIterator[Display]:
    made = Display("plot", tiers=TIERS, open_encoder=encoders, policy=ViewerPolicy(resize="viewer"))
    yield made
    made.close()
    serving = asyncio.all_tasks() - {asyncio.current_task()}
    if serving:
        await asyncio.wait(serving, timeout=TIMEOUT_S)


def taken(display: Display) -> list[Event]:
    """The input that the program gets."""
    return [item.event for item in display.poll_events() if item.type in INPUT_TYPES]


async def open_page(display: Display, hello: Hello = HELLO) -> Page:
    page = Page(display)
    await page.send(hello)
    assert isinstance(await page.receive(), Welcome)
    return page


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


class TestStreaming:
    async def test_each_published_picture_arrives(self, display: Display) -> None:
        page = await open_page(display)
        for value in range(1, 10):
            version = display.present(picture(value)).version
            assert (await page.chunk()).frame == version

    async def test_viewers_that_come_late_see_the_same_picture_from_the_same_encoder(
        self, display: Display, encoders: FakeEncoderFactory
    ) -> None:
        display.present(picture(1))
        pages = [await open_page(display) for _ in range(8)]
        headers = [await page.chunk() for page in pages]
        assert len({header.sequence for header in headers}) == 1
        assert [call.version for call in encoders.calls] == [headers[0].frame]

    async def test_a_viewer_that_does_not_acknowledge_is_sent_no_more_than_its_window(
        self, display: Display, encoders: FakeEncoderFactory
    ) -> None:
        page = await open_page(display)
        for value in range(INITIAL_CHUNKS):
            await until(display.wants_frame, "demand")
            display.present(picture(value))
            await page.chunk(acknowledge=False)
        for value in range(100, 110):
            assert not display.wants_frame()
            display.present(picture(value))
        await page.send(Ping(1.0))
        assert await page.receive() == Pong(1.0)
        assert len(encoders.calls) == INITIAL_CHUNKS

    async def test_a_viewer_that_skipped_a_chunk_gets_a_keyframe_before_any_delta(self, display: Display) -> None:
        quick, slow = await open_page(display), await open_page(display)
        first = display.present(picture(0)).version
        await quick.chunk(first)
        sent = [await slow.chunk(first, acknowledge=False)]
        for value in range(1, 10):
            await quick.chunk(display.present(picture(value)).version)
        while len(sent) < INITIAL_CHUNKS:
            sent.append(await slow.chunk(acknowledge=False))
        assert [header.keyframe for header in sent] == [True, False, False, False]
        await slow.send(Ack(sent[-1].sequence))
        header = await slow.chunk()
        assert header.keyframe
        assert display.latest is not None
        assert header.frame == display.latest.version

    async def test_a_hidden_viewer_gets_nothing_and_the_latest_picture_when_it_looks_again(
        self, display: Display, encoders: FakeEncoderFactory
    ) -> None:
        page = await open_page(display)
        await page.chunk(display.present(picture(1)).version)
        await page.send(ViewChanged(HIDDEN_VIEW), Ping(1.0))
        await page.receive_until(lambda message: message == Pong(1.0))
        assert not display.wants_frame()
        for value in range(2, 10):
            display.present(picture(value))
        assert len(encoders.calls) == 1
        await page.send(ViewChanged(VIEW))
        assert display.latest is not None
        assert (await page.chunk()).frame == display.latest.version

    async def test_a_lost_reference_is_answered_by_a_keyframe(self, display: Display) -> None:
        page = await open_page(display)
        await page.chunk(display.present(picture(1)).version)
        await page.send(KeyframeRequest("decoder-error"))
        assert (await page.chunk()).keyframe

    async def test_another_size_starts_another_stream_with_a_keyframe(self, display: Display) -> None:
        page = await open_page(display)
        first = await page.chunk(display.present(picture(1)).version)
        display.present(picture(1, 9, 7))
        *_, stream, header = await page.receive_until(lambda message: isinstance(message, ChunkHeader))
        assert isinstance(stream, StreamStarted)
        assert isinstance(header, ChunkHeader)
        assert (header.width, header.height, header.keyframe, header.stream) == (9, 7, True, stream.stream)
        assert (stream.info.coded_width, stream.info.coded_height) == (9, 7)
        assert header.stream != first.stream

    async def test_new_capabilities_change_the_format(self, display: Display, encoders: FakeEncoderFactory) -> None:
        page = await open_page(display)
        await page.chunk(display.present(picture(1)).version)
        await page.send(Capabilities((), CAPABILITIES.images, "decoder-failed"))
        header = await page.chunk()
        assert (header.format, header.keyframe) == (PNG.format, True)
        await until(lambda: [encoder.tier for encoder in encoders.open] == [PNG], "one encoder")

    async def test_a_failing_encoder_moves_the_viewers_to_the_next_best_tier(
        self, display: Display, encoders: FakeEncoderFactory
    ) -> None:
        encoders.fail_encode.add(H264_444)
        pages = [await open_page(display), await open_page(display)]
        display.present(picture(1))
        for page in pages:
            messages = await page.receive_until(lambda message: isinstance(message, ChunkHeader))
            streams = [message.info.tier for message in messages if isinstance(message, StreamStarted)]
            assert streams == [H264_420]

    async def test_viewers_are_told_when_no_encoder_works(self, display: Display, encoders: FakeEncoderFactory) -> None:
        encoders.fail_open.update(TIERS)
        page = await open_page(display)
        display.present(picture(1))
        code, reason = await page.closed()
        assert code == CloseCode.INTERNAL
        assert "no format in common" in reason

    async def test_state_changes_arrive_in_order(self, display: Display) -> None:
        page = await open_page(display)
        for title in "abc":
            display.set_state(title=title)
        messages = await page.receive_until(lambda message: message == StateChanged({"title": "c"}))
        titles = [
            message.state["title"]
            for message in messages
            if isinstance(message, StateChanged) and "title" in message.state
        ]
        assert titles == ["a", "b", "c"]


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
