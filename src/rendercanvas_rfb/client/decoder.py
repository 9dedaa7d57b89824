"""Chunks to pixels, for clients in Python."""

from __future__ import annotations

import io
from dataclasses import dataclass

import av
import numpy as np
from av.codec.context import CodecContext
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from PIL import Image

from ..errors import ProtocolError
from ..frames import ColorSpace, Pixels
from ..protocol.formats import StreamInfo
from ..protocol.messages import ChunkHeader, StreamStarted

__all__ = ["ChunkDecoder", "Picture"]

_MATRICES = {"bt709": Colorspace.ITU709, "bt470bg": Colorspace.ITU601, "smpte170m": Colorspace.SMPTE170M}


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A decoded chunk.

    Attributes:
        header: The chunk's header.
        pixels: uint8 array of shape (height, width, 3), R'G'B' in the transfer function of sRGB. Yours to keep and to
            change.
        color: Which colours the values stand for.
    """

    header: ChunkHeader
    pixels: Pixels
    color: ColorSpace = ColorSpace.SRGB


class ChunkDecoder:
    """Decodes the chunks of one connection, in order.

    There is one stream of video and one of images at a time. A new `StreamStarted` takes the place of the one before
    it of its kind, and leaves the other alone: video goes on after a still image where it was.
    """

    def __init__(self) -> None:
        self._streams: dict[bool, StreamStarted] = {}
        self._video: VideoCodecContext | None = None

    def start(self, stream: StreamStarted) -> None:
        """Take what describes chunks that follow."""
        is_video = stream.info.tier.format.is_video
        self._streams[is_video] = stream
        if is_video:
            self._video = None

    def stream_of(self, header: ChunkHeader) -> StreamStarted:
        """What describes the chunk.

        Raises:
            ProtocolError: It belongs to no stream that was announced.
        """
        stream = self._streams.get(header.format.is_video)
        if stream is None or header.stream != stream.stream:
            raise ProtocolError(f"chunk {header.sequence} belongs to stream {header.stream}, which was not announced")
        return stream

    def decode(self, header: ChunkHeader, payload: bytes | memoryview) -> Picture:
        """Decode one chunk.

        Raises:
            ProtocolError: It belongs to no stream that was announced, or cannot be decoded.
        """
        info = self.stream_of(header).info
        try:
            pixels = self._decode_video(payload, info) if header.format.is_video else _decode_image(payload)
        except (FFmpegError, OSError) as error:
            raise ProtocolError(f"chunk {header.sequence} cannot be decoded: {error}") from error
        is_wide = info.color.primaries == "smpte432"
        return Picture(
            header,
            np.ascontiguousarray(pixels[: header.height, : header.width]),
            ColorSpace.DISPLAY_P3 if is_wide else ColorSpace.SRGB,
        )

    def _decode_video(self, payload: bytes | memoryview, info: StreamInfo) -> Pixels:
        if self._video is None:
            context = CodecContext.create(info.tier.format.value, "r")
            assert isinstance(context, VideoCodecContext)
            context.thread_count = 1  # Threads by frame hold pictures back.
            context.flags |= int(av.codec.context.Flags.low_delay)
            self._video = context
        frames = self._video.decode(av.Packet(bytes(payload)))
        if len(frames) != 1:
            raise ProtocolError(f"one chunk decoded to {len(frames)} pictures")
        color = info.color
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


def _decode_image(payload: bytes | memoryview) -> Pixels:
    with Image.open(io.BytesIO(payload)) as image:
        return np.asarray(image.convert("RGB"))
