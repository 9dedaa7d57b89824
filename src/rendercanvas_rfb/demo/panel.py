"""A panel that controls a plot: the sliders and buttons at the right are drawn with imgui, in the canvas itself."""

from __future__ import annotations

from typing import Any

import fastplotlib as fpl
import numpy as np
from imgui_bundle import imgui

SAMPLES = 2_000
PANEL_WIDTH = 260
"""Logical pixels: wide enough for a slider and its label."""

COLORS = ("magenta", "cyan", "yellow")


def build(canvas: Any) -> Any:
    """A Lissajous figure, and sliders for its two frequencies and its phase."""
    figure = fpl.Figure(canvas=canvas, names=["curve"])
    values: dict[str, Any] = {"a": 3, "b": 4, "phase": 0.5, "color": "magenta"}
    line = figure["curve"].add_line(_lissajous(values), thickness=4.0, colors=values["color"])

    @figure.add_imgui_window(location="right", title="Lissajous figure", size=PANEL_WIDTH)  # type: ignore[untyped-decorator]
    def controls() -> None:
        changed_a, values["a"] = imgui.slider_int("a", values["a"], 1, 9)
        changed_b, values["b"] = imgui.slider_int("b", values["b"], 1, 9)
        changed_phase, values["phase"] = imgui.slider_float("phase", values["phase"], 0.0, float(np.pi))
        for color in COLORS:
            if imgui.radio_button(color, values["color"] == color):
                values["color"] = line.colors = color
        if changed_a or changed_b or changed_phase:
            line.data[:, :2] = _lissajous(values)

    figure.show()
    return figure


def _lissajous(values: dict[str, Any]) -> Any:
    angles = np.linspace(0, 2 * np.pi, SAMPLES, dtype=np.float32)
    return np.column_stack([np.sin(values["a"] * angles + values["phase"]), np.sin(values["b"] * angles)])
