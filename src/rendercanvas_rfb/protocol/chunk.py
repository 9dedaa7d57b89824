"""The binary message that carries one encoded picture: a 32-byte header, then the payload."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from ..errors import ProtocolError
from ..viewer_event import PictureSize
from .formats import PictureFormat, StreamInfo, Tier
from .messages import PROTOCOL_VERSION, ChunkHeader

__all__ = ["HEADER_BYTES", "SERIAL_MODULUS", "Chunk", "pack_chunk", "serial_less", "unpack_chunk"]

_HEADER = struct.Struct("<BBBBIIHHfIQ")
HEADER_BYTES = _HEADER.size
assert HEADER_BYTES == 32

MAGIC = 0xFB
FLAG_KEYFRAME = 1
FLAG_LOSSLESS = 2

SERIAL_MODULUS = 2**32
"""Sequence, stream and frame numbers count modulo this."""


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """One encoded picture on its way to viewers.

    Attributes:
        header: What the message starts with.
        message: The whole binary message. Immutable and shared by all viewers of the tier.
        info: Describes the stream that the chunk belongs to.
        encode_s: Seconds that conversion and encoding took, until it came out of the encoder.
        tier: The tier that it was made for, which may allow more than what `info` says that it is; None for a still,
            which belongs to none.
        source: Size of the picture as it was drawn, where it was scaled down to be encoded.
        held: Frames that went into the encoder after its own, before it came out.
    """

    header: ChunkHeader
    message: bytes
    info: StreamInfo
    encode_s: float
    tier: Tier | None = None
    source: PictureSize | None = None
    held: int = 0

    @property
    def picture(self) -> PictureSize:
        """Size of the picture as it was drawn."""
        header = self.header
        return self.source or PictureSize(header.width, header.height, header.pixel_ratio)


_FORMATS = {format.code: format for format in PictureFormat}


def pack_chunk(header: ChunkHeader, payload: bytes) -> bytes:
    """The message for ``payload``. It is built once and shared by all viewers of a tier."""
    flags = FLAG_KEYFRAME * header.keyframe | FLAG_LOSSLESS * header.lossless
    head = _HEADER.pack(
        MAGIC,
        PROTOCOL_VERSION,
        header.format.code,
        flags,
        header.sequence,
        header.stream,
        header.width,
        header.height,
        header.pixel_ratio,
        header.frame,
        header.timestamp_us,
    )
    return head + payload


def unpack_chunk(message: bytes) -> tuple[ChunkHeader, memoryview]:
    """Split a binary message into its header and its payload, a view into ``message``.

    Raises:
        ProtocolError: It is too short, or the magic number, version, format or flags are not those of this protocol.
    """
    if len(message) <= HEADER_BYTES:
        raise ProtocolError(f"a chunk must have more than {HEADER_BYTES} bytes, not {len(message)}")
    magic, version, code, flags, sequence, stream, width, height, ratio, frame, timestamp_us = _HEADER.unpack_from(
        message
    )
    if magic != MAGIC or version != PROTOCOL_VERSION:
        raise ProtocolError(f"a chunk must start with {MAGIC:#x} {PROTOCOL_VERSION}, not {magic:#x} {version}")
    if (
        code not in _FORMATS
        or flags & ~(FLAG_KEYFRAME | FLAG_LOSSLESS)
        or not (width and height and 0 < ratio < math.inf)
    ):
        raise ProtocolError(f"invalid chunk header: format {code}, flags {flags}, {width}x{height} at ratio {ratio:g}")
    header = ChunkHeader(
        format=_FORMATS[code],
        keyframe=bool(flags & FLAG_KEYFRAME),
        lossless=bool(flags & FLAG_LOSSLESS),
        sequence=sequence,
        stream=stream,
        width=width,
        height=height,
        pixel_ratio=ratio,
        frame=frame,
        timestamp_us=timestamp_us,
    )
    return header, memoryview(message)[HEADER_BYTES:]


def serial_less(a: int, b: int) -> bool:
    """Whether serial number ``a`` comes before ``b``, by the arithmetic of RFC 1982 with 32 bits."""
    return a != b and (b - a) % SERIAL_MODULUS < SERIAL_MODULUS // 2
