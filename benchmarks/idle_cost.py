"""What a canvas costs while nothing happens: CPU of the process, in per cent of one core.

    python benchmarks/idle_cost.py [--seconds 10]

Runs a canvas that asks for draws for ever, as fastplotlib does, without a viewer, with a viewer whose tab is hidden,
and with one that looks at a picture that does not change. The draw itself costs nothing here.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import time

import numpy as np

from rendercanvas_rfb.client import connect, view_of
from rendercanvas_rfb.rfb import RfbRenderCanvas


async def main() -> None:
    """Measure, and print a line for each case."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10)
    seconds = parser.parse_args().seconds
    canvas = RfbRenderCanvas(port=0, size=(1280, 720))
    context = canvas.get_bitmap_context()
    pixels = np.zeros((720, 1280, 4), np.uint8)

    def draw() -> None:
        context.set_bitmap(pixels)
        canvas.request_draw()

    canvas.request_draw(draw)
    await asyncio.sleep(1)
    print(f"without a viewer: {await percent(seconds):.1f} % CPU")
    for visible, name in [(False, "hidden viewer"), (True, "viewer of a still picture")]:
        viewer = multiprocessing.get_context("spawn").Process(target=watch, args=(canvas.url, visible), daemon=True)
        viewer.start()
        while canvas._display.state["viewers"] == 0:
            await asyncio.sleep(0.1)
        await asyncio.sleep(2)
        print(f"{name}: {await percent(seconds):.1f} % CPU")
        viewer.terminate()
        viewer.join()
        while canvas._display.state["viewers"] != 0:
            await asyncio.sleep(0.1)
    canvas.close()


async def percent(seconds: float) -> float:
    """CPU time of this process over the next ``seconds``, per cent of one core."""
    start = time.process_time()
    await asyncio.sleep(seconds)
    return 100 * (time.process_time() - start) / seconds


def watch(url: str, visible: bool) -> None:
    """View the canvas until the process is ended."""

    async def view() -> None:
        async with connect(url, view=view_of(1280, 720, visible=visible)) as client:
            while True:
                await client.next_chunk()

    asyncio.run(view())


if __name__ == "__main__":
    asyncio.run(main())
