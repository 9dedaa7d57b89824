"""H.264 that is exact as long as that costs little, and with loss otherwise."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from time import perf_counter

from ..errors import EncoderError
from ..frames import Frame
from ..protocol.formats import StreamInfo
from ..session.exactness import ExactPolicy, Made, Mode
from .base import EncodedPicture, Encoder, RateAdjustable

__all__ = ["AdaptiveEncoder"]

Open = Callable[[], Encoder]


class _Way(Enum):
    """What pictures are made by."""

    EXACT = auto()
    TRIAL = auto()
    """Exact ones that nobody is sent."""
    RGB = auto()
    YUV = auto()


_LOSSY = (_Way.RGB, _Way.YUV)


class AdaptiveEncoder:
    """Encoders of which one makes the picture; `ExactPolicy` chooses whether it is exact.

    An exact picture that turns out to be too large is made again with loss, and not returned. With loss, RGB gives
    shaded meshes and heatmaps more fidelity for their bytes than 4:4:4, and nothing has to be converted. Y'CbCr has the
    frames that have only that, and streams under a limit: plots get smaller in it.

    Args:
        open_exact: Opens the encoder of exact pictures.
        open_rgb: Opens the one of RGB with loss.
        open_yuv: Opens the one of Y'CbCr with loss.
        policy: Chooses.
        max_bitrate: Bits per second that they are to keep to at first; None for no limit but their own.
        clock: Seconds of a monotonic clock.

    Raises:
        EncoderError: None can have such pictures.
    """

    def __init__(
        self,
        open_exact: Open,
        open_rgb: Open,
        open_yuv: Open,
        policy: ExactPolicy,
        *,
        max_bitrate: int | None = None,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._openers = {_Way.EXACT: open_exact, _Way.TRIAL: open_exact, _Way.RGB: open_rgb, _Way.YUV: open_yuv}
        self._policy = policy
        self._clock = clock
        self._max_bitrate = max_bitrate
        policy.allow(max_bitrate)
        # Refuses sizes that none can have.
        self._encoders = {_Way.EXACT: open_exact()}
        self._info: StreamInfo | None = None
        self._closed = False

    @property
    def info(self) -> StreamInfo:
        """See `Encoder.info`; its tier says how the last picture was made."""
        if self._info is None:
            raise EncoderError("the stream is not known before the first picture")
        return self._info

    def set_max_bitrate(self, bits_per_second: int | None) -> None:
        """See `RateAdjustable`."""
        self._max_bitrate = bits_per_second
        self._policy.allow(bits_per_second)
        self._limit(self._encoders.get(_Way.YUV))

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
            picture, made = self._encode(_Way.EXACT, exact, keyframe)
            self._policy.made(made, self._clock())
            if self._policy.is_exact:
                self._close(_Way.TRIAL, *_LOSSY)
                return picture
        picture = self._encode_lossy(frame, keyframe)
        if mode is Mode.TRIAL:
            _, made = self._encode(_Way.TRIAL, exact, keyframe=False)
            self._policy.tried(made, self._clock())
        else:
            self._close(_Way.TRIAL)
        return picture

    def close(self) -> None:
        """Free the codecs. May be called more than once."""
        self._closed = True
        self._close(*_Way)

    def _encode_lossy(self, frame: Frame, keyframe: bool) -> EncodedPicture:
        way = _Way.YUV if frame.format.is_planar or self._max_bitrate is not None else _Way.RGB
        # What they have made belongs to another stream from here on.
        self._close(*({_Way.EXACT, *_LOSSY} - {way}))
        picture, made = self._encode(way, frame, keyframe)
        if not self._policy.is_exact:
            self._policy.made(made, self._clock())
        return picture

    def _encode(self, way: _Way, frame: Frame, keyframe: bool) -> tuple[EncodedPicture, Made]:
        """The picture, a keyframe where the encoder had to be opened, and what it cost."""
        if way not in self._encoders:
            self._encoders[way] = self._openers[way]()
            if way is _Way.YUV:
                self._limit(self._encoders[way])
        picture = self._encoders[way].encode(frame, keyframe=keyframe)
        if way is not _Way.TRIAL:
            self._info = self._encoders[way].info
        return picture, Made(len(picture.payload), picture.keyframe)

    def _limit(self, encoder: object) -> None:
        if isinstance(encoder, RateAdjustable):
            encoder.set_max_bitrate(self._max_bitrate)

    def _close(self, *ways: _Way) -> None:
        for way in ways:
            if (encoder := self._encoders.pop(way, None)) is not None:
                encoder.close()
