"""Sliders and buttons in the figure, drawn with imgui.

Run it with:

    rendercanvas-rfb run examples/imgui_panel.py
"""

import fastplotlib as fpl
import numpy as np
from imgui_bundle import imgui

xs = np.linspace(0, 4 * np.pi, 1_000, dtype=np.float32)
frequency = 1.0

figure = fpl.Figure(size=(900, 500))
line = figure[0, 0].add_line(np.column_stack([xs, np.sin(xs)]), thickness=4, colors="yellow")


@figure.add_imgui_window(location="right", title="Controls", size=220)
def controls():
    global frequency
    changed, frequency = imgui.slider_float("frequency", frequency, 0.1, 5.0)
    if changed:
        line.data[:, 1] = np.sin(frequency * xs)
    if imgui.button("red"):
        line.colors = "red"


figure.show()
fpl.loop.run()
