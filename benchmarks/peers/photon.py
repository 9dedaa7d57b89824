"""Input to photon: the pages of all systems in the same Chromium, pressed and read back in the same way."""

from __future__ import annotations

import asyncio

import numpy as np
from processes import Program

from rendercanvas_rfb.cli.bench_latency import chromium_path, opened_page, press

SIZE = (1280, 720)
PICTURE_S = 30

ELEMENTS = {
    "ours": "document.querySelector('rfb-view').shadowRoot.querySelector('canvas')",
    "http": "document.querySelector('#canvas img')",
    "pdum": "document.querySelector('#view canvas')",
}
"""What shows the picture."""

RESIZE_HTTP = """
(() => { const style = document.getElementById('canvas').style; style.width = '%dpx'; style.height = '%dpx'; })()
"""

WIDTH_OF_PICTURE = """
new Promise((done) => { (function look() {
  const shown = (() => { try { return %s } catch { return null } })();
  const width = shown && (shown.naturalWidth ?? shown.width);
  width === %d ? done() : setTimeout(look, 50);
})(); })
"""


def input_to_photon(system: str, trials: int, tuned: bool) -> dict[str, float]:
    """Milliseconds from a pointer event to the changed pixel on the page.

    Raises:
        RuntimeError: There is no Chromium.
    """
    return asyncio.run(_measure(system, trials, tuned))


async def _measure(system: str, trials: int, tuned: bool) -> dict[str, float]:
    chromium = chromium_path()
    if chromium is None:
        raise RuntimeError("input to photon needs Chromium on PATH")
    with Program("blinkers.py", system, *SIZE, *(["tuned"] if tuned else [])) as program:
        url = program.line()
        async with opened_page(chromium, url, SIZE) as page:
            async with asyncio.timeout(PICTURE_S):
                if system == "http":
                    await page.evaluate("new Promise((done) => setTimeout(done, 500))")
                    await page.evaluate(RESIZE_HTTP % SIZE)
                await page.evaluate(WIDTH_OF_PICTURE % (ELEMENTS[system], SIZE[0]))
            times = await press(page, ELEMENTS[system], SIZE, trials)
    answered = [time for time in times if time < np.inf]
    return {
        "median ms": float(np.median(answered)),
        "p95 ms": float(np.quantile(answered, 0.95)),
        "unanswered %": 100 * (len(times) - len(answered)) / len(times),
    }
