"""The public helpers for tests."""

from __future__ import annotations

import asyncio
import threading

import pytest

from rendercanvas_rfb import testing
from rendercanvas_rfb.errors import ConnectionClosed, EncoderError
from rendercanvas_rfb.testing import (
    EncodeCall,
    FakeEncoderFactory,
    FakePicture,
    ManualClock,
    memory_connection,
    read_fake_picture,
)
from tests.support import TIMEOUT_S, wait_until
from tests.unit.support import H264_444, PNG, frame


def test_the_public_names_are_these() -> None:
    assert set(testing.__all__) == {
        "Direction",
        "EncodeCall",
        "EventLog",
        "FakeEncoder",
        "FakeEncoderFactory",
        "FakePicture",
        "FakePipelinedEncoder",
        "ManualClock",
        "MemoryConnection",
        "TcpProxy",
        "memory_connection",
        "read_event_log",
        "read_fake_picture",
        "replay",
        "replay_as_viewer",
    }
    for name in testing.__all__:
        assert getattr(testing, name).__doc__


class TestManualClock:
    def test_it_stands_still_until_it_is_advanced(self) -> None:
        clock = ManualClock(5.0)
        assert (clock(), clock()) == (5.0, 5.0)
        assert clock.advance(1.5) == 6.5
        assert clock() == 6.5

    def test_it_does_not_go_back(self) -> None:
        with pytest.raises(ValueError, match="at least 0"):
            ManualClock().advance(-1)


class TestFakeEncoder:
    def test_the_first_picture_is_a_keyframe_then_those_that_are_asked_for(self) -> None:
        encoder = FakeEncoderFactory()(H264_444, 4, 3)
        pictures = [encoder.encode(frame(version), keyframe=version == 3) for version in (1, 2, 3, 4)]
        assert [made.keyframe for made in pictures] == [True, False, True, False]
        assert encoder.calls == [EncodeCall(1, False), EncodeCall(2, False), EncodeCall(3, True), EncodeCall(4, False)]

    def test_every_image_is_a_keyframe(self) -> None:
        encoder = FakeEncoderFactory()(PNG, 4, 3)
        assert all(encoder.encode(frame(version), keyframe=False).keyframe for version in (1, 2))

    def test_a_payload_says_what_it_is_made_of(self) -> None:
        factory = FakeEncoderFactory()
        factory(PNG, 4, 3)
        encoder = factory(H264_444, 4, 3)
        encoder.encode(frame(7), keyframe=False)
        made = encoder.encode(frame(8), keyframe=False)
        assert read_fake_picture(made.payload) == FakePicture(encoder=2, index=1, keyframe=False, version=8)
        with pytest.raises(ValueError, match="not made by a fake encoder"):
            read_fake_picture(b"\x00\x00\x00\x01")

    def test_the_stream_is_described_once_something_is_encoded(self) -> None:
        encoder = FakeEncoderFactory()(H264_444, 4, 3)
        with pytest.raises(EncoderError, match="nothing is encoded"):
            _ = encoder.info
        encoder.encode(frame(1), keyframe=False)
        assert (encoder.info.tier, encoder.info.coded_width, encoder.info.coded_height) == (H264_444, 4, 3)

    def test_it_fails_where_it_is_told_to(self) -> None:
        factory = FakeEncoderFactory()
        encoder = factory(H264_444, 4, 3)
        factory.fail_encode.add(H264_444)
        factory.fail_open.add(PNG)
        with pytest.raises(EncoderError, match="told not to encode"):
            encoder.encode(frame(1), keyframe=False)
        with pytest.raises(EncoderError, match="told not to open"):
            factory(PNG, 4, 3)

    def test_misuse_is_an_error(self) -> None:
        encoder = FakeEncoderFactory()(H264_444, 4, 3)
        with pytest.raises(EncoderError, match="8x3 for a 4x3"):
            encoder.encode(frame(1, width=8), keyframe=False)
        errors: list[EncoderError] = []

        def use_elsewhere() -> None:
            try:
                encoder.encode(frame(1), keyframe=False)
            except EncoderError as error:
                errors.append(error)

        thread = threading.Thread(target=use_elsewhere)
        thread.start()
        thread.join()
        assert "thread" in str(errors[0])
        encoder.close()
        with pytest.raises(EncoderError, match="closed"):
            encoder.encode(frame(1), keyframe=False)

    def test_a_held_encoder_waits(self) -> None:
        factory = FakeEncoderFactory()
        done = threading.Event()

        def encode() -> None:
            factory(H264_444, 4, 3).encode(frame(1), keyframe=False)
            done.set()

        with factory.hold():
            threading.Thread(target=encode).start()
            wait_until(lambda: factory.calls)
            assert not done.is_set()
        assert done.wait(TIMEOUT_S)


async def let_tasks_run() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class TestMemoryConnection:
    async def test_messages_arrive_in_order_in_both_directions(self) -> None:
        one, other = memory_connection()
        await one.send("text")
        await one.send(b"bytes")
        await other.send("answer")
        assert [await other.receive(), await other.receive(), await one.receive()] == ["text", b"bytes", "answer"]

    async def test_sending_waits_for_room(self) -> None:
        one, other = memory_connection(capacity=1)
        await one.send("a")
        sending = asyncio.create_task(one.send("b"))
        await let_tasks_run()
        assert not sending.done()
        assert await other.receive() == "a"
        await sending
        assert await other.receive() == "b"

    async def test_what_was_sent_before_the_close_is_received_and_then_its_code_and_reason(self) -> None:
        one, other = memory_connection()
        await one.send("last")
        await one.close(4401, "no")
        await one.close(1000, "again")
        assert await other.receive() == "last"
        with pytest.raises(ConnectionClosed) as closed:
            await other.receive()
        assert (closed.value.code, closed.value.reason) == (4401, "no")

    async def test_closing_ends_what_waits_at_either_end(self) -> None:
        one, other = memory_connection(capacity=1)
        await other.send("fills")
        waiting = [asyncio.create_task(one_end) for one_end in (other.receive(), other.send("waits"))]
        await let_tasks_run()
        await one.close()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(result) for result in results] == [ConnectionClosed, ConnectionClosed]
        for call in (one.receive(), one.send("x"), other.send("x")):
            with pytest.raises(ConnectionClosed):
                await call

    async def test_a_reason_that_no_close_frame_holds_is_refused(self) -> None:
        one, _ = memory_connection()
        with pytest.raises(ValueError, match="123 bytes"):
            await one.close(1000, "x" * 124)
