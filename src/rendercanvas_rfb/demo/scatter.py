"""A million points: stars of a spiral galaxy, colored by their distance. Drag to pan, scroll to zoom."""

from __future__ import annotations

from typing import Any

import fastplotlib as fpl
import numpy as np

POINTS = 1_000_000
ARMS = 4


def build(canvas: Any) -> Any:
    """The galaxy, as one graphic."""
    positions, radii = _galaxy()
    figure = fpl.Figure(canvas=canvas, names=["galaxy"])
    figure["galaxy"].add_scatter(positions, mode="simple", sizes=1.0, cmap="magma_r", cmap_transform=radii, alpha=0.6)
    figure.show()
    return figure


def _galaxy() -> tuple[Any, Any]:
    """Positions, float32 of shape (points, 2), along logarithmic spirals, and their distances from the center."""
    rng = np.random.default_rng(2)
    # From an exponential distribution, as in the disk of a galaxy, cut off at three scale lengths.
    radii = 0.02 - 0.35 * np.log1p(-rng.uniform(0, 1 - np.exp(-3), POINTS))
    arms = rng.integers(0, ARMS, POINTS) * (2 * np.pi / ARMS)
    angles = arms + 2.2 * np.log(radii) + rng.normal(0, 0.22, POINTS)
    positions = np.column_stack([radii * np.cos(angles), radii * np.sin(angles)])
    return (positions + rng.normal(0, 0.012, positions.shape)).astype(np.float32), radii.astype(np.float32)
