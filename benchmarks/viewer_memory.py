"""What a further viewer costs in memory.

    python benchmarks/viewer_memory.py [--viewers 20] [--size 1280x720]

Publishes stored frames of a panned fastplotlib line plot at 15 a second, first to one viewer, then to more, all in
another process, and compares the resident memory of this process, as the operating system counts it.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import time
from pathlib import Path

from frames import panned_line_plot

from rendercanvas_rfb.client import connect
from rendercanvas_rfb.errors import ConnectionClosed
from rendercanvas_rfb.hosting import host_display

FPS = 15


def main() -> None:
    """Measure, and print a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--size", default="1280x720")
    options = parser.parse_args()
    width, height = (int(side) for side in options.size.split("x"))
    pictures = panned_line_plot(30, width, height)
    display = host_display(port=0)
    first = watch(display, 1)
    publish(display, pictures, seconds=5)
    time.sleep(2)  # The picture stands still: the encoder of stills takes its memory, which is no viewer's.
    publish(display, pictures, seconds=5)
    with_one = resident_bytes()
    others = watch(display, options.viewers)
    publish(display, pictures, seconds=10)
    with_all = resident_bytes()
    display.close()
    for process in (first, others):
        process.join()
    each = (with_all - with_one) / options.viewers
    print(f"resident with 1 viewer {with_one / 1e6:.1f} MB, with {options.viewers + 1} {with_all / 1e6:.1f} MB")
    print(f"memory per further viewer: {each / 1e3:.0f} kB")


def publish(display, pictures, seconds: float) -> None:
    """Publish at a fixed rate for so long."""
    for number in range(int(seconds * FPS)):
        display.publish(pictures[number % len(pictures)].copy())
        time.sleep(1 / FPS)


def watch(display, count: int):
    """Start a process with so many viewers, and wait until they are there."""
    before = display.state["viewers"]
    process = multiprocessing.get_context("spawn").Process(target=view, args=(display.url, count))
    process.start()
    while display.state["viewers"] < before + count:
        time.sleep(0.05)
    return process


def view(url: str, count: int) -> None:
    """Watch with so many viewers until the display is closed."""

    async def one() -> None:
        try:
            async with connect(url) as client:
                while True:
                    await client.next_chunk()
        except ConnectionClosed:
            return

    async def all_of_them() -> None:
        await asyncio.gather(*(one() for _ in range(count)))

    asyncio.run(all_of_them())


def resident_bytes() -> int:
    """Resident set size of this process (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
