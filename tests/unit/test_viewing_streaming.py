"""The pictures and the state that viewers get over an in-memory connection."""

from __future__ import annotations

from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import CloseCode
from rendercanvas_rfb.protocol.messages import (
    Ack,
    Capabilities,
    ChunkHeader,
    KeyframeRequest,
    Ping,
    Pong,
    StateChanged,
    StreamStarted,
    ViewChanged,
)
from rendercanvas_rfb.session.window import INITIAL_CHUNKS
from rendercanvas_rfb.testing import FakeEncoderFactory
from tests.support import until
from tests.unit.support import CAPABILITIES, H264_420, H264_444, HIDDEN_VIEW, PNG, TIERS, VIEW, picture
from tests.unit.viewing_page import display, encoders, open_page

__all__ = ["display", "encoders"]


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
