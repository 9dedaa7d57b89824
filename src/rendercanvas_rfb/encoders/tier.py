"""The encoder of one tier at one level, whatever sizes come: scales frames down, and keeps to a bitrate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..convert.scale import Shrinker
from ..errors import DeviceError, EncoderError
from ..frames import Frame
from ..protocol.chunk import Chunk, pack_chunk
from ..protocol.formats import StreamInfo, Tier
from ..protocol.messages import ChunkHeader
from ..session.levels import LEVELS
from ..viewer_event import PictureSize
from .base import EncodedPicture, Encoder, EncoderFactory, PipelinedEncoder, RateAdjustable
from .current import CurrentEncoder
from .in_work import InWork
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
        encode_s: Seconds from when the frame went in until the picture came out.
        tier: What it was made for; None for a still.
        source: Size of the picture as it was drawn.
        improvable: See `EncodedPicture`.
        held: Frames that went in meanwhile.
    """

    header: ChunkHeader
    payload: bytes
    info: StreamInfo
    encode_s: float
    tier: Tier | None = None
    source: PictureSize | None = None
    improvable: bool = False
    held: int = 0

    def numbered(self, sequence: int) -> Chunk:
        """The chunk."""
        header = replace(self.header, sequence=sequence)
        message = pack_chunk(header, self.payload)
        return Chunk(header, message, self.info, self.encode_s, self.tier, self.source, self.held)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What has to be known of a frame until its picture comes out; not its pixels, whose memory is used again."""

    version: int
    timestamp_us: int
    width: int
    height: int
    pixel_ratio: float
    source: PictureSize
    keyframe: bool
    started: float


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
        self._pipelined: PipelinedEncoder | None = None
        self._in_work: InWork[_Entry] = InWork()
        self._made: StreamInfo | None = None
        self._info: StreamInfo | None = None
        self._stream = 0
        self._rate: float | None = None

    def encode(self, frame: Frame, *, keyframe: bool, bitrate: float | None) -> Encoded:
        """Encode a frame by an encoder that answers at once. The arguments and errors are those of `feed`."""
        (encoded,) = self.feed(frame, keyframe=keyframe, bitrate=bitrate)
        return encoded

    def feed(self, frame: Frame, *, keyframe: bool, bitrate: float | None) -> list[Encoded]:
        """Encode a frame, and return the pictures that came out: its own, or those of earlier frames, or none.

        Where another encoder takes over, what the one before had in work is left out: the picture with which the new
        stream begins is later.

        Args:
            frame: The frame, in any size and format.
            keyframe: Whether it must need no other.
            bitrate: Bits per second, at most; None for no limit but the encoder's.

        Raises:
            EncoderError: The encoder failed, and there is no other; it is of no more use.
            DeviceError: The frame cannot be read, which is no fault of the encoder's.
        """
        started = self._clock()
        source = PictureSize(frame.width, frame.height, frame.pixel_ratio)
        frame = self._shrinker.shrink(frame)
        kind = FrameKind(frame.width, frame.height, frame.memory, frame.color)
        entry = _Entry(
            frame.version, frame.timestamp_us, frame.width, frame.height, frame.pixel_ratio, source, keyframe, started
        )
        while True:
            encoder = self._current.get(kind)
            if encoder is not self._encoder:
                self._begin(encoder)
            try:
                self._set_rate(encoder, bitrate)
                return self._put_in(encoder, frame, entry)
            except DeviceError:
                raise
            except Exception as error:  # An encoder is foreign code; the next one takes its place.
                self._encoder = None
                if self._abandoned:
                    raise
                self._current.failed(error)

    @property
    def held(self) -> int:
        """Frames whose pictures have not come out."""
        return len(self._in_work)

    @property
    def holds_keyframe(self) -> bool:
        """Whether a keyframe is among these, so that nobody needs to ask for another one."""
        return any(entry.keyframe for entry in self._in_work)

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
        self._encoder = self._pipelined = self._made = self._info = self._rate = None
        self._in_work.restart(1)
        self._current.close()

    def _begin(self, encoder: Encoder) -> None:
        self._encoder, self._made, self._rate = encoder, None, None
        self._pipelined = encoder if isinstance(encoder, PipelinedEncoder) and encoder.depth > 1 else None
        self._in_work.restart(1 if self._pipelined is None else self._pipelined.depth)

    def _put_in(self, encoder: Encoder, frame: Frame, entry: _Entry) -> list[Encoded]:
        if (pipelined := self._pipelined) is None:
            picture = encoder.encode(frame, keyframe=entry.keyframe)
            return [self._finish(entry, picture, encoder.info)]
        if self._made is None and not self._in_work:
            entry = replace(entry, keyframe=True)  # The first picture is one anyway.
        token = self._in_work.put(entry)
        try:
            finished = pipelined.feed(frame, keyframe=entry.keyframe, token=token)
        except DeviceError:
            self._in_work.cancel(token)
            raise
        made = []
        for of, picture, info in finished:
            entry = self._in_work.take(of)
            if entry.keyframe and not picture.keyframe:
                raise EncoderError("a frame came out as no keyframe, and one was asked for")
            made.append(self._finish(entry, picture, info, held=token - of))
        return made

    def _finish(self, entry: _Entry, picture: EncodedPicture, info: StreamInfo, held: int = 0) -> Encoded:
        info = self._describe(info)
        header = ChunkHeader(
            format=self._tier.format,
            keyframe=picture.keyframe,
            lossless=picture.lossless and self._tier.level == 0,
            sequence=0,
            stream=self._stream,
            width=entry.width,
            height=entry.height,
            pixel_ratio=entry.pixel_ratio,
            frame=entry.version,
            timestamp_us=entry.timestamp_us,
        )
        encode_s = self._clock() - entry.started
        return Encoded(header, picture.payload, info, encode_s, self._tier, entry.source, picture.improvable, held)

    def _describe(self, made: StreamInfo) -> StreamInfo:
        """The stream of a picture."""
        if self._info is None or self._made != made:
            # Another encoder, or one that has begun another stream by itself.
            self._made, self._stream = made, self._next_stream()
            choice = self._current.choice
            self._info = replace(made, encoder_reason="" if choice is None else str(choice))
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
