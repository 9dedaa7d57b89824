"""An image stack that plays: drops fall into water.

The slider goes to another moment, the histogram sets the contrast.
"""

from __future__ import annotations

import time
from typing import Any

import fastplotlib as fpl
import numpy as np

FRAMES = 150
HEIGHT, WIDTH = 270, 360
"""Pixels: a small camera. The simulation takes about 0.2 s."""

FRAMES_PER_S = 25.0
FRAMES_PER_DROP = 6
STEPS_PER_FRAME = 2
WARM_UP_FRAMES = 30
"""Frames that are computed and not kept, so that the movie does not begin with still water."""


def build(canvas: Any) -> Any:
    """An image widget that plays its stack, until somebody uses the slider."""
    widget = fpl.ImageWidget(
        _ripples(),
        names=["water"],
        cmap="gray",
        graphic_kwargs={"vmin": -0.3, "vmax": 0.3},
        figure_kwargs={"canvas": canvas},
    )
    widget.show()
    _Player(widget).start()
    return widget


class _Player:
    """Moves the widget's index with the clock, as long as nobody else does."""

    def __init__(self, widget: Any) -> None:
        self._widget = widget
        self._started = time.perf_counter()
        self._shown = 0

    def start(self) -> None:
        self._widget.figure.add_animations(self._step)

    def _step(self, figure: Any) -> None:
        if self._widget.current_index["t"] != self._shown:
            figure.remove_animation(self._step)
            return
        self._shown = int((time.perf_counter() - self._started) * FRAMES_PER_S) % FRAMES
        self._widget.current_index = {"t": self._shown}


def _ripples() -> Any:
    """Float32 array of shape (frames, height, width): the wave equation on a grid, with a drop now and then.

    Leapfrog steps with a squared Courant number of 0.4, under the limit of stability of 0.5 in two dimensions
    (Courant, Friedrichs and Lewy, 1928).
    """
    rng = np.random.default_rng(3)
    ys, xs = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    before = np.zeros((HEIGHT, WIDTH), np.float32)
    now = before.copy()
    movie = np.empty((FRAMES, HEIGHT, WIDTH), np.float32)
    for index in range(-WARM_UP_FRAMES, FRAMES):
        if index % FRAMES_PER_DROP == 0:
            y, x = rng.uniform(20, HEIGHT - 20), rng.uniform(20, WIDTH - 20)
            drop = np.exp(-((ys - y) ** 2 + (xs - x) ** 2) / 18.0)
            # Into both moments, so that the water is hit at rest.
            now, before = now - drop, before - drop
        for _ in range(STEPS_PER_FRAME):
            neighbors = np.roll(now, 1, 0) + np.roll(now, -1, 0) + np.roll(now, 1, 1) + np.roll(now, -1, 1)
            before, now = now, np.float32(0.998) * (2 * now - before + np.float32(0.4) * (neighbors - 4 * now))
        if index >= 0:
            movie[index] = now
    return movie
