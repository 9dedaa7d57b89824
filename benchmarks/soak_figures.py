"""The figures of `benchmarks.soak`: one that stands still, and one that always changes.

rendercanvas-rfb run benchmarks/soak_figures.py
"""

from __future__ import annotations

import numpy as np
import pygfx as gfx
from rendercanvas.auto import RenderCanvas, loop

SIZE = (640, 360)
FPS = 30.0
POINTS = 2000


def wave(phase: float) -> np.ndarray:
    """Positions on a sine wave: float32 array of shape (POINTS, 3)."""
    xs = np.linspace(0, 10 * np.pi, POINTS, dtype=np.float32)
    return np.column_stack([xs, 3 * np.sin(xs + phase), np.zeros_like(xs)]).astype(np.float32)


def show(update_mode: str) -> RenderCanvas:
    """A line plot to pan and zoom. In another mode than "ondemand" its data change with each draw."""
    canvas = RenderCanvas(size=SIZE, max_fps=FPS, update_mode=update_mode)
    renderer = gfx.renderers.WgpuRenderer(canvas)
    geometry = gfx.Geometry(positions=wave(0.0))
    scene = gfx.Scene()
    scene.add(
        gfx.Background.from_color("#ffffff"), gfx.Line(geometry, gfx.LineMaterial(thickness=4.0, color="#2a6fdb"))
    )
    camera = gfx.OrthographicCamera(maintain_aspect=False)
    camera.show_rect(0, 10 * np.pi, -4, 4)
    gfx.PanZoomController(camera, register_events=renderer)
    steps = 0

    def draw() -> None:
        nonlocal steps
        if update_mode != "ondemand":
            steps += 1
            geometry.positions.data[:] = wave(0.1 * steps)
            geometry.positions.update_full()
        renderer.render(scene, camera)

    canvas.request_draw(draw)
    return canvas


if __name__ == "__main__":
    canvases = [show("ondemand"), show("continuous")]
    loop.run()
