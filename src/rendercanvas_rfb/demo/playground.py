"""A display that changes how it is encoded: quality, encoder, codec and frames per second, while everybody watches.

The panel at the right does so for all viewers. So do messages, such as ``view.send({quality: "balanced"})`` in a page;
the options in use are sent to all under the key "options".
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import fastplotlib as fpl
from imgui_bundle import imgui

from ..display import Display
from ..encoders.registry import AUTO, encoder_names
from ..errors import RfbError
from ..options import CODECS, QUALITIES
from ..testing.patterns import line_plot
from ..viewer_event import ViewerEvent

PANEL_WIDTH = 280
"""Logical pixels: wide enough for the names and their meaning."""

SIZE = (640, 400)
"""Pixels of the test picture: thin saturated lines and text, which show what an encoder leaves of them."""

PIXELS_PER_S = 40.0
"""How fast it scrolls."""

MAX_FPS = 60
"""Where the limit of frames per second ends, and means none."""


def build(canvas: Any) -> Any:
    """A test picture that scrolls, and what it is encoded with."""
    switches = Switches(canvas.display)
    figure = fpl.Figure(canvas=canvas, names=["picture"])
    image = figure["picture"].add_image(line_plot(*SIZE)[..., :3], cmap=None)
    started = time.perf_counter()

    def animate() -> None:
        # Over and over the same stretch: text moves by whole pixels, lines do not.
        image.data[:] = line_plot(*SIZE, shift=(time.perf_counter() - started) * PIXELS_PER_S)[..., :3]

    figure.add_animations(animate)

    @figure.add_imgui_window(location="right", title="How it is encoded", size=PANEL_WIDTH)  # type: ignore[untyped-decorator]
    def panel() -> None:
        switches.draw()

    figure.show(axes_visible=False)
    return figure


class Switches:
    """The options of a display as a panel, and as messages of its viewers."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._refused = ""
        display.on("message")(self._receive)
        self._tell()

    def change(self, changes: Mapping[str, Any]) -> str:
        """Change some of the options; returns why that cannot be, or an empty text."""
        try:
            self._display.set_options(**changes)
        except (RfbError, TypeError) as error:
            self._refused = str(error)
        else:
            self._refused = ""
            self._tell()
        return self._refused

    def draw(self) -> None:
        """Draw the panel; to be called in a frame of imgui."""
        options = self._display.options
        imgui.separator_text("Quality")
        for quality, preset in QUALITIES.items():
            if imgui.radio_button(quality, options.quality == quality):
                self.change({"quality": quality})
            imgui.set_item_tooltip(preset.meaning)
        imgui.separator_text("Encoder")
        for encoder in (AUTO, *encoder_names()):
            if imgui.radio_button(f"{encoder}##encoder", options.encoder == encoder):
                self.change({"encoder": encoder})
        imgui.separator_text("Codec")
        for codec in CODECS:
            if imgui.radio_button(f"{codec}##codec", options.codec == codec):
                self.change({"codec": codec})
        imgui.separator_text("Frames per second")
        changed, fps = imgui.slider_int("##fps", int(options.max_fps or MAX_FPS), 1, MAX_FPS)
        if changed:
            self.change({"max_fps": None if fps == MAX_FPS else float(fps)})
        self._draw_situation()

    def _draw_situation(self) -> None:
        imgui.separator_text("Now")
        imgui.text(f"Viewers: {self._display.state['viewers']}")
        for tier in self._display.pipeline.metrics(self._display.name):
            imgui.text(f"{tier.tier} by {tier.encoder or '...'} for {tier.viewers}")
            imgui.text(f"  {tier.fps:.0f} fps, {tier.bitrate / 1e6:.2f} Mbit/s, {tier.encode_ms:.1f} ms")
        if self._refused:
            imgui.text_wrapped(self._refused)

    def _receive(self, event: ViewerEvent) -> None:
        if not isinstance(event.data, dict):
            refused = f"options are an object such as {{quality: 'balanced'}}, not {event.data!r}"
        else:
            refused = self.change(event.data)
        if refused:
            self._display.send_to(event.viewer, {"refused": refused})

    def _tell(self) -> None:
        self._display.send(asdict(self._display.options), key="options")
