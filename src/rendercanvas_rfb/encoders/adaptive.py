"""H.264 that is exact as long as that costs little, and 4:4:4 with loss otherwise."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from ..errors import EncoderError
from ..frames import Frame
from ..protocol.formats import StreamInfo
from ..session.exactness import ExactPolicy, Made, Mode
from .base import EncodedPicture, Encoder, RateAdjustable

__all__ = ["AdaptiveEncoder"]

Open = Callable[[], Encoder]


class AdaptiveEncoder:
    """Two encoders, of which one makes the picture; `ExactPolicy` chooses. Each switch begins a stream.

    An exact picture that turns out to be too large is made again with loss, and not returned. Frames that have only
    Y'CbCr are coded with loss: in RGB they would be no better, and larger.

    Args:
        open_exact: Opens the encoder of exact pictures.
        open_lossy: Opens the other one.
        policy: Chooses.
        max_bitrate: Bits per second that both are to keep to at first; None for no limit but their own.
        clock: Seconds of a monotonic clock.

    Raises:
        EncoderError: Neither can have such pictures.
    """

    def __init__(
        self,
        open_exact: Open,
        open_lossy: Open,
        policy: ExactPolicy,
        *,
        max_bitrate: int | None = None,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._openers = {Mode.EXACT: open_exact, Mode.TRIAL: open_exact, Mode.LOSSY: open_lossy}
        self._policy = policy
        self._clock = clock
        self._max_bitrate = max_bitrate
        policy.allow(max_bitrate)
        # Refuses sizes that neither can have.
        self._encoders = {Mode.EXACT: open_exact()}
        self._info: StreamInfo | None = None
        self._closed = False

    @property
    def info(self) -> StreamInfo:
        """See `Encoder.info`; its tier says which of the two made the last picture."""
        if self._info is None:
            raise EncoderError("the stream is not known before the first picture")
        return self._info

    def set_max_bitrate(self, bits_per_second: int | None) -> None:
        """See `RateAdjustable`."""
        self._max_bitrate = bits_per_second
        self._policy.allow(bits_per_second)
        self._limit(self._encoders.get(Mode.LOSSY))

    def encode(self, frame: Frame, *, keyframe: bool) -> EncodedPicture:
        """See `Encoder.encode`."""
        if self._closed:
            raise EncoderError("the encoder is closed")
        if frame.format.is_planar and frame.exact_source is None:
            return self._encode_lossy(frame, keyframe)
        mode = self._policy.mode(self._clock())
        exact = frame if mode is Mode.LOSSY else frame.exact()
        if exact.format.is_planar and mode is not Mode.LOSSY:  # It came too late for the GPU.
            return self._encode_lossy(frame, keyframe)
        if mode is Mode.EXACT:
            picture, cost = self._timed(mode, exact, keyframe)
            self._policy.made(cost, self._clock())
            if self._policy.is_exact:
                self._info = self._encoders[mode].info
                self._close(Mode.LOSSY, Mode.TRIAL)
                return picture
        picture = self._encode_lossy(frame, keyframe)
        if mode is Mode.TRIAL:
            _, cost = self._timed(mode, exact, keyframe=False)
            self._policy.tried(cost, self._clock())
        else:
            self._close(Mode.TRIAL)
        return picture

    def close(self) -> None:
        """Free the codecs. May be called more than once."""
        self._closed = True
        self._close(*self._openers)

    def _encode_lossy(self, frame: Frame, keyframe: bool) -> EncodedPicture:
        # What it has made belongs to another stream from here on.
        self._close(Mode.EXACT)
        picture, cost = self._timed(Mode.LOSSY, frame, keyframe)
        if not self._policy.is_exact:
            self._policy.made(cost, self._clock())
        self._info = self._encoders[Mode.LOSSY].info
        return picture

    def _timed(self, mode: Mode, frame: Frame, keyframe: bool) -> tuple[EncodedPicture, Made]:
        """The picture, a keyframe where the encoder had to be opened, and what it cost."""
        if mode not in self._encoders:
            self._encoders[mode] = self._openers[mode]()
            if mode is Mode.LOSSY:
                self._limit(self._encoders[mode])
        started = self._clock()
        picture = self._encoders[mode].encode(frame, keyframe=keyframe)
        return picture, Made(len(picture.payload), self._clock() - started, picture.keyframe)

    def _limit(self, encoder: object) -> None:
        if isinstance(encoder, RateAdjustable):
            encoder.set_max_bitrate(self._max_bitrate)

    def _close(self, *modes: Mode) -> None:
        for mode in modes:
            if (encoder := self._encoders.pop(mode, None)) is not None:
                encoder.close()
