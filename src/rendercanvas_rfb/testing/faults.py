"""Encoders that fail when they are told to: what a pipeline has to survive."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from ..encoders.base import (
    EncodedPicture,
    Encoder,
    EncoderBackend,
    EncoderOpener,
    EncoderSettings,
    Finished,
    PipelinedEncoder,
    Takes,
)
from ..errors import EncoderBusyError
from ..frames import Frame
from ..protocol.formats import StreamInfo, Tier
from .encoders import HOLD_TIMEOUT_S, FakeEncoder

__all__ = ["FaultyBackend"]


def _open_fake(tier: Tier, width: int, height: int, _settings: EncoderSettings) -> Encoder:
    return FakeEncoder(tier, width, height)


class FaultyBackend:
    """An encoder whose driver dies, hangs or has too few sessions. May be used from any thread.

    Args:
        name: What it is chosen by.
        tiers: What it makes.
        open: Opens what really encodes; a `FakeEncoder` by default.
        hardware: Whether it says that it is in hardware.
        takes: What it says that it takes.

    Attributes:
        backend: For the registry, or an `EncoderChooser`.
        raise_at: The number of the picture, counted from 1 over all its encoders, from which on encoding raises.
        hang_at: Likewise, from which on encoding does not come back until `go_on` is set.
        sessions: How many may be open at once; None for any number.
        go_on: Ends the hanging.
        opened: How many were opened.
        closed: How many were closed.
        pictures: How many were begun.
    """

    def __init__(
        self,
        name: str,
        tiers: Iterable[Tier],
        open: EncoderOpener = _open_fake,
        *,
        hardware: bool = False,
        takes: Takes | None = None,
    ) -> None:
        self.raise_at: int | None = None
        self.hang_at: int | None = None
        self.sessions: int | None = None
        self.go_on = threading.Event()
        self.opened = self.closed = self.pictures = 0
        self._open = open
        self.backend = EncoderBackend(
            name=name,
            tiers=tuple(tiers),
            open=self._open_one,
            hardware=hardware,
            takes=Takes(live_bitrate=True) if takes is None else takes,
        )

    def _open_one(self, tier: Tier, width: int, height: int, settings: EncoderSettings) -> Encoder:
        if self.sessions is not None and self.opened - self.closed >= self.sessions:
            raise EncoderBusyError(f"{self.sessions} sessions are open, which is all there are")
        inner = self._open(tier, width, height, settings)
        encoder = _FaultyPipelined(self, inner) if isinstance(inner, PipelinedEncoder) else _Faulty(self, inner)
        self.opened += 1
        return encoder

    def _before_picture(self) -> None:
        self.pictures += 1
        if self.hang_at is not None and self.pictures >= self.hang_at:
            self.go_on.wait(HOLD_TIMEOUT_S)
        if self.raise_at is not None and self.pictures >= self.raise_at:
            raise OSError("the device is gone")


class _Faulty:
    """Passes frames on to another encoder, as far as its backend lets it."""

    def __init__(self, backend: FaultyBackend, encoder: Encoder) -> None:
        self._backend = backend
        self._encoder = encoder
        self._is_open = True

    @property
    def info(self) -> StreamInfo:
        return self._encoder.info

    def encode(self, frame: Frame, *, keyframe: bool) -> EncodedPicture:
        self._backend._before_picture()
        return self._encoder.encode(frame, keyframe=keyframe)

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self._backend.closed += 1
            self._encoder.close()


class _FaultyPipelined(_Faulty):
    """Encodes like ``encoder``, which is a `PipelinedEncoder`, as far as its backend lets it."""

    @property
    def depth(self) -> int:
        assert isinstance(self._encoder, PipelinedEncoder)
        return self._encoder.depth

    def feed(self, frame: Frame, *, keyframe: bool, token: int) -> list[Finished]:
        assert isinstance(self._encoder, PipelinedEncoder)
        self._backend._before_picture()
        return self._encoder.feed(frame, keyframe=keyframe, token=token)
