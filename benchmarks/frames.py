"""Stored frames to measure with, so that rendering them costs nothing during a measurement."""

from __future__ import annotations

from rendercanvas_rfb.testing.scenes import (
    SCENES,
    heatmap_video,
    panned_line_plot,
    panned_scatter,
    rotating_mesh,
    to_and_fro,
)

__all__ = ["SCENES", "heatmap_video", "panned_line_plot", "panned_scatter", "rotating_mesh", "to_and_fro"]
