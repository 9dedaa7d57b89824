"""The test patterns that ``rendercanvas-rfb serve --pattern`` shows: a stream for which no program is needed."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

from ..display import Display
from ..frames import Pixels
from ..testing.patterns import color_blocks, heatmap, line_plot, noise

__all__ = ["PATTERNS", "publish_pattern"]

PIXELS_PER_FRAME = 2
"""How far a pattern that moves does so with each picture."""

PATTERNS: dict[str, Callable[[int, int, int], Pixels]] = {
    "plot": lambda width, height, number: line_plot(width, height, number * PIXELS_PER_FRAME),
    "heatmap": lambda width, height, number: heatmap(width, height, number * PIXELS_PER_FRAME, number),
    "noise": noise,
    "blocks": lambda width, height, _number: color_blocks(width, height),
}
"""What each of them shows, by width, height and number of the picture: a panned plot, a heat map that changes in every
pixel, what compresses worst, and the saturated colours, standing still."""


def publish_pattern(display: Display, name: str, width: int, height: int, fps: float) -> None:
    """Publish the pattern until the display is closed."""
    draw = PATTERNS[name]
    due = time.monotonic()
    for number in itertools.count():
        if display.closed:
            return
        if display.watched:
            display.publish(draw(width, height, number), copy=False)
        # A machine that cannot keep up shows fewer pictures, and does not try to make up for them.
        due = max(due + 1.0 / fps, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))
