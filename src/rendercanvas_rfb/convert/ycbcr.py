"""The encodings of Y'CbCr, and their coefficients as whole numbers. Imports no library."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["BT709_FULL", "Coefficients", "Matrix", "Range", "Ycbcr"]

FRACTION_BITS = 16
"""Coefficients are multiplied by 2**16: their rounding errors add up to 0.006 of 255 at most, and the products of four
pixels fit in 32 bits with a sign."""

_ONE = 1 << FRACTION_BITS


class Matrix(Enum):
    """Which luma a colour has: the weights of red and blue, of three that add up to 1."""

    BT709 = (0.2126, 0.0722)
    """ITU-R BT.709-6, item 3.2."""
    BT601 = (0.299, 0.114)
    """ITU-R BT.601-7, section 2.5.1."""


class Range(Enum):
    """Which of the values 0 to 255 are used."""

    FULL = "full"
    """Luma 0 to 255, chroma 128 plus or minus 127.5 (H.264 equations E-5 to E-7)."""
    LIMITED = "limited"
    """Luma 16 to 235, chroma 16 to 240 (ITU-R BT.709-6, item 4.6; H.264 equations E-2 to E-4)."""


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Whole numbers to convert 8-bit R'G'B' with, each line for red, green and blue.

    ``Y' = (luma · rgb + (luma_offset << 16) + 0x8000) >> 16``, and so on with 128 for the chroma, of which full range
    must be limited to 255. Greys have no chroma: each line of it adds up to 0.
    """

    luma: tuple[int, int, int]
    cb: tuple[int, int, int]
    cr: tuple[int, int, int]
    luma_offset: int

    def named(self) -> dict[str, int]:
        """By the names that the programs of GPUs have for them."""
        lines = {"luma": self.luma, "cb": self.cb, "cr": self.cr}
        values = {
            f"{line}_{color}": value
            for line, of_colors in lines.items()
            for color, value in zip(("red", "green", "blue"), of_colors, strict=True)
        }
        return values | {"luma_offset": self.luma_offset}


@dataclass(frozen=True, slots=True)
class Ycbcr:
    """A way to encode R'G'B' as Y'CbCr with 8 bits."""

    matrix: Matrix = Matrix.BT709
    range: Range = Range.FULL

    @property
    def scales(self) -> tuple[int, int, int]:
        """The least luma, how much the most is above it, and from the least chroma to the most; of 255."""
        return (0, 255, 255) if self.range is Range.FULL else (16, 219, 224)

    @property
    def coefficients(self) -> Coefficients:
        """As whole numbers."""
        kr, kb = self.matrix.value
        offset, luma, chroma = self.scales
        white = round(_ONE * luma / 255)
        red, blue = round(white * kr), round(white * kb)
        half = _ONE * chroma / 255 / 2
        return Coefficients(
            luma=(red, white - red - blue, blue),
            cb=_neutral(round(-half * kr / (1 - kb)), round(half)),
            cr=_neutral(round(half), round(-half * kb / (1 - kr))),
            luma_offset=offset,
        )


def _neutral(red: int, blue: int) -> tuple[int, int, int]:
    return red, -red - blue, blue


BT709_FULL = Ycbcr()
"""What the encoders are given, and what the planes of a frame are in."""
