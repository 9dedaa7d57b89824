"""The encoder of one tier at one level, whatever sizes come: scales frames down, and keeps to a bitrate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..convert.scale import Shrinker
from ..frames import Frame
from ..protocol.chunk import Chunk, pack_chunk
from ..protocol.formats import StreamInfo, Tier
from ..protocol.messages import ChunkHeader
from ..session.levels import LEVELS
from ..viewer_event import PictureSize
from .base import EncodedPicture, Encoder, EncoderFactory, RateAdjustable
from .current import CurrentEncoder
from .selection import FrameKind, Verdict

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
        improvable: See `EncodedPicture`.
    """

    header: ChunkHeader
    payload: bytes
    info: StreamInfo
    encode_s: float
    tier: Tier | None = None
    source: PictureSize | None = None
    improvable: bool = False

    def numbered(self, sequence: int) -> Chunk:
        """The chunk."""
        header = replace(self.header, sequence=sequence)
        message = pack_chunk(header, self.payload)
        return Chunk(header, message, self.info, self.encode_s, self.tier, self.source)


class TierEncoder:
    """Encodes the frames of a display for one tier. Belongs to one thread.

    Args:
        tier: What it makes.
        open_encoder: Opens its encoder, whenever the size or the color space is another one; and the next one where one
            fails, if it is an `EncoderChooser`.
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
        self._current = CurrentEncoder(tier, open_encoder)
        self._abandoned = False
        self._next_stream = next_stream
        self._clock = clock
        self._shrinker = Shrinker(LEVELS[tier.level].shrink)
        self._encoder: Encoder | None = None
        self._made: StreamInfo | None = None
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
            EncoderError: The encoder failed, and there is no other; it is of no more use.
        """
        started = self._clock()
        picture_size = PictureSize(frame.width, frame.height, frame.pixel_ratio)
        frame = self._shrinker.shrink(frame)
        picture, info = self._encode(frame, keyframe, bitrate)
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
        encode_s = self._clock() - started
        return Encoded(header, picture.payload, info, encode_s, self._tier, picture_size, picture.improvable)

    @property
    def at(self) -> Verdict | None:
        """The encoder that is in use or being opened. May be read from any thread."""
        return self._current.at

    def reconsider(self) -> None:
        """Open a better encoder for the next frame, if there is one now. May be called from any thread."""
        if self._current.can_improve():
            self._current.improves = True

    def abandon(self) -> None:
        """Open no other encoder where the one in use fails, which nobody waits for any more. From any thread."""
        self._abandoned = True

    def close(self) -> None:
        """Free the encoder. May be called more than once."""
        self._encoder = self._made = self._info = self._rate = None
        self._current.close()

    def _encode(self, frame: Frame, keyframe: bool, bitrate: float | None) -> tuple[EncodedPicture, StreamInfo]:
        kind = FrameKind(frame.width, frame.height, frame.memory, frame.color)
        while True:
            encoder = self._current.get(kind)
            if encoder is not self._encoder:
                self._encoder, self._made, self._rate = encoder, None, None
            try:
                self._set_rate(encoder, bitrate)
                picture = encoder.encode(frame, keyframe=keyframe)
                return picture, self._describe(encoder)
            except Exception as error:  # An encoder is foreign code; the next one takes its place.
                self._encoder = None
                if self._abandoned:
                    raise
                self._current.failed(error)

    def _describe(self, encoder: Encoder) -> StreamInfo:
        """The stream of the last picture."""
        if self._info is None or self._made != encoder.info:
            # Another encoder, or one that has begun another stream by itself.
            self._made, self._stream = encoder.info, self._next_stream()
            choice = self._current.choice
            self._info = replace(encoder.info, encoder_reason="" if choice is None else str(choice))
        return self._info

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
