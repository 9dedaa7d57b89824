"""The time from a pointer event in a page to the changed pixel on that page.

    python benchmarks/input_to_photon.py [--trials 100] [--size 1280x720] [--max-fps 60]

Runs a canvas in this process and a real Chromium beside it, on loopback. Each trial presses the pointer at a random
moment while the canvas is idle; the canvas draws another colour in answer. The clock starts when the page's own
listener gets the event, and stops when the page reads the new colour back from its canvas element, which it does in
each animation frame.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil

import numpy as np
from playwright.async_api import async_playwright

from rendercanvas_rfb.rfb import RfbRenderCanvas

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"]

PROBE = """
(() => {
  const source = document.querySelector('rfb-view').shadowRoot.querySelector('canvas');
  const copy = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const read = () => {
    copy.drawImage(source, 8, 8, 1, 1, 0, 0, 1, 1);
    return copy.getImageData(0, 0, 1, 1).data[0];
  };
  let pressed = null;
  source.addEventListener('pointerdown', () => { pressed = performance.now(); }, {capture: true});
  window.trial = () => new Promise((done) => {
    const before = read();
    pressed = null;
    const look = () => {
      if (pressed !== null && Math.abs(read() - before) > 60) done(performance.now() - pressed);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
})()
"""


class Blinker:
    """A canvas that changes its colour when it is pressed."""

    def __init__(self, width: int, height: int, max_fps: float) -> None:
        self.canvas = RfbRenderCanvas(port=0, size=(width, height), max_fps=max_fps)
        self._bright = False
        self._context = self.canvas.get_bitmap_context()
        self.canvas.add_event_handler(self._pressed, "pointer_down")
        self.canvas.request_draw(self._draw)

    def _pressed(self, _event: dict) -> None:
        self._bright = not self._bright
        self.canvas.request_draw()

    def _draw(self) -> None:
        width, height = self.canvas.get_physical_size()
        self._context.set_bitmap(np.full((height, width, 4), 220 if self._bright else 20, np.uint8))


async def main() -> None:
    """Measure, and print median and 95th percentile."""
    options = arguments()
    width, height = (int(side) for side in options.size.split("x"))
    blinker = Blinker(width, height, options.max_fps)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = await browser.new_page(viewport={"width": width, "height": height})
        await page.goto(blinker.canvas.url)
        # The page's content security policy does not let the browser's driver wait inside of it.
        while await page.evaluate("document.querySelector('rfb-view')?.view?.frame?.width") != width:
            await asyncio.sleep(0.05)
        await page.evaluate(PROBE)
        await page.mouse.move(width / 2, height / 2)
        times = [await trial(page) for _ in range(options.trials + 5)][5:]  # The first few warm everything up.
        video = await page.evaluate("document.querySelector('rfb-view').view.stats.codec")
        await browser.close()
    blinker.canvas.close()
    print(f"{options.trials} trials at {options.size}, max_fps {options.max_fps:g}, {video}")
    print(f"pointer event to changed pixel: median {np.median(times):.1f} ms, p95 {np.quantile(times, 0.95):.1f} ms")


async def trial(page) -> float:
    """One press, milliseconds."""
    await asyncio.sleep(random.uniform(0.1, 0.2))
    changed = asyncio.ensure_future(page.evaluate("window.trial()"))
    await asyncio.sleep(0.02)
    await page.mouse.down()
    milliseconds: float = await asyncio.wait_for(changed, 10)
    await page.mouse.up()
    return milliseconds


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--max-fps", type=float, default=60)
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
