"""How far one picture is from another."""

from __future__ import annotations

import numpy as np

from ..frames import Pixels

__all__ = ["psnr"]


def psnr(a: Pixels, b: Pixels) -> float:
    """Peak signal-to-noise ratio of 8-bit pictures, over all their values, dB; infinite where they are equal."""
    error = float(np.mean((a.astype(np.float32) - b.astype(np.float32)) ** 2, dtype=np.float64))
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))
