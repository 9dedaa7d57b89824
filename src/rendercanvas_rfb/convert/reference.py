"""What the conversions must come to within 1 of 255: in floating point, rounded once. For tests and measurements."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..frames import PixelFormat, Pixels
from .ycbcr import BT709_FULL, Ycbcr

__all__ = ["convert_exactly", "exact_planes"]

Values = NDArray[np.float64]


def exact_planes(rgb: Pixels, format: PixelFormat, encoding: Ycbcr = BT709_FULL) -> tuple[Values, Values, Values]:
    """Luma, Cb and Cr before they are rounded; the largest chroma in full range is 255.5.

    Args:
        rgb: uint8 array of shape (H, W, 3), R'G'B'.
        format: A planar one. Planes have even sides: the last column and row are repeated where they are odd. A sample
            of subsampled chroma is the mean of its four pixels.
        encoding: The matrix and the range.

    Returns:
        Three float64 arrays of shape (rows, columns).
    """
    height, width = rgb.shape[:2]
    padded = np.pad(rgb, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    red, green, blue = (padded[..., channel].astype(np.float64) / 255 for channel in range(3))
    kr, kb = encoding.matrix.value
    offset, luma_scale, chroma_scale = encoding.scales
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    chroma = [(blue - luma) / (2 * (1 - kb)), (red - luma) / (2 * (1 - kr))]
    if format is not PixelFormat.I444:
        chroma = [_mean_of_four(plane) for plane in chroma]
    cb, cr = (128 + chroma_scale * plane for plane in chroma)
    return offset + luma_scale * luma, cb, cr


def convert_exactly(rgb: Pixels, format: PixelFormat, encoding: Ycbcr = BT709_FULL) -> Pixels:
    """The planes rounded to the nearest value, halves up, in the layout of `PixelFormat`. Arguments as above."""
    luma, cb, cr = (_rounded(plane) for plane in exact_planes(rgb, format, encoding))
    chroma = np.stack([cb, cr], axis=-1 if format is PixelFormat.NV12 else 0)
    return np.concatenate([luma, chroma.reshape(-1, luma.shape[1])])


def _mean_of_four(plane: Values) -> Values:
    rows = (plane[::2] + plane[1::2]) / 2
    mean: Values = (rows[:, ::2] + rows[:, 1::2]) / 2
    return mean


def _rounded(plane: Values) -> Pixels:
    return np.clip(np.floor(plane + 0.5), 0, 255).astype(np.uint8)
