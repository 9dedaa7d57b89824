"""What a streamed frame costs: CPU of the server process, and bytes on the socket.

    python benchmarks/stream_cost.py [--frames 300] [--fps 30] [--size 1280x720] [--viewers 1]

Publishes stored frames of a panned fastplotlib line plot at a fixed rate to viewers in another process, which decode
nothing. The CPU time is that of this whole process, as the operating system counts it; what it takes to publish without
a viewer (that is, to compare the frames) is printed apart. The decoded quality is measured afterwards, by a viewer that
decodes, on the same frames.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import multiprocessing
import time

import numpy as np
from frames import panned_line_plot

from rendercanvas_rfb.client import connect
from rendercanvas_rfb.errors import ConnectionClosed
from rendercanvas_rfb.hosting import host_display


def main() -> None:
    """Measure, and print a line for each number."""
    options = arguments()
    width, height = (int(side) for side in options.size.split("x"))
    print(f"rendering 60 frames of {options.size} ...", flush=True)
    pictures = panned_line_plot(60, width, height)
    idle = cpu_per_frame(host_display(port=0), pictures, options)
    display = host_display(port=0)
    context = multiprocessing.get_context("spawn")
    counts = context.Queue()
    viewers = [context.Process(target=view, args=(display.url, counts)) for _ in range(options.viewers)]
    for viewer in viewers:
        viewer.start()
    while display.state["viewers"] < options.viewers:
        time.sleep(0.05)
    publish(display, pictures, 30, options.fps)  # The first frames are not measured: a keyframe, caches, the window.
    streamed = cpu_per_frame(display, pictures, options)
    display.close()
    received = [counts.get(timeout=30) for _ in viewers]
    for viewer in viewers:
        viewer.join()
    sizes = np.concatenate([[size for size, keyframe in chunks if not keyframe] for chunks in received])
    print(f"frames received of {options.frames + 30} published, each viewer: {[len(chunks) for chunks in received]}")
    print(f"server CPU per frame: {1000 * streamed:.2f} ms, of which comparing and publishing {1000 * idle:.2f} ms")
    median, p95 = np.quantile(sizes, [0.5, 0.95])
    print(f"bytes per frame: median {median:.0f}, mean {sizes.mean():.0f}, p95 {p95:.0f}")
    print(f"RGB PSNR: {asyncio.run(quality(pictures)):.1f} dB")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--fps", type=float, default=30)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--viewers", type=int, default=1)
    return parser.parse_args()


def publish(display, pictures, count: int, fps: float) -> None:
    """Publish ``count`` frames, there and back through the stored ones, at ``fps``."""
    there_and_back = [*pictures, *pictures[-2:0:-1]]
    start = time.perf_counter()
    for number in range(count):
        time.sleep(max(0.0, start + number / fps - time.perf_counter()))
        # A frame is given away when it is published: the stored one is copied, as a renderer would make a new one.
        display.present(there_and_back[number % len(there_and_back)].copy())


def cpu_per_frame(display, pictures, options) -> float:
    """CPU seconds of this process for each frame, without what the copy costs."""
    start = time.process_time()
    for number in range(options.frames):
        pictures[number % len(pictures)].copy()
    copying = time.process_time() - start
    start = time.process_time()
    publish(display, pictures, options.frames, options.fps)
    return (time.process_time() - start - copying) / options.frames


def view(url: str, counts) -> None:
    """Watch until the display is closed, and report the size of each chunk and whether it is a keyframe."""
    counts.put(asyncio.run(_receive(url)))


async def _receive(url: str) -> list[tuple[int, bool]]:
    chunks = []
    try:
        async with connect(url) as client:
            while True:
                header, payload = await client.next_chunk()
                chunks.append((len(payload) + 32, header.keyframe))
    except ConnectionClosed:
        return chunks


async def quality(pictures) -> float:
    """PSNR of the decoded pictures as RGB, over the squared error of all of them, dB; infinite where all are exact."""
    display = host_display(port=0)
    errors = []
    async with connect(display.url) as client:
        for pixels in pictures:
            frame = display.present(pixels.copy())
            picture = await client.next_picture()
            assert picture.header.frame == frame.version
            errors.append(np.mean((picture.pixels.astype(float) - pixels[..., :3]) ** 2))
    display.close()
    error = float(np.mean(errors))
    return 10 * math.log10(255**2 / error) if error else math.inf


if __name__ == "__main__":
    main()
