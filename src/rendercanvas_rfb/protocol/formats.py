"""The picture formats that can cross the wire, and how a stream of them is described."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

__all__ = ["BT709", "SRGB_FULL", "Chroma", "ColorTags", "PictureFormat", "StreamInfo", "Tier"]


class PictureFormat(Enum):
    """How pictures are encoded. The values are the names in JSON messages."""

    H264 = "h264"
    VP9 = "vp9"
    AV1 = "av1"
    HEVC = "hevc"
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"

    @property
    def code(self) -> int:
        """The number in a chunk's header."""
        return _CODES[self]

    @property
    def is_video(self) -> bool:
        """Whether a picture may refer to the one before it."""
        return self in _VIDEO


_VIDEO = frozenset({PictureFormat.H264, PictureFormat.VP9, PictureFormat.AV1, PictureFormat.HEVC})

_CODES = {
    PictureFormat.H264: 1,
    PictureFormat.VP9: 2,
    PictureFormat.AV1: 3,
    PictureFormat.HEVC: 4,
    PictureFormat.JPEG: 16,
    PictureFormat.PNG: 17,
    PictureFormat.WEBP: 18,
}


class Chroma(Enum):
    """How colour is coded. The values are the names in JSON messages.

    ``RGB`` is 4:4:4 too, with G', B' and R' in place of Y', Cb and Cr: without a conversion nothing is rounded, so that
    pictures can be exact. Who decodes it decodes 4:4:4: both are High 4:4:4 Predictive.
    """

    RGB = "rgb"
    YUV444 = "444"
    YUV420 = "420"


@dataclass(frozen=True, slots=True)
class Tier:
    """What one encoder makes for any number of viewers.

    Attributes:
        format: How pictures are encoded.
        chroma: None where the format does not have the choice.
        level: 0 for the full quality; each level above it is for slower viewers (`session.levels.LEVELS`). The server's
            own matter: it does not cross the wire.
    """

    format: PictureFormat
    chroma: Chroma | None = None
    level: int = 0

    @property
    def full(self) -> Tier:
        """The same in full quality: what an encoder knows of it."""
        return self if self.level == 0 else replace(self, level=0)

    def __str__(self) -> str:
        name = self.format.value if self.chroma is None else f"{self.format.value}/{self.chroma.value}"
        return name if self.level == 0 else f"{name} level {self.level}"


@dataclass(frozen=True, slots=True)
class ColorTags:
    """How samples become colours, in the names of WebCodecs' ``VideoColorSpaceInit``."""

    primaries: str
    transfer: str
    matrix: str
    full_range: bool


BT709 = ColorTags("bt709", "iec61966-2-1", "bt709", full_range=True)
"""Y'CbCr by the BT.709 matrix in full range; the R'G'B' values are sRGB-encoded, as a framebuffer's are."""

SRGB_FULL = ColorTags("bt709", "iec61966-2-1", "rgb", full_range=True)
"""Plain sRGB, as in still images."""


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What a decoder must know before the first chunk of a stream.

    Attributes:
        tier: Format and chroma subsampling.
        codec: WebCodecs codec string computed from the bitstream, or the media type of an image.
        coded_width, coded_height: Size of the decoded picture; the part to show, top left, may be smaller.
        color: How samples become colours.
        encoder: Name of the encoder, for people.
        encoder_reason: Why it is this one and no other, in words; empty where there was no choice.
    """

    tier: Tier
    codec: str
    coded_width: int
    coded_height: int
    color: ColorTags
    encoder: str
    encoder_reason: str = ""
