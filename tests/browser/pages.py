"""Pages of a real browser, and what they show."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Frame, Page, ViewportSize

from rendercanvas_rfb.display import Display
from rendercanvas_rfb.frames import Pixels
from tests.support import TIMEOUT_S, until

LOOK_S = 0.02
"""Pause between two looks at a page, seconds: each takes the browser some milliseconds."""


class Viewer:
    """One page that shows a canvas, or a frame in one."""

    def __init__(self, page: Page | Frame) -> None:
        self.frame = page
        self.page = page.page if isinstance(page, Frame) else page
        self.errors: list[str] = []
        page = self.page
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)

    async def get(self, expression: str) -> Any:
        """The value of a JavaScript expression, in which ``view`` is the `RfbView` of the page."""
        return await self.frame.evaluate(
            f"(() => {{ const view = document.querySelector('rfb-view')?.view; return {expression}; }})()"
        )

    async def until(self, expression: str, timeout_s: float = TIMEOUT_S) -> None:
        """Wait until a JavaScript expression is true."""
        await self._until(lambda: self.get(f"Boolean({expression})"), expression, timeout_s)

    async def current(self, display: Display, size: tuple[int, int] | None = None) -> tuple[Pixels, Pixels]:
        """Wait until the page shows the latest frame of ``display``, of ``size`` where that is given.

        Returns:
            The page's pixels and the frame's: uint8 arrays of shape (height, width, 3).
        """

        async def shown() -> tuple[Pixels, Pixels] | None:
            frame = display.latest
            if frame is None or size not in (None, (frame.width, frame.height)):
                return None
            if await self.get("view?.frame?.frame") != frame.version:
                return None
            pixels = await self.pixels()
            return (pixels, frame.pixels[..., :3]) if display.latest is frame else None

        pictures: tuple[Pixels, Pixels] = await self._until(shown, f"the latest frame at {size}")
        return pictures

    async def pixels(self) -> Pixels:
        """The page as a person sees it: uint8 array of shape (height, width, 3), device pixels."""
        # What a worker has drawn is on the screen with the second frame after it.
        await self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return decode_png(await self.page.screenshot(type="png"))

    async def _situation(self) -> str:
        members = ("statusDetail", "state", "frame", "stats")
        status, state, frame, stats = [await self.get(f"view?.{name}") for name in members]
        return (
            f"the page {self.frame.url} is {status} with {state}, shows {frame}, {stats}, errors {self.errors}, "
            f"and says {await self.text()}"
        )

    async def text(self) -> str:
        """The text that is visible, inside of the element too."""
        inside = "document.querySelector('rfb-view')?.shadowRoot?.querySelector('.view')?.innerText"
        text: str = await self.get(f"document.body.innerText + ({inside} ?? '')")
        return text

    async def until_text(self, present: str = "", absent: str | None = None) -> None:
        """Wait until the page shows the text ``present``, and not ``absent``."""

        async def is_there() -> bool:
            text = await self.text()
            return present in text and (absent is None or absent not in text)

        await self._until(is_there, f"the text {present!r}, and not {absent!r},")

    async def until_pixels(self, condition: Callable[[Pixels], object]) -> None:
        """Wait until ``condition(pixels)`` is true of what the page shows."""

        async def look() -> object:
            return condition(await self.pixels())

        await self._until(look, "the look of the page")

    async def _until(self, condition: Callable[[], object], what: str, timeout_s: float = TIMEOUT_S) -> Any:
        return await until(condition, what, timeout_s, pause_s=LOOK_S, detail=self._situation)

    async def box(self) -> dict[str, float]:
        """Position and size of the canvas element, CSS pixels."""
        box: dict[str, float] = await self.get(
            "(r => ({x: r.x, y: r.y, width: r.width, height: r.height}))"
            "(document.querySelector('rfb-view').shadowRoot.querySelector('canvas').getBoundingClientRect())"
        )
        return box


class OpenPage:
    """Opens pages in contexts of their own."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._viewers: list[Viewer] = []

    async def __call__(self, url: str, width: int = 800, height: int = 600, ratio: float = 1, **options: Any) -> Viewer:
        """Open ``url`` in a window of this size (CSS pixels) on a screen with this pixel ratio."""
        viewport: ViewportSize = {"width": width, "height": height}
        context = await self._browser.new_context(viewport=viewport, device_scale_factor=ratio, **options)
        self._contexts.append(context)
        viewer = Viewer(await context.new_page())
        self._viewers.append(viewer)
        await viewer.page.goto(url)
        return viewer

    async def finish(self) -> None:
        """Close all pages; none may have logged an error that no test took."""
        for context in self._contexts:
            await context.close()
        errors = [error for viewer in self._viewers for error in viewer.errors]
        assert errors == []


def decode_png(png: bytes) -> Pixels:
    """The pixels of a PNG file: uint8 array of shape (height, width, 3)."""
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"))
