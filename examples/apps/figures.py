"""The figures of the example apps."""

import os

os.environ.setdefault("RENDERCANVAS_BACKEND", "rfb")  # before fastplotlib is imported

import fastplotlib as fpl
import numpy as np


def make_waves():
    """Two lines, to pan and to zoom."""
    xs = np.linspace(0, 10 * np.pi, 2_000, dtype=np.float32)
    figure = fpl.Figure(size=(700, 350))
    figure[0, 0].add_line(np.column_stack([xs, 3 * np.sin(xs)]), thickness=4, colors="magenta", name="sine")
    figure[0, 0].add_line(np.column_stack([xs, 3 * np.cos(xs)]), thickness=4, colors="cyan")
    figure.show(maintain_aspect=False)
    return figure


def make_image():
    """An image with a little noise."""
    ys, xs = np.mgrid[0:200, 0:300]
    values = np.sin(xs / 20) * np.cos(ys / 15) + np.random.default_rng(0).normal(0, 0.1, xs.shape)
    figure = fpl.Figure(size=(700, 350))
    figure[0, 0].add_image(values.astype(np.float32), cmap="viridis")
    figure.show()
    return figure
