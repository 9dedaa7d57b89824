"""Chunks to pixels, for clients in Python."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..encoders.decoding import PictureDecoder
from ..errors import BitstreamError, ProtocolError
from ..frames import ColorSpace, Pixels
from ..protocol.messages import ChunkHeader, StreamStarted

__all__ = ["ChunkDecoder", "Picture"]


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
        self._decoders: dict[bool, PictureDecoder] = {}

    def start(self, stream: StreamStarted) -> None:
        """Take what describes chunks that follow."""
        is_video = stream.info.tier.format.is_video
        self._streams[is_video] = stream
        self._decoders[is_video] = PictureDecoder(stream.info)

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
            pixels = self._decoders[header.format.is_video].decode(payload)
        except BitstreamError as error:
            raise ProtocolError(f"chunk {header.sequence} cannot be decoded: {error}") from error
        is_wide = info.color.primaries == "smpte432"
        return Picture(
            header,
            np.ascontiguousarray(pixels[: header.height, : header.width]),
            ColorSpace.DISPLAY_P3 if is_wide else ColorSpace.SRGB,
        )
