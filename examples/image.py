"""An image with fastplotlib, that changes with time. Scroll to zoom in until you see single pixels.

Run it with:

    rendercanvas-rfb run examples/image.py
"""

import time

import fastplotlib as fpl
import numpy as np

ys, xs = np.mgrid[-1:1:256j, -1:1:256j]


def interference(seconds):
    """Waves from two sources: float32 array of shape (256, 256), from -1 to 1."""
    left, right = np.hypot(xs + 0.5, ys), np.hypot(xs - 0.5, ys)
    return (0.5 * np.sin(40 * left - 5 * seconds) + 0.5 * np.sin(40 * right - 5 * seconds)).astype(np.float32)


figure = fpl.Figure(size=(700, 700))
image = figure[0, 0].add_image(interference(0), vmin=-1, vmax=1, cmap="viridis")


def animate():
    image.data = interference(time.perf_counter())


figure.add_animations(animate)
figure.show()

fpl.loop.run()
