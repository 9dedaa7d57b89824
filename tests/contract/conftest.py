"""Canvases on the loop that runs the test, served by one server for all tests."""

from __future__ import annotations

import os
import weakref
from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np
import pytest
from rendercanvas.core.enums import LoopState

from tests.support import until

# pygfx and fastplotlib look for a backend when they are imported.
os.environ.setdefault("RENDERCANVAS_BACKEND", "rfb")

from rendercanvas_rfb.rfb import RfbRenderCanvas, loop


class MakeCanvas:
    """Makes canvases that are closed when the test ends, unless it forgets them."""

    def __init__(self) -> None:
        self._canvases: list[RfbRenderCanvas] = []

    def __call__(self, **kwargs: Any) -> RfbRenderCanvas:
        canvas = RfbRenderCanvas(**{"port": 0, **kwargs})
        self._canvases.append(canvas)
        return canvas

    def forget(self, canvas: RfbRenderCanvas) -> None:
        """Keep no reference to ``canvas``."""
        self._canvases.remove(canvas)

    def close_all(self) -> None:
        """Close those that are left."""
        while self._canvases:
            self._canvases.pop().close()


@pytest.fixture
async def make_canvas() -> AsyncIterator[MakeCanvas]:
    """Makes canvases; at the end, waits for the loop to have noticed that they are closed."""
    make = MakeCanvas()
    yield make
    make.close_all()
    await until(lambda: loop._BaseLoop__state == LoopState.off, "the end of the loop")


@pytest.fixture
def painter() -> Callable[..., Any]:
    """Makes a canvas draw one colour through its bitmap context, and counts the draws."""

    def paint(canvas: RfbRenderCanvas, color: tuple[int, int, int]) -> Painter:
        return Painter(canvas, color)

    return paint


class Painter:
    """Draws one colour, at the size of the canvas."""

    def __init__(self, canvas: RfbRenderCanvas, color: tuple[int, int, int]) -> None:
        self.color = color
        self.draws = 0
        self._canvas = weakref.ref(canvas)
        self._context = canvas.get_bitmap_context()
        canvas.request_draw(self.draw)

    def draw(self) -> None:
        """The draw function."""
        canvas = self._canvas()
        assert canvas is not None
        self.draws += 1
        width, height = canvas.get_physical_size()
        pixels = np.empty((height, width, 4), np.uint8)
        pixels[:] = (*self.color, 255)
        self._context.set_bitmap(pixels)
