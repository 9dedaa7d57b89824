"""The ICC profile of Display P3, which image files carry: without one they are taken as sRGB."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

__all__ = ["DISPLAY_P3_PROFILE"]

_PRIMARIES = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
_D65 = (0.3127, 0.3290)
"""Chromaticities x, y of red, green and blue and of the white point, SMPTE EG 432-1 and CSS Color 4 section 10.4."""

_D50 = (0.9642, 1.0, 0.8249)
"""X, Y, Z of the profile connection space, ICC.1:2010 section 7.2.16."""

_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
"""X, Y, Z to cone responses, ICC.1:2010 annex E.3."""

_TRANSFER = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
"""g, a, b, c and d of the sRGB transfer function (IEC 61966-2-1): (aX + b)**g from d on, cX below."""

_HEADER_BYTES = 128


def _xyz_of(x: float, y: float) -> NDArray[np.float64]:
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _adaptation() -> NDArray[np.float64]:
    """The Bradford matrix from D65 to D50."""
    gain = _BRADFORD @ np.array(_D50) / (_BRADFORD @ _xyz_of(*_D65))
    matrix: NDArray[np.float64] = np.linalg.inv(_BRADFORD) @ np.diag(gain) @ _BRADFORD
    return matrix


def _colorants() -> NDArray[np.float64]:
    """Columns: X, Y, Z of full red, green and blue, adapted to D50."""
    primaries = np.column_stack([_xyz_of(*primary) for primary in _PRIMARIES])
    amounts = np.linalg.solve(primaries, _xyz_of(*_D65))
    colorants: NDArray[np.float64] = _adaptation() @ (primaries * amounts)
    return colorants


def _fixed(*values: float) -> bytes:
    """Numbers of type s15Fixed16 (ICC.1:2010 section 4.6)."""
    return b"".join(struct.pack(">i", round(float(value) * 65536)) for value in values)


def _text(text: str) -> bytes:
    """A multiLocalizedUnicodeType in English (section 10.13)."""
    encoded = text.encode("utf-16-be")
    return b"mluc" + struct.pack(">IIIHHII", 0, 1, 12, *struct.unpack(">HH", b"enUS"), len(encoded), 28) + encoded


def _profile() -> bytes:
    """A three-component matrix-based display profile (ICC.1:2010 section 8.4.3)."""
    red, green, blue = (b"XYZ \0\0\0\0" + _fixed(*column) for column in _colorants().T)
    curve = b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + _fixed(*_TRANSFER)
    tags = {
        b"desc": _text("Display P3"),
        b"cprt": _text("No copyright, use freely"),
        b"wtpt": b"XYZ \0\0\0\0" + _fixed(*_D50),
        b"chad": b"sf32\0\0\0\0" + _fixed(*_adaptation().reshape(-1)),
        b"rXYZ": red,
        b"gXYZ": green,
        b"bXYZ": blue,
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, data = struct.pack(">I", len(tags)), b""
    begin = _HEADER_BYTES + 4 + 12 * len(tags)
    placed: dict[bytes, int] = {}
    for name, content in tags.items():
        if content not in placed:  # The three curves are one.
            placed[content] = begin + len(data)
            data += content + bytes(-len(content) % 4)
        table += name + struct.pack(">II", placed[content], len(content))
    return _header(begin + len(data)) + table + data


def _header(size: int) -> bytes:
    """Section 7.2, version 4.3; the identifier is left out, as it may be."""
    return (
        struct.pack(">I4sI", size, b"\0\0\0\0", 0x04300000)
        + b"mntrRGB XYZ "
        + struct.pack(">6H", 2024, 1, 1, 0, 0, 0)
        + b"acsp"
        + bytes(28)
        + _fixed(*_D50)
        + bytes(48)
    )


DISPLAY_P3_PROFILE = _profile()
"""The whole file, some 500 bytes."""
