"""What encoders of video say of the colours in their streams."""

from __future__ import annotations

from av.video.codeccontext import VideoCodecContext

from ..frames import ColorSpace
from ..protocol.formats import Chroma

__all__ = ["BT709_MATRIX", "FULL_RANGE", "PRIMARIES", "RGB_MATRIX", "SRGB_TRANSFER", "tag"]

# Code points of H.264 tables E-3, E-4 and E-5, which libavutil's enumerations share; the range is AVCOL_RANGE_JPEG.
SRGB_TRANSFER = 13
RGB_MATRIX = 0
BT709_MATRIX = 1
FULL_RANGE = 2

PRIMARIES = {ColorSpace.SRGB: 1, ColorSpace.DISPLAY_P3: 12}
"""sRGB has the primaries of BT.709; those of Display P3 are SMPTE EG 432-1. The matrix of Y'CbCr is that of BT.709 for
both."""


def tag(codec: VideoCodecContext, chroma: Chroma, color: ColorSpace) -> None:
    """Have an encoder that is not open yet say how its samples become colours."""
    codec.color_primaries = PRIMARIES[color]
    codec.color_trc = SRGB_TRANSFER
    codec.colorspace = RGB_MATRIX if chroma is Chroma.RGB else BT709_MATRIX
    codec.color_range = FULL_RANGE
