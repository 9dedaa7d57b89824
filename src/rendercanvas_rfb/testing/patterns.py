"""Synthetic pictures for tests and benchmarks.

Each function returns a new uint8 RGBA array of shape (height, width, 4), opaque, the same for the same arguments.
Sizes are in pixels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..frames import Pixels

__all__ = ["BLOCK_COLORS", "color_blocks", "heatmap", "line_plot", "noise"]

BLOCK_COLORS: tuple[tuple[int, int, int], ...] = (
    (255, 0, 0),
    (0, 255, 0),
    (0, 0, 255),
    (255, 255, 0),
    (0, 255, 255),
    (255, 0, 255),
    (255, 255, 255),
    (0, 0, 0),
)
"""The saturated corners of the RGB cube: where a wrong matrix or range errs most."""


def color_blocks(width: int, height: int) -> Pixels:
    """`BLOCK_COLORS` in two rows of four blocks that divide the picture evenly; small pictures have fewer of them."""
    colors = np.array(BLOCK_COLORS, np.uint8).reshape(2, 4, 3)
    rows = np.arange(height) * 2 // height
    columns = np.arange(width) * 4 // width
    return _opaque(colors[rows[:, None], columns[None, :]])


_LINE_COLORS = ((255, 0, 0), (0, 0, 255), (0, 160, 0), (255, 0, 255), (0, 170, 200), (255, 140, 0))
_LINE_WIDTH = 1.5  # pixels, as plots are drawn
_GRID_STEP = 80  # pixels
_GLYPH = (7, 5)  # rows and columns of pixels, as in small bitmap fonts
_GLYPHS_PER_LABEL = 6


def line_plot(width: int, height: int, shift: float = 0.0) -> Pixels:
    """A plot of six anti-aliased thin saturated curves on white, with a grid and labels of text-like detail.

    ``shift`` is how far it is panned to the left, pixels; fractions move the anti-aliasing.
    """
    picture = np.full((height, width, 3), 255.0, np.float32)
    x = np.arange(width, dtype=np.float32) + np.float32(shift)
    grid = np.clip(1.0 - np.abs((x + _GRID_STEP / 2) % _GRID_STEP - _GRID_STEP / 2), 0.0, 1.0)
    picture -= 40.0 * grid[None, :, None]
    picture[_GRID_STEP // 2 :: _GRID_STEP] -= 40.0
    for index, color in enumerate(_LINE_COLORS):
        _draw_curve(picture, x, index, color)
    _draw_labels(picture, shift)
    return _opaque(np.clip(np.rint(picture), 0, 255).astype(np.uint8))


def noise(width: int, height: int, seed: int = 0) -> Pixels:
    """Independent uniform values in each colour channel: what compresses worst."""
    return _opaque(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))


def heatmap(width: int, height: int, shift: float = 0.0, seed: int = 0) -> Pixels:
    """Smooth waves in colour with a little noise, as an image plot of measured data.

    ``shift`` is how far the waves have moved to the left, pixels.
    """
    y, x = np.mgrid[0:height, 0:width]
    wave = 0.5 + 0.5 * np.sin((x + shift) / 90.0) * np.cos(y / 70.0)
    ramp = np.broadcast_to(x / max(width - 1, 1), wave.shape)
    smooth = np.stack([wave, ramp, 1.0 - wave], axis=-1) * 235.0
    return _opaque((smooth + np.random.default_rng(seed).uniform(0.0, 20.0, smooth.shape)).astype(np.uint8))


def _opaque(rgb: NDArray[np.uint8]) -> Pixels:
    pixels = np.full((*rgb.shape[:2], 4), 255, np.uint8)
    pixels[..., :3] = rgb
    return pixels


def _draw_curve(picture: NDArray[np.float32], x: NDArray[np.float32], index: int, color: tuple[int, int, int]) -> None:
    """Blend a curve in. Coverage falls linearly with the distance from the curve, measured across its slope."""
    height = picture.shape[0]
    phase, frequency = np.float32(index), np.float32(0.010 + 0.004 * index)
    amplitude = np.float32(0.38 * height)
    center = 0.5 * height + amplitude * np.sin(frequency * x + phase) * np.cos(np.float32(0.003) * x)
    slope = np.gradient(center) if center.size > 1 else np.zeros_like(center)
    rows = np.arange(height, dtype=np.float32)[:, None]
    distance = np.abs(rows - center) / np.sqrt(1 + slope * slope)
    covered = np.nonzero(distance < _LINE_WIDTH / 2 + 0.5)
    coverage = np.minimum(_LINE_WIDTH / 2 + 0.5 - distance[covered], 1.0)[:, None]
    picture[covered] += coverage * (np.array(color, np.float32) - picture[covered])


def _draw_labels(picture: NDArray[np.float32], shift: float) -> None:
    """Draw a word of random glyphs at each grid line, near the bottom. It moves by whole pixels, as text does."""
    height, width = picture.shape[:2]
    rows, columns = _GLYPH
    if height < 3 * rows:
        return
    top = height - 2 * rows
    first = int(np.floor(shift / _GRID_STEP))
    for number in range(first, first + width // _GRID_STEP + 2):
        glyphs = np.random.default_rng(abs(number)).random((rows, _GLYPHS_PER_LABEL * (columns + 1))) < 0.5
        glyphs[:, columns :: columns + 1] = False
        left = round(number * _GRID_STEP - shift)
        begin, end = max(left, 0), min(left + glyphs.shape[1], width)
        if begin < end:
            picture[top : top + rows, begin:end][glyphs[:, begin - left : end - left]] = 0.0
