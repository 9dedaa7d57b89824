"""H.264 on the CPU: libx264 through PyAV."""

from __future__ import annotations

import os
from dataclasses import replace
from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from ..bitstream.h264 import codec_string, find_sequence_parameters, sps_chroma
from ..bitstream.vui import color_tags
from ..convert.host import HostConverter, coded_size
from ..errors import BitstreamError, DeviceError, EncoderError
from ..frames import ColorSpace, Frame
from ..protocol.formats import Chroma, PictureFormat, StreamInfo, Tier
from .base import EncodedPicture, check_bitrate, check_frame
from .limit import PacedLimit
from .x264_codec import CODEC_NAMES, NOMINAL_FPS, Rate, open_codec

__all__ = ["DEFAULT_CRF", "MAX_PIXELS", "MAX_SIZE", "X264Encoder", "encoding_threads", "is_available"]

DEFAULT_CRF = 20.0
"""Constant rate factor, 0 (lossless) to 51. At 20 the coding error of plots is hard to see at any zoom."""

_MAX_MACROBLOCKS = 139_264
_MAX_MACROBLOCKS_PER_SIDE = 1055
"""MaxFS of level 6.2, and sqrt(8 * MaxFS) (H.264 A.3.1 and table A-1): 8192x4352 fits."""

MAX_SIZE = (16 * _MAX_MACROBLOCKS_PER_SIDE, 16 * _MAX_MACROBLOCKS_PER_SIDE)
MAX_PIXELS = 256 * _MAX_MACROBLOCKS
"""The same in pixels."""

_MAX_THREADS = 4
"""Each thread makes one slice of the picture. With more than four slices, some versions of Chromium show glitches."""


def is_available() -> bool:
    """Whether this PyAV was built with libx264, which comes with libx264rgb."""
    return av.codecs_available.issuperset(CODEC_NAMES.values())


class X264Encoder:
    """Encodes frames of one size and colour space as H.264, Annex B, with parameter sets before each IDR picture.

    The GOP is infinite: the first picture is an IDR picture, later ones only where that is asked for. No B-frames, no
    lookahead: each frame makes one access unit at once. The first frame opens the codec, since libx264 may crash when
    it is closed without having seen one.

    Args:
        chroma: How colour is coded; decides the profile: High for 4:2:0, else High 4:4:4 Predictive.
        width, height: Size of the frames, pixels.
        lossless: Whether pictures are exact, which RGB can be only. Neither ``crf`` nor ``max_bitrate`` counts then.
        crf: Constant rate factor, 0 to 51, lower is better. It is that of Y'CbCr; for RGB libx264 is told another one
            of the same fidelity.
        max_bitrate: Bits per second, at most, averaged over a second; None for a ceiling that binds for noise only.
        fps: Pictures per second, at most.

    Raises:
        EncoderError: H.264 cannot have such a picture, or libx264 is missing.
    """

    def __init__(
        self,
        chroma: Chroma,
        width: int,
        height: int,
        *,
        lossless: bool = False,
        crf: float = DEFAULT_CRF,
        max_bitrate: int | None = None,
        fps: float = NOMINAL_FPS,
    ) -> None:
        if not is_available():
            raise EncoderError(f"PyAV {av.__version__} was built without libx264; its wheels have it: pip install av")
        if not 0 <= crf <= 51:
            raise EncoderError(f"crf must be from 0 to 51, not {crf}")
        if lossless and chroma is not Chroma.RGB:
            raise EncoderError("H.264 is lossless in RGB only: conversion to Y'CbCr rounds")
        _check_size(width, height)
        self._chroma = chroma
        max_bitrate = None if lossless else max_bitrate
        self._rate = Rate(crf, max_bitrate, Fraction(fps).limit_denominator(1000), lossless)
        self._size = (width, height)
        self._color: ColorSpace | None = None
        self._threads = encoding_threads()
        self._converter: HostConverter | None = HostConverter(
            width, height, chroma, 1 if chroma is Chroma.RGB else self._threads
        )
        self._codec: VideoCodecContext | None = None
        self._limit = None if max_bitrate is None else PacedLimit(self._rate.fps, max_bitrate)
        self._info: StreamInfo | None = None
        self._pts = 0

    @property
    def info(self) -> StreamInfo:
        """Describes the stream, from the parameter sets of the first access unit."""
        if self._info is None:
            raise EncoderError("the stream is not known before the first picture")
        return self._info

    def set_max_bitrate(self, bits_per_second: int | None) -> None:
        """See `RateAdjustable`. What is lossless stays so.

        From a limit to another the codec goes on. From none to one, or back, it is opened anew, which takes 1.4 ms and
        a keyframe: libx264 keeps to a rate factor or to a bitrate, and to what it was opened for.
        """
        check_bitrate(bits_per_second)
        if self._rate.lossless or bits_per_second == self._rate.max_bitrate:
            return
        if bits_per_second is None or self._limit is None:
            self._codec = None
            self._limit = None if bits_per_second is None else PacedLimit(self._rate.fps, bits_per_second)
        else:
            self._limit.bits_per_second = bits_per_second
        self._rate = replace(self._rate, max_bitrate=bits_per_second)

    def encode(self, frame: Frame, *, keyframe: bool) -> EncodedPicture:
        """See `Encoder.encode`."""
        if self._converter is None:
            raise EncoderError("the encoder is closed")
        check_frame(frame, self._size, self._color)
        self._color = frame.color
        begins = self._codec is None
        keyframe = keyframe or begins
        try:
            payload = self._encode(self._converter, frame, keyframe)
            if begins:
                self._info = self._describe(payload)
        except DeviceError:
            raise
        except (av.FFmpegError, BitstreamError, ValueError) as error:
            raise EncoderError(f"libx264 failed: {error}") from error
        return EncodedPicture(payload, keyframe, self._rate.lossless, improvable=self._limit is not None)

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
            self._codec = open_codec(self._chroma, picture, frame.color, self._rate, self._threads)
        if self._limit is not None and (bitrate := self._limit.next_bitrate(frame.timestamp_us)) is not None:
            self._codec.bit_rate = bitrate
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
            encoder="libx264rgb" if sps_chroma(sps) is Chroma.RGB else "libx264",
        )


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise EncoderError(f"a picture must have at least one pixel, not {width}x{height}")
    columns, rows = (-(-side // 16) for side in coded_size(width, height))
    if max(columns, rows) > _MAX_MACROBLOCKS_PER_SIDE or columns * rows > _MAX_MACROBLOCKS:
        raise EncoderError(
            f"H.264 pictures have at most {_MAX_MACROBLOCKS} macroblocks (8192x4352), not {width}x{height} pixels"
        )


def encoding_threads() -> int:
    """Threads that share one picture: one for each CPU that this process may run on, as long as they are few."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(_MAX_THREADS, usable)
