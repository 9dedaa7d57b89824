"""Pixels that numpy makes, on a machine without a GPU: no wgpu, no pygfx.

Run it with:

    python examples/bitmap.py
"""

import time

import numpy as np
from rendercanvas.rfb import RenderCanvas, loop

canvas = RenderCanvas(title="Bitmap", size=(640, 480), update_mode="continuous", max_fps=30)
context = canvas.get_bitmap_context()


@canvas.request_draw
def draw():
    width, height = canvas.get_physical_size()
    pixels = np.empty((height, width, 4), np.uint8)
    pixels[..., 0] = np.linspace(0, 255, width)
    pixels[..., 1] = np.linspace(0, 255, height)[:, None]
    pixels[..., 2] = 128 + 127 * np.sin(time.perf_counter())
    pixels[..., 3] = 255
    context.set_bitmap(pixels)


loop.run()
