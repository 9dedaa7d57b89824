"""Stored frames to measure with, so that rendering them costs nothing during a measurement."""

from __future__ import annotations

import os

import numpy as np

os.environ.setdefault("RENDERCANVAS_BACKEND", "offscreen")


def panned_line_plot(count: int, width: int, height: int) -> list[np.ndarray]:
    """A fastplotlib line plot with axes that is dragged to the side by three pixels a frame.

    Returns:
        ``count`` arrays of shape (height, width, 4), uint8.
    """
    import fastplotlib as fpl

    figure = fpl.Figure(canvas="offscreen", size=(width, height))
    x = np.linspace(0, 20 * np.pi, 4000, dtype=np.float32)
    colors = ["magenta", "cyan", "yellow", "lime", "orange"]
    for number, color in enumerate(colors):
        y = (4 * np.sin(x + number) + 6 * number).astype(np.float32)
        figure[0, 0].add_line(np.column_stack([x, y]), colors=color, thickness=2)
    figure.show(maintain_aspect=False)
    camera = figure[0, 0].camera
    step = 3 * camera.width / width
    frames = []
    for _ in range(count):
        camera.local.x += step
        frames.append(np.array(figure.canvas.draw()))
    return frames
