"""Lines that move: eight recorded channels scroll by, and a travelling wave. Drag to pan, scroll to zoom."""

from __future__ import annotations

import time
from typing import Any

import fastplotlib as fpl
import numpy as np

CHANNELS = 8
SAMPLES = 1_000
SAMPLES_PER_S = 250.0
"""What an electroencephalograph records; the window shows the last four seconds."""


def build(canvas: Any) -> Any:
    """A stack of noisy channels above, and a sum of two waves below; both follow the clock."""
    figure = fpl.Figure(shape=(2, 1), canvas=canvas, names=["channels", "wave"])
    recording = _recording()
    channels = figure["channels"].add_line_stack(
        [_over_time(channel[:SAMPLES]) for channel in recording],
        separation=(0.0, 1.0, 0.0),
        thickness=1.5,
        cmap="tab10",
    )
    xs = np.linspace(0, 8 * np.pi, SAMPLES, dtype=np.float32)
    wave = figure["wave"].add_line(np.column_stack([xs, _wave(xs, 0.0)]), thickness=3.0, cmap="viridis")
    started = time.perf_counter()

    def animate() -> None:
        elapsed = time.perf_counter() - started
        first = int(elapsed * SAMPLES_PER_S) % (recording.shape[1] - SAMPLES)
        for line, channel in zip(channels.graphics, recording, strict=True):
            line.data[:, 1] = channel[first : first + SAMPLES]
        wave.data[:, 1] = _wave(xs, elapsed)

    figure.add_animations(animate)
    figure.show(maintain_aspect=False)
    for subplot in figure:
        subplot.auto_scale(maintain_aspect=False, zoom=0.95)
    return figure


def _recording() -> Any:
    """Float32 array of shape (channels, samples): rhythms of 8 to 12 Hz that come and go, and noise."""
    rng = np.random.default_rng(1)
    seconds = np.arange(20 * SAMPLES) / SAMPLES_PER_S
    rhythms = [
        np.sin(2 * np.pi * rng.uniform(8, 12) * seconds) * np.sin(2 * np.pi * rng.uniform(0.1, 0.3) * seconds) ** 2
        for _ in range(CHANNELS)
    ]
    return (np.array(rhythms) * 1.5 + rng.normal(0, 0.25, (CHANNELS, len(seconds)))).astype(np.float32)


def _over_time(samples: Any) -> Any:
    seconds = np.arange(len(samples), dtype=np.float32) / SAMPLES_PER_S
    return np.column_stack([seconds, samples])


def _wave(xs: Any, seconds: float) -> Any:
    return np.sin(xs - 2.0 * seconds) + 0.5 * np.sin(2.3 * xs + 3.0 * seconds)
