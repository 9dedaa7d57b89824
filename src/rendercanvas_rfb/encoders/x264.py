"""H.264 on the CPU: libx264 through PyAV."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

from ..bitstream import codec_string, color_tags, find_sequence_parameters, sps_chroma
from ..convert.host import HostConverter, coded_size
from ..errors import BitstreamError, EncoderError
from ..frames import ColorSpace, Frame
from ..protocol.formats import Chroma, PictureFormat, StreamInfo, Tier
from .base import EncodedPicture

__all__ = ["DEFAULT_CRF", "X264Encoder", "is_available"]

DEFAULT_CRF = 20.0
"""Constant rate factor, 0 (lossless) to 51. At 20 the coding error of plots is hard to see at any zoom."""

NOMINAL_FPS = 60
"""Pictures per second that the rate control and the level reckon with. Pictures are counted, not timed, so that equal
pictures make equal bytes at any pace."""

_MAX_BITS_PER_PIXEL = 0.5
_MIN_MAXRATE = 62_500_000
"""Bits per second, the most that level 4.2 allows in High profile (table A-1). The ceiling of the rate control is
this for sizes up to 1920x1080, and half a bit per pixel, which is the same there, above. It binds for noise only; but
libx264 lets a ceiling be changed while it runs only if it was opened with one."""

_MAX_MACROBLOCKS = 139_264
_MAX_MACROBLOCKS_PER_SIDE = 1055
"""MaxFS of level 6.2, and sqrt(8 * MaxFS) (H.264 A.3.1 and table A-1): 8192x4352 fits."""

_MAX_THREADS = 4
"""Each thread makes one slice of the picture. With more than four slices, some versions of Chromium show glitches."""

_PROFILES = {Chroma.YUV420: "high", Chroma.YUV444: "high444"}
_PIXEL_FORMATS = {Chroma.YUV420: "yuv420p", Chroma.YUV444: "yuv444p"}

# Code points of H.264 tables E-3, E-4 and E-5, which libavutil's enumerations share; the range is AVCOL_RANGE_JPEG.
_BT709 = 1
_SMPTE432 = 12
_SRGB_TRANSFER = 13
_FULL_RANGE = 2

_PRIMARIES = {ColorSpace.SRGB: _BT709, ColorSpace.DISPLAY_P3: _SMPTE432}
"""sRGB has the primaries of BT.709; those of Display P3 are SMPTE EG 432-1. The matrix is that of BT.709 for both."""


def is_available() -> bool:
    """Whether this PyAV was built with libx264."""
    return "libx264" in av.codecs_available


class X264Encoder:
    """Encodes frames of one size and colour space as H.264, Annex B, with parameter sets before each IDR picture.

    The GOP is infinite: the first picture is an IDR picture, later ones only where that is asked for. No B-frames, no
    lookahead: each frame makes one access unit at once. The first frame opens the codec, since libx264 may crash when
    it is closed without having seen one.

    Args:
        chroma: Chroma subsampling; decides the profile: High, or High 4:4:4 Predictive.
        width, height: Size of the frames, pixels.
        crf: Constant rate factor, 0 to 51, lower is better.
        max_bitrate: Bits per second, at most, over one second of ``fps`` pictures; None for a ceiling that binds for
            noise only.
        fps: Pictures per second that the rate control reckons with.

    Raises:
        EncoderError: H.264 cannot have such a picture, or libx264 is missing.
    """

    def __init__(
        self,
        chroma: Chroma,
        width: int,
        height: int,
        *,
        crf: float = DEFAULT_CRF,
        max_bitrate: int | None = None,
        fps: float = NOMINAL_FPS,
    ) -> None:
        if not is_available():
            raise EncoderError(f"PyAV {av.__version__} was built without libx264; its wheels have it: pip install av")
        if not 0 <= crf <= 51:
            raise EncoderError(f"crf must be from 0 to 51, not {crf}")
        _check_size(width, height)
        self._chroma = chroma
        self._rate = _Rate(crf, max_bitrate, Fraction(fps).limit_denominator(1000))
        self._size = (width, height)
        self._color: ColorSpace | None = None
        self._threads = min(_MAX_THREADS, _usable_cpus())
        self._converter: HostConverter | None = HostConverter(width, height, chroma, self._threads)
        self._codec: VideoCodecContext | None = None
        self._info: StreamInfo | None = None
        self._pts = 0

    @property
    def info(self) -> StreamInfo:
        """Describes the stream, from the parameter sets of the first access unit."""
        if self._info is None:
            raise EncoderError("the stream is not known before the first picture")
        return self._info

    def encode(self, frame: Frame, *, keyframe: bool) -> EncodedPicture:
        """See `Encoder.encode`."""
        if self._converter is None:
            raise EncoderError("the encoder is closed")
        if (frame.width, frame.height) != self._size:
            width, height = self._size
            raise EncoderError(f"the encoder was opened for {width}x{height} pixels, not {frame.width}x{frame.height}")
        if frame.color is not (self._color or frame.color):
            raise EncoderError(f"the stream is in {self._color}, not {frame.color}")
        self._color = frame.color
        keyframe = keyframe or self._info is None
        try:
            payload = self._encode(self._converter, frame, keyframe)
            if self._info is None:
                self._info = self._describe(payload)
        except (av.FFmpegError, BitstreamError, ValueError) as error:
            raise EncoderError(f"libx264 failed: {error}") from error
        return EncodedPicture(payload, keyframe)

    def close(self) -> None:
        """Free the codec. May be called more than once."""
        self._codec = None
        self._converter = None

    def _encode(self, converter: HostConverter, frame: Frame, keyframe: bool) -> bytes:
        picture = converter.convert(frame)
        picture.pts = self._pts
        picture.time_base = 1 / self._rate.fps
        picture.pict_type = PictureType.I if keyframe else PictureType.NONE
        if self._codec is None:
            self._codec = _open_codec(self._chroma, picture, frame.color, self._rate, self._threads)
        self._pts += 1
        packets = self._codec.encode(picture)
        if len(packets) != 1:
            raise EncoderError(f"libx264 made {len(packets)} access units of one frame")
        if packets[0].is_keyframe != keyframe:
            raise EncoderError(f"libx264 made {'no' if keyframe else 'an unasked'} keyframe")
        return bytes(packets[0])

    @staticmethod
    def _describe(access_unit: bytes) -> StreamInfo:
        sps = find_sequence_parameters(access_unit)
        return StreamInfo(
            tier=Tier(PictureFormat.H264, sps_chroma(sps)),
            codec=codec_string(sps),
            coded_width=sps.width,
            coded_height=sps.height,
            color=color_tags(sps.vui),
            encoder="libx264",
        )


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise EncoderError(f"a picture must have at least one pixel, not {width}x{height}")
    columns, rows = (-(-side // 16) for side in coded_size(width, height))
    if max(columns, rows) > _MAX_MACROBLOCKS_PER_SIDE or columns * rows > _MAX_MACROBLOCKS:
        raise EncoderError(
            f"H.264 pictures have at most {_MAX_MACROBLOCKS} macroblocks (8192x4352), not {width}x{height} pixels"
        )


def _usable_cpus() -> int:
    """CPUs that this process may run on, at least one."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class _Rate:
    """What the rate control is told; see the arguments of `X264Encoder`."""

    crf: float
    max_bitrate: int | None
    fps: Fraction


def _open_codec(chroma: Chroma, picture: VideoFrame, color: ColorSpace, rate: _Rate, threads: int) -> VideoCodecContext:
    codec = av.CodecContext.create("libx264", "w")
    assert isinstance(codec, VideoCodecContext)
    codec.width, codec.height = picture.width, picture.height
    codec.pix_fmt = _PIXEL_FORMATS[chroma]
    codec.framerate = rate.fps
    codec.time_base = 1 / rate.fps
    codec.color_primaries = _PRIMARIES[color]
    codec.color_trc = _SRGB_TRANSFER
    codec.colorspace = _BT709
    codec.color_range = _FULL_RANGE
    codec.thread_type = "SLICE"
    codec.thread_count = threads
    codec.options = _codec_options(chroma, picture.width, picture.height, rate)
    codec.open()
    return codec


def _codec_options(chroma: Chroma, width: int, height: int, rate: _Rate) -> dict[str, str]:
    maxrate = max(_MIN_MAXRATE, int(_MAX_BITS_PER_PIXEL * width * height * NOMINAL_FPS))
    if rate.max_bitrate is not None:
        maxrate = min(maxrate, rate.max_bitrate)
    x264 = {
        "keyint": "infinite",
        "scenecut": "0",
        "bframes": "0",
        "open-gop": "0",
        "intra-refresh": "0",
        "repeat-headers": "1",
        # What makes the profile High rather than Constrained Baseline; no slower, no larger.
        "8x8dct": "1",
    }
    if chroma is Chroma.YUV420:
        x264["chromaloc"] = "1"  # in the middle of the four pixels, see HostConverter
    else:
        # Takes back half of the 6 that libx264 adds at 4:4:4: thin saturated lines gain 2 dB for a tenth more bytes.
        x264["chroma-qp-offset"] = "-3"
    return {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": _PROFILES[chroma],
        "crf": str(rate.crf),
        "maxrate": str(maxrate),
        "bufsize": str(maxrate),  # one second
        "forced-idr": "1",
        "x264-params": ":".join(f"{name}={value}" for name, value in x264.items()),
    }
