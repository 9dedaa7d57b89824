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
from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from rendercanvas_rfb.frames import Pixels

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


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
