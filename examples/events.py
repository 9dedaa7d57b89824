"""Handle events: drag to paint, press c to clear. What happens is printed.

Run it with:

    python examples/events.py
"""

import numpy as np
from rendercanvas.rfb import RenderCanvas, loop

BRUSH_RADIUS = 8  # logical pixels

canvas = RenderCanvas(title="Drag to paint, c clears", size=(640, 480))
context = canvas.get_bitmap_context()
dots = []


@canvas.add_event_handler("pointer_down", "pointer_move")
def paint(event):
    if 1 in event["buttons"]:
        dots.append((event["x"], event["y"]))
        canvas.request_draw()


@canvas.add_event_handler("key_down")
def clear(event):
    if event["key"] == "c":
        dots.clear()
        canvas.request_draw()


@canvas.add_event_handler("pointer_down", "key_down", "wheel", "resize", "close")
def report(event):
    print({name: value for name, value in event.items() if name != "time_stamp"}, flush=True)


@canvas.request_draw
def draw():
    width, height = canvas.get_physical_size()
    ratio = canvas.get_pixel_ratio()
    pixels = np.full((height, width, 4), 255, np.uint8)
    rows, columns = np.mgrid[:height, :width]
    for x, y in dots:
        inside = np.hypot(columns - x * ratio, rows - y * ratio) < BRUSH_RADIUS * ratio
        pixels[inside, :3] = (220, 40, 40)
    context.set_bitmap(pixels)


loop.run()
