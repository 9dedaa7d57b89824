"""Figures in the page of an app."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from playwright.async_api import ElementHandle, Frame, Page

from rendercanvas_rfb.frames import Pixels
from tests.browser.pages import decode_png
from tests.support import TIMEOUT_S, until


class Chart:
    """One figure in a page, counted from the top: in a frame, or as an element of the page itself."""

    def __init__(self, page: Page, number: int) -> None:
        self._page = page
        self._number = number

    async def place(self) -> tuple[Frame, ElementHandle]:
        """What holds the view, and the element; both are others once the page has put them there anew."""
        found: list[tuple[float, Frame, ElementHandle]] = []
        for frame in self._page.frames:
            for element in await frame.query_selector_all("rfb-view"):
                box = await element.bounding_box()
                found.append((box["y"] if box else 0.0, frame, element))
        # Frames are listed as they were attached.
        _, frame, element = sorted(found, key=lambda one: one[0])[self._number]
        return frame, element

    async def shows(self, condition: Callable[[Pixels], object], timeout_s: float = 3 * TIMEOUT_S) -> Pixels:
        """Wait until ``condition(pixels)`` is true; return the pixels: uint8 array (height, width, 3)."""
        seen: object = None

        async def right() -> list[Pixels]:
            nonlocal seen
            try:
                pixels = await self.pixels()
                seen = f"{pixels.shape} pixels of mean {pixels.mean((0, 1))}, {await self.status()}"
                return [pixels] if condition(pixels) else []
            except Exception as reason:  # noqa: BLE001 - the page may be putting it there at this moment
                seen = reason
                return []

        what = f"the look of figure {self._number}"
        # Screenshots take the processors that the figure is drawn with.
        (pixels,) = await until(right, what, timeout_s, pause_s=0.1, detail=lambda: seen)
        return cast(Pixels, pixels)

    async def pixels(self) -> Pixels:
        """As a person sees it, where it is on the screen."""
        _, element = await self.place()
        await element.scroll_into_view_if_needed()
        return decode_png(await element.screenshot(type="png"))

    async def drag(self, dx: float, dy: float) -> None:
        """Pan by these CSS pixels with the mouse, from the middle."""
        _, element = await self.place()
        await element.scroll_into_view_if_needed()
        box = await element.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        mouse = self._page.mouse
        await mouse.move(x, y)
        await mouse.down()
        await mouse.move(x + dx / 2, y + dy / 2)
        await mouse.move(x + dx, y + dy, steps=4)
        await mouse.up()

    async def status(self) -> str:
        """That of the view's connection."""
        _, element = await self.place()
        return str(await element.evaluate("element => element.view?.status"))


def magenta(pixels: Pixels) -> Any:
    """Where the sine is: bool array of shape (height, width)."""
    return (pixels[..., 0] > 200) & (pixels[..., 1] < 80) & (pixels[..., 2] > 200)


def yellow(pixels: Pixels) -> Any:
    """Where it is yellow: bool array of shape (height, width)."""
    return (pixels[..., 0] > 200) & (pixels[..., 1] > 200) & (pixels[..., 2] < 100)


def has_waves(pixels: Pixels) -> bool:
    """Whether it is the figure with the lines."""
    return bool(magenta(pixels).sum() > 200)


def has_image(pixels: Pixels) -> bool:
    """Whether it is the figure with the image, in the colours of viridis."""
    return bool(yellow(pixels).sum() > 200)


def left_of(pixels: Pixels) -> float:
    """Where the sine begins, as a part of the width."""
    columns = np.flatnonzero(magenta(pixels).any(axis=0))
    return float(columns[0]) / pixels.shape[1] if len(columns) else -1.0
