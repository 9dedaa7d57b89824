"""Encoded pictures back to pixels: for clients in Python, and to look at what an encoder has made."""

from __future__ import annotations

import io

import av
import numpy as np
from av.codec.context import CodecContext
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from PIL import Image

from ..errors import BitstreamError
from ..frames import Pixels
from ..protocol.formats import PictureFormat, StreamInfo

__all__ = ["PictureDecoder"]

_MATRICES = {"bt709": Colorspace.ITU709, "bt470bg": Colorspace.ITU601, "smpte170m": Colorspace.SMPTE170M}


class PictureDecoder:
    """Decodes the pictures of one stream, in order.

    Args:
        info: Describes it.
    """

    def __init__(self, info: StreamInfo) -> None:
        self._info = info
        self._video: VideoCodecContext | None = None

    def decode(self, payload: bytes | memoryview) -> Pixels:
        """Decode one picture.

        Returns:
            uint8 array of shape (coded height, coded width, 3), R'G'B'.

        Raises:
            BitstreamError: It cannot be decoded, or not at once.
        """
        try:
            return self._decode_video(payload) if self._info.tier.format.is_video else _decode_image(payload)
        except (FFmpegError, OSError) as error:
            raise BitstreamError(str(error)) from error

    def _decode_video(self, payload: bytes | memoryview) -> Pixels:
        if self._video is None:
            context = CodecContext.create(_decoder_name(self._info.tier.format), "r")
            assert isinstance(context, VideoCodecContext)
            context.thread_count = 1  # Threads by frame hold pictures back.
            context.flags |= int(av.codec.context.Flags.low_delay)
            self._video = context
        frames = self._video.decode(av.Packet(bytes(payload)))
        if len(frames) != 1:
            raise BitstreamError(f"one chunk decoded to {len(frames)} pictures")
        color = self._info.color
        if color.matrix == "rgb":
            return frames[0].to_ndarray(format="rgb24").astype(np.uint8, copy=False)
        rgb = frames[0].reformat(
            format="rgb24",
            src_colorspace=_MATRICES[color.matrix],
            dst_colorspace=_MATRICES[color.matrix],
            src_color_range=ColorRange.JPEG if color.full_range else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=Interpolation.BICUBIC,
        )
        return rgb.to_ndarray().astype(np.uint8, copy=False)


def _decoder_name(picture_format: PictureFormat) -> str:
    # libavcodec's own decoder of AV1 works with hardware only.
    if picture_format is PictureFormat.AV1 and "libdav1d" in av.codecs_available:
        return "libdav1d"
    return picture_format.value


def _decode_image(payload: bytes | memoryview) -> Pixels:
    with Image.open(io.BytesIO(payload)) as image:
        return np.asarray(image.convert("RGB"))
