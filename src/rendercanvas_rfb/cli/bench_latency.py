"""The time from a pointer event in a page to the changed pixel on that page, in a real Chromium."""

from __future__ import annotations

import asyncio
import json
import math
import os
import random
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import websockets

from ..errors import ConfigurationError

__all__ = ["LatencyResult", "chromium_path", "latency_line", "measure_latency", "opened_page"]

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--headless=new",
    "--remote-debugging-port=0",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-gpu",
    "--mute-audio",
)
START_S = 60
"""For the browser to start, and for a page to show its first picture, at most."""
TRIAL_S = 5
WARM_UP_TRIALS = 5

PROBE = """
(() => {
  const source = %s;
  const copy = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const read = () => {
    const width = source.naturalWidth ?? source.width, height = source.naturalHeight ?? source.height;
    copy.drawImage(source, Math.floor(width / 2), Math.floor(height / 2), 1, 1, 0, 0, 1, 1);
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
"""The clock starts when the page's own listener gets the event, and stops when the page reads the new colour back from
the element that shows the picture, which it does in each animation frame."""

ELEMENT = "document.querySelector('rfb-view').shadowRoot.querySelector('canvas')"
SHOWN = "new Promise((done) => { (function look() { %s === %d ? done() : setTimeout(look, 50); })(); })"
FRAME_WIDTH = "document.querySelector('rfb-view')?.view?.frame?.width"


@dataclass(frozen=True, slots=True)
class LatencyResult:
    """Milliseconds from a pointer event to the changed pixel.

    Attributes:
        trials: How many times it was measured.
        median_ms: Median.
        p95_ms: 95th percentile.
        codec: What the picture was encoded in.
    """

    trials: int
    median_ms: float
    p95_ms: float
    codec: str


def chromium_path() -> str | None:
    """The Chromium that ``CHROMIUM`` names, or the first on PATH; None where there is none."""
    names = (os.environ.get("CHROMIUM", ""), *CHROMIUM_NAMES)
    return next((path for name in names if name and (path := shutil.which(name))), None)


async def measure_latency(chromium: str, size: tuple[int, int], trials: int, max_fps: float = 60) -> LatencyResult:
    """Run a canvas here and a browser beside it, on loopback, and press the pointer at random moments.

    Raises:
        TimeoutError: The browser did not come, or a picture.
    """
    width, height = size
    blinker = Blinker(width, height, max_fps)
    try:
        async with opened_page(chromium, blinker.canvas.url, size) as page:
            async with asyncio.timeout(START_S):
                await page.evaluate(SHOWN % (FRAME_WIDTH, width))
            times = await press(page, ELEMENT, size, trials)
            if math.inf in times:
                raise TimeoutError
            codec = await page.evaluate("document.querySelector('rfb-view').view.stats.codec")
    finally:
        blinker.canvas.close()
    return LatencyResult(trials, float(np.median(times)), float(np.quantile(times, 0.95)), str(codec))


async def press(page: Page, element: str, size: tuple[int, int], trials: int) -> list[float]:
    """Press the pointer in the middle of a page so often; milliseconds until the pixel has changed, each time.

    Infinite where it has not within `TRIAL_S`.
    """
    await page.evaluate(PROBE % element)
    at = {"x": size[0] / 2, "y": size[1] / 2, "button": "left", "clickCount": 1}
    await page.call("Input.dispatchMouseEvent", type="mouseMoved", x=at["x"], y=at["y"])
    times = []
    for _ in range(trials + WARM_UP_TRIALS):
        await asyncio.sleep(random.uniform(0.1, 0.2))
        changed = asyncio.ensure_future(page.evaluate("window.trial()"))
        await asyncio.sleep(0.02)
        await page.call("Input.dispatchMouseEvent", type="mousePressed", buttons=1, **at)
        try:
            times.append(float(await asyncio.wait_for(changed, TRIAL_S)))
        except TimeoutError:
            times.append(math.inf)
        await page.call("Input.dispatchMouseEvent", type="mouseReleased", buttons=0, **at)
    return times[WARM_UP_TRIALS:]


def latency_line(result: LatencyResult) -> str:
    """The result for people."""
    return (
        f"pointer event to changed pixel, {result.trials} trials, {result.codec}:"
        f" median {result.median_ms:.1f} ms, p95 {result.p95_ms:.1f} ms"
    )


class Blinker:
    """A canvas that changes its colour when it is pressed, and draws nothing else."""

    def __init__(self, width: int, height: int, max_fps: float) -> None:
        from ..rfb import RfbRenderCanvas  # Here, because a canvas makes its loop that of the process.

        self.canvas = RfbRenderCanvas(port=0, size=(width, height), max_fps=max_fps)
        self._bright = False
        self._context = self.canvas.get_bitmap_context()
        self.canvas.add_event_handler(self._pressed, "pointer_down")
        self.canvas.request_draw(self._draw)

    def _pressed(self, _event: dict[str, Any]) -> None:
        self._bright = not self._bright
        self.canvas.request_draw()

    def _draw(self) -> None:
        width, height = self.canvas.get_physical_size()
        self._context.set_bitmap(np.full((height, width, 4), 220 if self._bright else 20, np.uint8))


class Page:
    """A page of a browser, driven by Chromium's DevTools protocol."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._session = ""
        self._loaded = asyncio.Event()
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._last = 0

    async def open(self, url: str, size: tuple[int, int]) -> None:
        """Make a page of that size, and wait until it has loaded the address.

        Raises:
            ConfigurationError: The browser refused.
        """
        target = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
        await self.call("Emulation.setDeviceMetricsOverride", **metrics)
        await self.call("Page.enable")
        self._loaded.clear()
        await self.call("Page.navigate", url=url)
        await self._loaded.wait()

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol.

        Raises:
            ConfigurationError: The browser refused it.
        """
        self._last += 1
        answer = self._answers[self._last] = asyncio.get_running_loop().create_future()
        message = {"id": self._last, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        await self._socket.send(json.dumps(message))
        result = await answer
        if "error" in result:
            raise ConfigurationError(f"the browser refused {method}: {result['error'].get('message')}")
        return dict(result["result"])

    async def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, or of the promise that it is.

        Raises:
            ConfigurationError: It threw.
        """
        result = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise ConfigurationError(f"a script of the page has failed: {result['exceptionDetails']}")
        return result["result"].get("value")

    async def listen(self) -> None:
        """Hand out what the browser says, until the connection ends."""
        async for text in self._socket:
            message = json.loads(text)
            if message.get("method") == "Page.loadEventFired":
                self._loaded.set()
            if (answer := self._answers.pop(message.get("id"), None)) is not None and not answer.done():
                answer.set_result(message)


@asynccontextmanager
async def opened_page(chromium: str, url: str, size: tuple[int, int]) -> AsyncIterator[Page]:
    """A page of a browser of its own, without a window, which ends with it.

    Raises:
        TimeoutError: The browser does not start.
        ConfigurationError: It refused to open the page.
    """
    # Chromium's sandbox refuses the superuser, as whom containers run.
    sandbox = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    with tempfile.TemporaryDirectory(prefix="rfb-bench-", ignore_cleanup_errors=True) as profile:
        window = f"--window-size={size[0]},{size[1]}"
        browser = await asyncio.create_subprocess_exec(
            chromium, *FLAGS, *sandbox, window, f"--user-data-dir={profile}", "about:blank",
            stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(START_S):
                address = await _devtools_address(browser)
            async with websockets.connect(address, max_size=None, compression=None) as socket:
                page = Page(socket)
                listening = asyncio.create_task(page.listen())
                try:
                    async with asyncio.timeout(START_S):
                        await page.open(url, size)
                    yield page
                finally:
                    listening.cancel()
        finally:
            browser.terminate()
            await browser.communicate()


async def _devtools_address(browser: asyncio.subprocess.Process) -> str:
    assert browser.stderr is not None
    while line := (await browser.stderr.readline()).decode(errors="replace"):
        if found := re.search(r"DevTools listening on (ws://\S+)", line):
            return found[1]
    raise ConfigurationError("the browser has ended before it could be driven")
