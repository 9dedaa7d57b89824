"""The time from a pointer event in a page to the changed pixel on that page, in a real Chromium on loopback.

    python benchmarks/input_to_photon.py [--trials 100] [--size 1280x720] [--max-fps 60]

The same as ``rendercanvas-rfb bench --latency``, for other frame rates and more trials.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from rendercanvas_rfb.cli.bench_latency import chromium_path, latency_line, measure_latency


def main() -> int:
    """Measure, and print a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--max-fps", type=float, default=60)
    options = parser.parse_args()
    chromium = chromium_path()
    if chromium is None:
        print("there is no Chromium on PATH, nor in CHROMIUM", file=sys.stderr)
        return 1
    width, height = (int(side) for side in options.size.split("x"))
    result = asyncio.run(measure_latency(chromium, (width, height), options.trials, options.max_fps))
    print(latency_line(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
