"""What `Display.publish` costs the thread that calls it, and whether it allocates.

    python benchmarks/publish_cost.py [--frames 200] [--viewer] [--equal]

Publishes prepared pictures, each different from the one before, in the sizes and formats that it prints, copied and
borrowed, and prints the median and the 95th percentile of the time that the call took. A borrowed picture is waited for
before its array is used again; what that takes is printed apart. With ``--viewer`` a viewer in this process takes each
picture that is encoded (H.264 4:4:4), so that an encoder competes for the processors, as in use. With ``--equal``
each picture equals the one before, which is the longest comparison.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rendercanvas_rfb.display import Display
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.session.turns import Room

SIZES = {"720p": (1280, 720), "1080p": (1920, 1080), "4K": (3840, 2160)}
FORMATS = {"RGBA": 4, "RGB": 3}
TIER = Tier(PictureFormat.H264, Chroma.YUV444)
COPIES_OF_A_PICTURE = 3
"""Arrays that are published by turns, so that none lies in the processor's cache when its turn comes."""


@dataclass(eq=False)
class Viewer:
    """Takes whatever it is offered."""

    display: Display

    def post(self, function: Callable[[], None]) -> None:
        """Run it here and now, on the encode thread."""
        function()

    def offer(self, chunk: Any) -> None:
        """Want the next one."""
        self.display.pipeline.ready(self, Room(True))

    def tiers_changed(self) -> None:
        """Nothing to choose from."""


def main() -> None:
    """Measure, and print a line for each case."""
    options = arguments()
    print(f"{'size':6} {'format':6} {'':9} {'median':>8} {'p95':>8}   {'wait_encoded':>12}   buffers")
    for size, (width, height) in SIZES.items():
        for name, channels in FORMATS.items():
            for copy in (True, False):
                measure(
                    f"{size:6} {name:6} {'copied' if copy else 'borrowed':9}", (height, width, channels), copy, options
                )


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--viewer", action="store_true", help="have the pictures encoded meanwhile")
    parser.add_argument("--equal", action="store_true", help="publish equal pictures")
    return parser.parse_args()


def measure(label: str, shape: tuple[int, ...], copy: bool, options: argparse.Namespace) -> None:
    """Publish, and print what it cost."""
    display = Display("benchmark", tiers=(TIER,))
    if options.viewer:
        viewer = Viewer(display)
        display.pipeline.subscribe(viewer, TIER)
        display.pipeline.ready(viewer, Room(True))
    picture = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    arrays = [picture.copy() for _ in range(COPIES_OF_A_PICTURE)]
    publishing, waiting = [], []
    for number in range(options.frames):
        array = arrays[number % len(arrays)]
        if not options.equal:
            # In the middle: half of the picture is compared before the difference is found.
            array[shape[0] // 2] = number % 256
        start = time.perf_counter()
        display.publish(array, copy=copy)
        publishing.append(time.perf_counter() - start)
        start = time.perf_counter()
        if not copy:
            display.wait_encoded()
            waiting.append(time.perf_counter() - start)
    median, p95 = (1000 * np.quantile(publishing, share) for share in (0.5, 0.95))
    waited = f"{1000 * np.median(waiting):9.3f} ms" if waiting else ""
    print(f"{label} {median:5.3f} ms {p95:5.3f} ms   {waited:>12}   {display._publisher.buffers_allocated}", flush=True)
    display.close()


if __name__ == "__main__":
    main()
