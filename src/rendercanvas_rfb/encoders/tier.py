"""The encoder of one tier at one level, whatever sizes come: scales frames down, and keeps to a bitrate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..convert.scale import Shrinker
from ..frames import ColorSpace, Frame
from ..protocol.chunk import Chunk, pack_chunk
from ..protocol.formats import StreamInfo, Tier
from ..protocol.messages import ChunkHeader
from ..session.levels import LEVELS
from ..viewer_event import PictureSize
from .base import Encoder, EncoderFactory, RateAdjustable

__all__ = ["Encoded", "TierEncoder"]

RATE_STEP = 0.05
"""Part of the bitrate by which it must change before an encoder is told: rate control needs a steady goal."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A chunk without its number yet: what is encoded later may overtake it on the way to the viewers.

    Attributes:
        header: The chunk's, with sequence 0.
        payload: One access unit, or one image file.
        info: Describes the stream.
        encode_s: Seconds that it took.
        tier: What it was made for; None for a still.
        source: Size of the picture as it was drawn.
    """

    header: ChunkHeader
    payload: bytes
    info: StreamInfo
    encode_s: float
    tier: Tier | None = None
    source: PictureSize | None = None

    def numbered(self, sequence: int) -> Chunk:
        """The chunk."""
        header = replace(self.header, sequence=sequence)
        message = pack_chunk(header, self.payload)
        return Chunk(header, message, self.info, self.encode_s, self.tier, self.source)


class TierEncoder:
    """Encodes the frames of a display for one tier. Belongs to one thread.

    Args:
        tier: What it makes.
        open_encoder: Opens its encoder, whenever the size or the color space is another one.
        next_stream: Counts streams: each encoder's is another one.
        clock: Seconds of a monotonic clock.
    """

    def __init__(
        self,
        tier: Tier,
        open_encoder: EncoderFactory,
        next_stream: Callable[[], int],
        clock: Callable[[], float],
    ) -> None:
        self._tier = tier
        self._open = open_encoder
        self._next_stream = next_stream
        self._clock = clock
        self._shrinker = Shrinker(LEVELS[tier.level].shrink)
        self._encoder: Encoder | None = None
        self._kind: tuple[int, int, ColorSpace] | None = None
        self._info: StreamInfo | None = None
        self._stream = 0
        self._rate: float | None = None

    def encode(self, frame: Frame, *, keyframe: bool, bitrate: float | None) -> Encoded:
        """Encode a frame.

        Args:
            frame: The frame, in any size and format.
            keyframe: Whether it must need no other.
            bitrate: Bits per second, at most; None for no limit but the encoder's.

        Raises:
            EncoderError: The encoder failed, and is of no more use.
        """
        started = self._clock()
        picture_size = PictureSize(frame.width, frame.height, frame.pixel_ratio)
        frame = self._shrinker.shrink(frame)
        encoder = self._encoder_for(frame)
        self._set_rate(encoder, bitrate)
        picture = encoder.encode(frame, keyframe=keyframe)
        if self._info != encoder.info:
            # Another encoder, or one that has begun another stream by itself.
            self._info, self._stream = encoder.info, self._next_stream()
        header = ChunkHeader(
            format=self._tier.format,
            keyframe=picture.keyframe,
            lossless=picture.lossless and self._tier.level == 0,
            sequence=0,
            stream=self._stream,
            width=frame.width,
            height=frame.height,
            pixel_ratio=frame.pixel_ratio,
            frame=frame.version,
            timestamp_us=frame.timestamp_us,
        )
        return Encoded(header, picture.payload, encoder.info, self._clock() - started, self._tier, picture_size)

    def close(self) -> None:
        """Free the encoder. May be called more than once."""
        encoder, self._encoder, self._info, self._rate = self._encoder, None, None, None
        if encoder is not None:
            encoder.close()

    def _encoder_for(self, frame: Frame) -> Encoder:
        kind = (frame.width, frame.height, frame.color)
        if self._encoder is None or self._kind != kind:
            self.close()
            self._encoder = self._open(self._tier.full, frame.width, frame.height)
            self._kind = kind
        return self._encoder

    def _set_rate(self, encoder: Encoder, bitrate: float | None) -> None:
        if not isinstance(encoder, RateAdjustable):
            return
        if bitrate is None or self._rate is None:
            changed = bitrate is not self._rate
        else:
            changed = abs(bitrate - self._rate) > RATE_STEP * self._rate
        if changed:
            self._rate = bitrate
            encoder.set_max_bitrate(None if bitrate is None else int(bitrate))
