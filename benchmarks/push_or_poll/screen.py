"""What a page shows, when, and the processor time of the browser."""

from __future__ import annotations

import asyncio
import base64
import io
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError

from rendercanvas_rfb.frames import Pixels

TICKS_PER_S = os.sysconf("SC_CLK_TCK")

REPAINT_S = 0.05
"""Between two repaints of `keep_repainting`, seconds: how late a picture may be seen that the recorder has omitted."""

REPAINT = """
if (window === window.top) {
  // A style sheet and no element: frameworks that hydrate a document compare its elements with theirs.
  const sheet = new CSSStyleSheet();
  let light = false;
  setInterval(() => {
    light = !light;
    sheet.replaceSync(`html::after {
      content: ""; position: fixed; right: 0; bottom: 0; width: 2px; height: 2px; z-index: 2147483647;
      pointer-events: none; background: ${light ? "white" : "black"};
    }`);
    if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets.push(sheet);
  }, PERIOD_MS);
}
""".replace("PERIOD_MS", str(1000 * REPAINT_S))
"""Has two by two pixels in the lower right corner of the page alternate, which are none of the line's."""


class Screen:
    """The screen recorder of Chromium: pictures of the page, with the times at which they were on the screen."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._frames: asyncio.Queue[tuple[float, str]] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        session.on("Page.screencastFrame", self._take)

    def _take(self, event: dict[str, Any]) -> None:
        self._frames.put_nowait((event["metadata"]["timestamp"], event["data"]))
        task = asyncio.ensure_future(self._acknowledge(event["sessionId"]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _acknowledge(self, number: int) -> None:
        with suppress(PlaywrightError):  # the last one may come when the page is being closed
            await self._session.send("Page.screencastFrameAck", {"sessionId": number})

    async def start(self, width: int, height: int) -> None:
        """Record, in pictures of at most that size: small ones take less of what is measured."""
        options = {"format": "jpeg", "quality": 80, "maxWidth": width, "maxHeight": height, "everyNthFrame": 1}
        await self._session.send("Page.startScreencast", options)

    async def stop(self) -> None:
        """Record no more."""
        await self._session.send("Page.stopScreencast")

    async def until(self, *halves: bool, timeout_s: float) -> float:
        """When the line was first seen in one of these halves, the upper one if True, in seconds since the epoch.

        Raises:
            TimeoutError: It was not.
        """
        async with asyncio.timeout(timeout_s):
            while True:
                seen, picture = await self._frames.get()
                with Image.open(io.BytesIO(base64.b64decode(picture))) as image:
                    half = upper_half(np.asarray(image.convert("RGB")))
                if half in halves:
                    return seen


async def keep_repainting(page: Page) -> None:
    """Have the documents that a page will load change a corner of themselves again and again.

    The recorder omits frames that come while it is busy, and delivers nothing more of a page that then stays as it is.
    """
    await page.add_init_script(REPAINT)


def upper_half(pixels: Pixels) -> bool | None:
    """Whether the magenta line is in the upper half; None where there is none."""
    red, green, blue = (pixels[..., channel].astype(int) for channel in range(3))
    rows = np.flatnonzero(((red > green + 80) & (blue > green + 80)).sum(axis=1) > 10)
    if len(rows) == 0:
        return None
    return bool(rows.mean() < pixels.shape[0] / 2)


def chromium_s() -> float:
    """User and system time of the Chromium that this process has started, all its processes; seconds."""
    there = {int(folder.name): _stat(folder) for folder in Path("/proc").iterdir() if folder.name.isdigit()}
    family = {os.getpid()}
    while more := {one for one, (_, parent, _) in there.items() if parent in family} - family:
        family |= more
    return sum(there[one][2] for one in family if one in there and "chrom" in there[one][0])


def process_s(process: int) -> float:
    """User and system time of one process; seconds."""
    return _stat(Path(f"/proc/{process}"))[2]


def _stat(folder: Path) -> tuple[str, int, float]:
    """Name, parent and seconds of a process; nothing of one that has ended meanwhile."""
    try:
        text = (folder / "stat").read_text()
    except OSError:
        return "", 0, 0.0
    fields = text.rpartition(")")[2].split()
    return text.partition("(")[2].rpartition(")")[0], int(fields[1]), (int(fields[11]) + int(fields[12])) / TICKS_PER_S
