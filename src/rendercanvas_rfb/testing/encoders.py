"""Encoders that encode nothing: fast, deterministic, and obedient."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from ..encoders.base import EncodedPicture, Finished
from ..errors import EncoderError
from ..frames import Frame
from ..protocol.formats import BT709, SRGB_FULL, StreamInfo, Tier

__all__ = [
    "EncodeCall",
    "FakeEncoder",
    "FakeEncoderFactory",
    "FakePicture",
    "FakePipelinedEncoder",
    "read_fake_picture",
]

HOLD_TIMEOUT_S = 60.0
"""Seconds after which a held encoder fails, so that a test that forgets it ends."""


class EncodeCall(NamedTuple):
    """One call of `FakeEncoder.encode`."""

    version: int
    keyframe: bool


@dataclass(frozen=True, slots=True)
class FakePicture:
    """What the payload of a fake encoder says.

    Attributes:
        encoder: Number of the encoder that made it.
        index: How many pictures that encoder made before.
        keyframe: Whether it needs no other picture.
        version: ``Frame.version`` of what it shows.
    """

    encoder: int
    index: int
    keyframe: bool
    version: int


def read_fake_picture(payload: bytes | memoryview) -> FakePicture:
    """Decode a payload that a `FakeEncoder` made.

    Raises:
        ValueError: It is none.
    """
    magic, *numbers = bytes(payload).split(b" ")
    if magic != b"fake" or len(numbers) != 4:
        raise ValueError(f"not made by a fake encoder: {bytes(payload[:20])!r}")
    encoder, index, keyframe, version = map(int, numbers)
    return FakePicture(encoder, index, bool(keyframe), version)


class FakeEncoder:
    """An `Encoder` whose payloads say what they are made of (`read_fake_picture`).

    The first picture is a keyframe, and so is each one of which that is asked, and each one of an image format; the
    others are deltas.

    Attributes:
        number: Counts the encoders of its factory, from 1.
        tier, width, height: What it was opened with.
        calls: What it was asked to encode, also where it failed.
        closed: Whether `close` was called.
        thread: Where it was opened; the only thread that may use it.
    """

    def __init__(self, tier: Tier, width: int, height: int, number: int = 1) -> None:
        self.number = number
        self.tier = tier
        self.width = width
        self.height = height
        self.calls: list[EncodeCall] = []
        self.closed = False
        self.thread = threading.current_thread()
        self._made = 0
        self._before: Callable[[], None] = lambda: None

    @property
    def info(self) -> StreamInfo:
        """Describes the stream."""
        if not self._made:
            raise EncoderError("nothing is encoded yet")
        video = self.tier.format.is_video
        codec = "avc1.42C01E" if video else f"image/{self.tier.format.value}"
        return StreamInfo(self.tier, codec, self.width, self.height, BT709 if video else SRGB_FULL, "fake")

    def encode(self, frame: Frame, *, keyframe: bool) -> EncodedPicture:
        """Note the call and make a payload of it.

        Raises:
            EncoderError: It was told to fail; or it is misused: closed, of another size, or on another thread.
        """
        self.calls.append(EncodeCall(frame.version, keyframe))
        if self.closed or (frame.width, frame.height) != (self.width, self.height):
            raise EncoderError(
                f"{frame.width}x{frame.height} for a {self.width}x{self.height} encoder, or a closed one"
            )
        self._check_thread()
        self._before()
        is_keyframe = keyframe or not self._made or not self.tier.format.is_video
        numbers = (self.number, self._made, int(is_keyframe), frame.version)
        self._made += 1
        return EncodedPicture(b" ".join([b"fake", *(b"%d" % number for number in numbers)]), is_keyframe)

    def close(self) -> None:
        """Note it."""
        self._check_thread()
        self.closed = True

    def _check_thread(self) -> None:
        if threading.current_thread() is not self.thread:
            raise EncoderError("an encoder belongs to the thread that opened it")


class FakePipelinedEncoder(FakeEncoder):
    """A `FakeEncoder` that hands each picture out when ``holds`` later frames have gone in.

    Attributes:
        holds: Frames that it keeps.
        depth: See `rendercanvas_rfb.encoders.base.PipelinedEncoder.depth`.
    """

    def __init__(self, tier: Tier, width: int, height: int, number: int = 1, *, holds: int = 1) -> None:
        super().__init__(tier, width, height, number)
        self.holds = holds
        self.depth = holds + 1
        self._held: list[Finished] = []

    def feed(self, frame: Frame, *, keyframe: bool, token: int) -> list[Finished]:
        """Note the call, keep the picture, and hand out the oldest one where there are too many.

        Raises:
            EncoderError: As `encode`.
        """
        picture = self.encode(frame, keyframe=keyframe)
        self._held.append(Finished(token, picture, self.info))
        out, self._held = self._held[: -self.holds], self._held[-self.holds :]
        return out


class FakeEncoderFactory:
    """An `EncoderFactory` that remembers the encoders it opened. May be used from any thread.

    Attributes:
        opened: Its encoders, in order.
        fail_open: Tiers of which none can be opened.
        fail_encode: Tiers of which no picture can be encoded.
        holds: Frames that the encoders keep before their pictures come out.
    """

    def __init__(self) -> None:
        self.opened: list[FakeEncoder] = []
        self.fail_open: set[Tier] = set()
        self.fail_encode: set[Tier] = set()
        self.holds = 0
        self._lock = threading.Lock()
        self._may_go_on = threading.Event()
        self._may_go_on.set()

    def __call__(self, tier: Tier, width: int, height: int) -> FakeEncoder:
        """Open an encoder.

        Raises:
            EncoderError: It was told to fail.
        """
        if tier in self.fail_open:
            raise EncoderError(f"{tier} was told not to open")
        with self._lock:
            number = len(self.opened) + 1
            encoder = (
                FakePipelinedEncoder(tier, width, height, number, holds=self.holds)
                if self.holds and tier.format.is_video
                else FakeEncoder(tier, width, height, number)
            )
            encoder._before = lambda: self._before(tier)
            self.opened.append(encoder)
        return encoder

    @property
    def open(self) -> list[FakeEncoder]:
        """The encoders that are not closed."""
        return [encoder for encoder in self.opened if not encoder.closed]

    @property
    def calls(self) -> list[EncodeCall]:
        """The calls of all its encoders, by encoder."""
        return [call for encoder in self.opened for call in encoder.calls]

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Make each encoder wait inside ``encode`` until the block ends, as a slow one would."""
        self._may_go_on.clear()
        try:
            yield
        finally:
            self._may_go_on.set()

    def _before(self, tier: Tier) -> None:
        if not self._may_go_on.wait(HOLD_TIMEOUT_S):
            raise EncoderError(f"held for {HOLD_TIMEOUT_S:g} s")
        if tier in self.fail_encode:
            raise EncoderError(f"{tier} was told not to encode")
