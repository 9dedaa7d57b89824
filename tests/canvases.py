"""Canvases for tests: made, drawn to, and closed again."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np
from rendercanvas.core.enums import LoopState

from rendercanvas_rfb.rfb import RfbRenderCanvas, loop
from tests.support import until


class MakeCanvas:
    """Makes canvases that are closed when the test ends, unless it forgets them."""

    def __init__(self) -> None:
        self._canvases: list[RfbRenderCanvas] = []

    def __call__(self, *, settle: bool = True, **kwargs: Any) -> RfbRenderCanvas:
        """A canvas on a port of its own; without ``settle``, viewers see what the video makes of its picture."""
        canvas = RfbRenderCanvas(**{"port": 0, **kwargs})
        if not settle:
            assert canvas._display is not None
            canvas._display.set_options(settle=False)
        self._canvases.append(canvas)
        return canvas

    def forget(self, canvas: RfbRenderCanvas) -> None:
        """Keep no reference to ``canvas``."""
        self._canvases.remove(canvas)

    def close_all(self) -> None:
        """Close those that are left."""
        while self._canvases:
            self._canvases.pop().close()

    async def finish(self) -> None:
        """Close them, and wait for the loop to have noticed."""
        self.close_all()
        await until(lambda: loop._BaseLoop__state == LoopState.off, "the end of the loop")


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
