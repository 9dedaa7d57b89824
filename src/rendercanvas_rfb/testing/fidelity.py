"""How far one picture is from another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..convert.fidelity import psnr
from ..frames import Pixels

__all__ = ["psnr", "ssim"]

_WINDOW = 8
_STRIDE = 4
"""Windows of 8 by 8 pixels, every 4 pixels, as x264 and FFmpeg have them."""

_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
"""The constants of Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural
similarity", 2004, equations 6 to 13, for values of 8 bits."""


def ssim(a: Pixels, b: Pixels) -> float:
    """Structural similarity of 8-bit pictures, the mean over windows and channels: 1 where they are equal.

    Args:
        a: uint8 of shape (height, width, channels).
        b: Of the same shape.

    Raises:
        ValueError: The shapes differ, or the pictures have fewer than 8 rows or columns.
    """
    if a.shape != b.shape or min(a.shape[:2]) < _WINDOW:
        raise ValueError(f"two pictures of one shape, of 8x8 pixels or more, are compared, not {a.shape} and {b.shape}")
    x, y = a.astype(np.float32), b.astype(np.float32)
    mean_x, mean_y = _window_means(x), _window_means(y)
    variance_x = _window_means(x * x) - mean_x**2
    variance_y = _window_means(y * y) - mean_y**2
    covariance = _window_means(x * y) - mean_x * mean_y
    luminance = (2 * mean_x * mean_y + _C1) / (mean_x**2 + mean_y**2 + _C1)
    structure = (2 * covariance + _C2) / (variance_x + variance_y + _C2)
    return float(np.mean(luminance * structure, dtype=np.float64))


def _window_means(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Of shape (rows of windows, columns of windows, channels). Rows and columns that fill no stride are left out."""
    rows, columns = values.shape[0] // _STRIDE, values.shape[1] // _STRIDE
    tiles = values[: rows * _STRIDE, : columns * _STRIDE].reshape(rows, _STRIDE, columns, _STRIDE, -1)
    sums = tiles.sum(axis=(1, 3), dtype=np.float64)
    means: NDArray[np.float64] = (sums[:-1, :-1] + sums[1:, :-1] + sums[:-1, 1:] + sums[1:, 1:]) / _WINDOW**2
    return means
