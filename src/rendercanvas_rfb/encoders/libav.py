"""The encoders of libavcodec that take any frame and answer it at once, or a few frames later: what they share."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

from ..bitstream.description import describe, is_keyframe
from ..bitstream.h264 import find_sequence_parameters, level_for
from ..bitstream.rewriting import ColorDescription, SpsChanges, rewrite_access_unit
from ..convert.cuda_video import CudaConverter
from ..convert.host import HostConverter
from ..errors import BitstreamError, DeviceError, EncoderBusyError, EncoderError, FrameError
from ..frames import ColorSpace, Frame, Memory
from ..protocol.formats import Chroma, PictureFormat, StreamInfo, Tier
from .base import (
    MAX_DEPTH,
    EncodedPicture,
    Encoder,
    EncoderBackend,
    EncoderSettings,
    Finished,
    Takes,
    check_bitrate,
    check_frame,
)
from .in_work import InWork
from .libav_codec import NO_BETTER_THAN_H264, LibavCodec, Target
from .tagging import BT709_MATRIX, PRIMARIES, SRGB_TRANSFER, tag

logger = logging.getLogger("rendercanvas_rfb")

__all__ = ["MAX_DEPTH", "NO_BETTER_THAN_H264", "LibavCodec", "LibavEncoder", "Target", "backend_of"]

INFINITE_GOP = 2**31 - 1
"""The largest distance between keyframes that AVCodecContext.gop_size can hold: a year at 60 pictures a second."""

RATE_STEP = 1.25
"""A bitrate that is nearer to the one before is not worth the keyframe that it costs."""

_MIDDLE = 1
"""chroma_sample_loc_type in the middle of four pixels, as `HostConverter` makes it."""

_CUDA = "cuda"
"""libavutil's name of the format of pictures on a CUDA device, whatever their samples are."""

_BUSY = (errno.ENOMEM, errno.EAGAIN, errno.EBUSY)
"""What drivers answer where all sessions are taken."""


def backend_of(name: str, codec: LibavCodec, *, only_by_name: str = "") -> EncoderBackend:
    """What a codec declares of itself.

    Args:
        name: What it is chosen by; several codecs may share it.
        codec: The codec.
        only_by_name: See `EncoderBackend`.
    """

    def open_encoder(tier: Tier, width: int, height: int, settings: EncoderSettings) -> Encoder:
        if tier.format is not codec.format or tier.chroma is None:
            raise EncoderError(f"{codec.name} does not make {tier}")
        return LibavEncoder(codec, tier.chroma, width, height, settings)

    return EncoderBackend(
        name=name,
        tiers=codec.tiers,
        open=open_encoder,
        missing=codec.missing,
        needs=codec.needs,
        takes=Takes(
            memory=frozenset({Memory.HOST, Memory.CUDA} if codec.reads_cuda else {Memory.HOST}),
            device_tiers=frozenset({Tier(codec.format, Chroma.YUV420)}),
            min_size=codec.min_size,
            max_size=codec.max_size,
            pipelining=codec.max_depth,
            own_depth=codec.own_depth,
        ),
        hardware=codec.hardware,
        only_by_name=only_by_name,
    )


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is asked for of a frame: see `PipelinedEncoder.feed`."""

    token: int
    keyframe: bool


class LibavEncoder:
    """Encodes frames of one size and colour space. The first one opens the codec.

    Parameter sets of H.264 are rewritten: they say what colours mean, that no picture comes out of order, and a level
    that is the same for each bitrate. A picture that comes later than `depth` allows is an `EncoderError`.

    Args:
        codec: Which one.
        chroma: How colour is coded; one of ``codec.pixel_formats``.
        width, height: Size of the frames, pixels.
        settings: What the display asks for.

    Raises:
        EncoderError: The codec cannot have such pictures, or is missing.
    """

    def __init__(self, codec: LibavCodec, chroma: Chroma, width: int, height: int, settings: EncoderSettings) -> None:
        if (missing := codec.missing()) is not None:
            raise EncoderError(f"{codec.name} cannot be opened: {missing}")
        if chroma not in codec.pixel_formats:
            raise EncoderError(f"{codec.name} does not make {Tier(codec.format, chroma)}")
        if settings.lossless:
            raise EncoderError(f"{codec.name} makes pictures with loss")
        (min_width, min_height), (max_width, max_height) = codec.min_size, codec.max_size
        if not (min_width <= width <= max_width and min_height <= height <= max_height):
            raise EncoderError(
                f"{codec.name} takes {min_width}x{min_height} to {max_width}x{max_height} pixels, not {width}x{height}"
            )
        self._spec = codec
        self._size = (width, height)
        # What it takes is derived from the planes that the converter makes.
        self._converter: HostConverter | None = HostConverter(width, height, chroma)
        self._target = Target(
            chroma,
            self._converter.coded_width,
            self._converter.coded_height,
            settings.crf,
            settings.max_bitrate,
            Fraction(settings.fps).limit_denominator(1000),
            Takes(pipelining=codec.max_depth, own_depth=codec.own_depth).depth(settings.pipeline_depth),
        )
        takes_cuda = codec.reads_cuda and chroma is Chroma.YUV420 and CudaConverter.is_available()
        self._cuda: CudaConverter | None = CudaConverter(width, height) if takes_cuda else None
        self._codec: VideoCodecContext | None = None
        self._codec_reads_cuda = False
        self._color: ColorSpace | None = None
        self._info: StreamInfo | None = None
        # By presentation timestamp, which is the token.
        self._in_work: InWork[_Wish] = InWork(self._target.depth)
        self._drained: list[Finished] = []

    @property
    def depth(self) -> int:
        """See `PipelinedEncoder.depth`."""
        return self._target.depth

    @property
    def info(self) -> StreamInfo:
        """Describes the stream, from its last keyframe."""
        if self._info is None:
            raise EncoderError("the stream is not known before the first picture")
        return self._info

    def set_max_bitrate(self, bits_per_second: int | None) -> None:
        """See `RateAdjustable`. Costs a keyframe, so that small changes are left out."""
        check_bitrate(bits_per_second)
        before = self._target.max_bitrate
        if before is None or bits_per_second is None:
            if before is not bits_per_second:
                self._free()
        elif before / RATE_STEP < bits_per_second < before * RATE_STEP:
            return
        elif self._spec.sets_bitrate and self._codec is not None:
            self._codec.bit_rate = bits_per_second
        else:
            self._free()
        self._target = replace(self._target, max_bitrate=bits_per_second)

    def encode(self, frame: Frame, *, keyframe: bool) -> EncodedPicture:
        """See `Encoder.encode`."""
        finished = self.feed(frame, keyframe=keyframe, token=0)
        if len(finished) != 1:
            raise EncoderError(f"{self._spec.name} made {len(finished)} access units of one frame")
        return finished[0].picture

    def feed(self, frame: Frame, *, keyframe: bool, token: int) -> list[Finished]:
        """See `PipelinedEncoder.feed`."""
        if self._converter is None:
            raise EncoderError("the encoder is closed")
        check_frame(frame, self._size, self._color)
        self._color = frame.color
        keyframe = keyframe or self._codec is None
        try:
            packets = self._encode(frame, self._converter, _Wish(token, keyframe))
            finished, self._drained = [*self._drained, *map(self._finish, packets)], []
        except DeviceError:
            raise
        except (av.FFmpegError, BitstreamError, ValueError, MemoryError) as error:
            raise EncoderError(f"{self._spec.name} failed: {error}") from error
        return finished

    def close(self) -> None:
        """Free the codec. May be called more than once."""
        self._free()
        self._converter = None

    def _free(self) -> None:
        """Close the codec; the pictures that it held come out with the next one's."""
        codec, self._codec = self._codec, None
        self._codec_reads_cuda = False
        if codec is not None:
            # SVT-AV1 complains on the standard error stream where it is not told that no picture follows.
            with suppress(av.FFmpegError, BitstreamError, EncoderError):
                self._drained += map(self._finish, codec.encode(None))
        # What a codec that fails has held is gone; the next one's first picture is later.
        self._in_work.restart(self._target.depth)

    def _finish(self, packet: av.Packet[Any]) -> Finished:
        """The picture that a packet is."""
        wish = self._in_work.take(packet.pts)
        payload = bytes(packet)
        if packet.is_keyframe:
            assert self._color is not None
            payload = self._open_stream(payload, self._color)
        elif wish.keyframe:
            raise EncoderError(f"{self._spec.name} made no keyframe where one was asked for")
        limited = self._target.max_bitrate is not None or self._spec.always_limited
        return Finished(wish.token, EncodedPicture(payload, packet.is_keyframe, improvable=limited), self.info)

    def _encode(self, frame: Frame, converter: HostConverter, wish: _Wish) -> list[av.Packet[Any]]:
        cuda = self._cuda if self._codec is None or self._codec_reads_cuda else None
        if cuda is not None and cuda.takes(frame):
            try:
                return self._send(cuda.convert(frame), _CUDA, frame.color, wish)
            except (av.FFmpegError, FrameError) as error:
                logger.warning("%s gets its pictures from the host from now on: %s", self._spec.name, error)
                self._cuda = None
                self._free()
                wish = replace(wish, keyframe=True)
        picture = converter.convert(frame)
        pixel_format = self._spec.pixel_formats[self._target.chroma]
        # A codec that reads pictures on a device uploads others, in the format that it needs.
        if picture.format.name != pixel_format and not self._codec_reads_cuda:
            picture = picture.reformat(format=pixel_format)
        return self._send(picture, pixel_format, frame.color, wish)

    def _send(self, picture: VideoFrame, pixel_format: str, color: ColorSpace, wish: _Wish) -> list[av.Packet[Any]]:
        """Encode a picture, by a codec that is opened for such pictures where there is none yet."""
        picture.time_base = 1 / self._target.fps
        picture.pict_type = PictureType.I if wish.keyframe else PictureType.NONE
        if self._codec is None:
            self._codec = _open(self._spec, self._target, pixel_format, color)
            self._codec_reads_cuda = pixel_format == _CUDA
        picture.pts = self._in_work.put(wish)
        return self._codec.encode(picture)

    def _open_stream(self, payload: bytes, color: ColorSpace) -> bytes:
        """Describe the stream that a keyframe begins; returns the keyframe as it has to be."""
        target, spec = self._target, self._spec
        if spec.format is PictureFormat.H264:
            payload = rewrite_access_unit(payload, _changes(payload, target, color))
        if not is_keyframe(spec.format, payload):
            raise EncoderError(f"decoding cannot begin with what {spec.name} calls a keyframe")
        found = describe(
            spec.format, payload, fps=float(target.fps), primaries=PRIMARIES[color], transfer=SRGB_TRANSFER
        )
        if found.max_num_reorder != 0:
            raise EncoderError(f"{spec.name} says that {found.max_num_reorder} pictures come out of order")
        self._info = StreamInfo(
            tier=Tier(spec.format, found.chroma),
            codec=found.codec,
            coded_width=found.width,
            coded_height=found.height,
            color=found.color,
            encoder=spec.name,
        )
        return payload


def _changes(access_unit: bytes, target: Target, color: ColorSpace) -> SpsChanges:
    sps = find_sequence_parameters(access_unit)
    level = level_for(target.width, target.height, float(target.fps), target.ceiling)
    return SpsChanges(
        color=ColorDescription(True, PRIMARIES[color], SRGB_TRANSFER, BT709_MATRIX),
        chroma_location=_MIDDLE if target.chroma is Chroma.YUV420 else None,
        level_idc=max(level, sps.level_idc),
    )


def _open(spec: LibavCodec, target: Target, pixel_format: str, color: ColorSpace) -> VideoCodecContext:
    try:
        codec = _new_context(spec)
        codec.width, codec.height = target.width, target.height
        codec.pix_fmt = pixel_format
        codec.framerate = target.fps
        codec.time_base = 1 / target.fps
        codec.gop_size = INFINITE_GOP
        codec.max_b_frames = 0
        tag(codec, target.chroma, color)
        codec.options = spec.options(target)
        # With pictures on a device it is opened by the first of them, which says on which.
        if pixel_format != _CUDA:
            codec.open()
    except av.FFmpegError as error:
        kind = EncoderBusyError if error.errno in _BUSY else EncoderError
        raise kind(f"{spec.name} cannot be opened: {spec.explain(error) or error}") from error
    return codec


def _new_context(spec: LibavCodec) -> VideoCodecContext:
    # Typed as it is in the oldest PyAV that this package works with, which knows no devices for encoding.
    create: Callable[..., Any] = av.CodecContext.create
    device = {"hwaccel": _device(spec.device)} if spec.device else {}
    codec = create(spec.name, "w", **device)
    assert isinstance(codec, VideoCodecContext)
    return codec


def _device(kind: str) -> object:
    from av.codec.hwaccel import HWAccel

    return HWAccel(kind, allow_software_fallback=False)
