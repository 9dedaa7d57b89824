"""The chunks, valid and invalid."""

from __future__ import annotations

import struct
from typing import Any

from rendercanvas_rfb.protocol.chunk import pack_chunk
from rendercanvas_rfb.protocol.formats import PictureFormat
from rendercanvas_rfb.protocol.messages import ChunkHeader
from vectors.messages import LATEST
from vectors.samples import Sample

HEADER = ChunkHeader(
    format=PictureFormat.H264,
    keyframe=True,
    lossless=False,
    sequence=1,
    stream=1,
    width=1280,
    height=720,
    pixel_ratio=1.0,
    frame=1,
    timestamp_us=123_456_789,
)


def chunks() -> list[Sample]:
    """What ``chunks.json`` holds."""
    access_unit = bytes.fromhex("00000001675a00000001")
    full = 2**32 - 1
    valid = {
        "H.264 keyframe": (_header(), access_unit),
        "H.264 delta": (_header(keyframe=False, sequence=2, frame=2, pixel_ratio=2.0), b"\x00\x00\x00\x01\x41"),
        "H.264 lossless keyframe": (_header(lossless=True), access_unit),
        "VP9 keyframe": (_header(format=PictureFormat.VP9), b"\x82\x49\x83\x42"),
        "AV1 keyframe": (_header(format=PictureFormat.AV1), b"\x12\x00\x0a\x0b"),
        "HEVC keyframe": (_header(format=PictureFormat.HEVC), b"\x00\x00\x00\x01\x40\x01"),
        "JPEG": (_header(format=PictureFormat.JPEG, pixel_ratio=1.25), b"\xff\xd8\xff\xd9"),
        "PNG, lossless": (_header(format=PictureFormat.PNG, lossless=True), b"\x89PNG"),
        "WebP": (_header(format=PictureFormat.WEBP, pixel_ratio=0.5), b"RIFF"),
        "largest numbers": (
            _header(sequence=full, stream=full, width=16384, height=16384, frame=full, timestamp_us=LATEST),
            b"\x00",
        ),
        "smallest numbers": (_header(sequence=0, stream=0, width=1, height=1, frame=0, timestamp_us=0), b"\xff"),
    }
    packed = pack_chunk(HEADER, access_unit)
    invalid = {
        "nothing": b"",
        "one byte": packed[:1],
        "header cut off": packed[:31],
        "no payload": packed[:32],
        "another magic number": _patched(packed, 0, b"\xfa"),
        "another version": _patched(packed, 1, b"\x02"),
        "format 0": _patched(packed, 2, b"\x00"),
        "unknown format": _patched(packed, 2, b"\x13"),
        "unknown flag": _patched(packed, 3, b"\x05"),
        "all flags": _patched(packed, 3, b"\xff"),
        "width of zero": _patched(packed, 12, b"\0\0"),
        "height of zero": _patched(packed, 14, b"\0\0"),
        **{
            f"pixel ratio of {ratio}": _patched(packed, 16, struct.pack("<f", ratio))
            for ratio in (0.0, -1.0, float("nan"), float("inf"))
        },
        "a text message": b'{"type":"ping","t":1}                ',
    }
    return [
        *(
            {
                "name": name,
                "hex": pack_chunk(header, payload).hex(),
                "valid": True,
                "header": _header_members(header, payload),
            }
            for name, (header, payload) in valid.items()
        ),
        *({"name": name, "hex": message.hex(), "valid": False} for name, message in invalid.items()),
    ]


def _header(**members: Any) -> ChunkHeader:
    return ChunkHeader(**{**_members_of(HEADER), **members})


def _members_of(header: ChunkHeader) -> dict[str, Any]:
    return {name: getattr(header, name) for name in ChunkHeader.__slots__}


def _header_members(header: ChunkHeader, payload: bytes) -> dict[str, Any]:
    return {**_members_of(header), "format": header.format.value, "payload_hex": payload.hex()}


def _patched(message: bytes, offset: int, replacement: bytes) -> bytes:
    return message[:offset] + replacement + message[offset + len(replacement) :]
