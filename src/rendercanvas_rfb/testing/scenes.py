"""Frames of real plots, rendered beforehand, so that rendering costs nothing while something else is measured.

Needs fastplotlib, which comes with ``pip install 'rendercanvas-rfb[demo]'``, and any adapter that wgpu finds. Each
function renders off screen and returns ``count`` new uint8 RGBA arrays of shape (height, width, 4), opaque; the same
arguments give the same frames on the same adapter. Frames follow each other; played to and fro they have no jump.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..frames import Pixels

__all__ = ["SCENES", "heatmap_video", "panned_line_plot", "panned_scatter", "rotating_mesh", "to_and_fro"]

PAN_STEP = 3 + 1 / 64
"""Screen pixels that a panned plot moves in a frame: a slow drag. The fraction moves the anti-aliasing a little in each
frame, as the rounding of a controller does; by whole pixels, encoders would have nothing to do but to copy."""

SPIN_STEP = 0.02
"""Radians that the mesh turns in a frame: 34 degrees a second at 30 frames a second."""


def panned_line_plot(count: int, width: int, height: int) -> list[Pixels]:
    """Five saturated sine waves with axes, dragged to the side."""
    fastplotlib = _fastplotlib()
    figure = fastplotlib.Figure(canvas="offscreen", size=(width, height))
    x = np.linspace(0, 20 * np.pi, 4000, dtype=np.float32)
    for number, color in enumerate(["magenta", "cyan", "yellow", "lime", "orange"]):
        y = (4 * np.sin(x + number) + 6 * number).astype(np.float32)
        figure[0, 0].add_line(np.column_stack([x, y]), colors=color, thickness=2)
    return _pan(figure, count)


def panned_scatter(count: int, width: int, height: int) -> list[Pixels]:
    """Twenty thousand points in a colormap with axes, dragged to the side."""
    fastplotlib = _fastplotlib()
    figure = fastplotlib.Figure(canvas="offscreen", size=(width, height))
    rng = np.random.default_rng(1)
    positions = rng.normal(0, 1, (20_000, 2)).astype(np.float32)
    distance = np.linalg.norm(positions, axis=1)
    figure[0, 0].add_scatter(positions, sizes=4, cmap="viridis", cmap_transform=distance)
    return _pan(figure, count)


def heatmap_video(count: int, width: int, height: int) -> list[Pixels]:
    """An image plot of moving waves under measurement noise, in which every pixel changes in every frame."""
    fastplotlib = _fastplotlib()
    figure = fastplotlib.Figure(canvas="offscreen", size=(width, height))
    rows, columns = height // 2, width // 2
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32) * (1280 / width)
    rng = np.random.default_rng(2)

    def field(step: int) -> Any:
        wave = np.sin((x + 3 * step) / 45) * np.cos((y - 2 * step) / 35)
        return wave + rng.normal(0, 0.04, wave.shape).astype(np.float32)

    image = figure[0, 0].add_image(field(0), cmap="viridis", vmin=-1.1, vmax=1.1)
    figure.show(maintain_aspect=False)
    figure[0, 0].camera.zoom = 1.0  # Without the margin: the image fills the subplot.
    frames = []
    for step in range(count):
        image.data = field(step)
        frames.append(_drawn(figure.canvas))
    return frames


def rotating_mesh(count: int, width: int, height: int) -> list[Pixels]:
    """A shaded torus knot that turns in front of a gradient."""
    _fastplotlib()  # For its choice of a canvas.
    import pygfx
    from rendercanvas.offscreen import RenderCanvas

    canvas = RenderCanvas(size=(width, height), pixel_ratio=1)
    # Supersampling, the default, makes four times the pixels: too slow at 4K on a machine without a GPU.
    renderer = pygfx.renderers.WgpuRenderer(canvas, pixel_scale=1, ppaa="fxaa")
    knot = pygfx.Mesh(
        pygfx.torus_knot_geometry(1.0, 0.32, 256, 32),
        pygfx.MeshPhongMaterial(color="#ff9340", specular="#666666", shininess=60),
    )
    light = pygfx.DirectionalLight("#ffffff", 2.6)
    light.local.position = (3, 5, 4)
    scene = pygfx.Scene()
    scene.add(pygfx.Background.from_color("#27364a", "#0b0f14"), knot, pygfx.AmbientLight("#ffffff", 0.5), light)
    camera = pygfx.PerspectiveCamera(45, width / height)
    camera.local.position = (0, 1.0, 5.6)
    camera.look_at((0, 0, 0))
    canvas.request_draw(lambda: renderer.render(scene, camera))
    frames = []
    for step in range(count):
        knot.local.euler_y = SPIN_STEP * step
        frames.append(_drawn(canvas))
    return frames


SCENES: dict[str, Callable[[int, int, int], list[Pixels]]] = {
    "lines": panned_line_plot,
    "scatter": panned_scatter,
    "heatmap": heatmap_video,
    "mesh": rotating_mesh,
}
"""All of them by the names that commands give them: functions of count, width and height."""


def to_and_fro(frames: Sequence[Pixels], count: int) -> Iterator[Pixels]:
    """``count`` of the frames, forwards and backwards in turn, neither end twice in a row."""
    there_and_back = [*frames, *frames[-2:0:-1]]
    for number in range(count):
        yield there_and_back[number % len(there_and_back)]


def _pan(figure: Any, count: int) -> list[Pixels]:
    figure.show(maintain_aspect=False)
    figure.canvas.draw()  # The first draw lays the subplot out; its viewport is known after it.
    subplot = figure[0, 0]
    camera = subplot.camera
    step = PAN_STEP * camera.width / camera.zoom / subplot.viewport.rect[2]
    frames = []
    for _ in range(count):
        frames.append(_drawn(figure.canvas))
        camera.local.x += step
    return frames


def _drawn(canvas: Any) -> Pixels:
    return np.array(canvas.draw())


def _fastplotlib() -> Any:
    """The library, importable on machines without a screen too.

    Raises:
        ImportError: It is not installed.
    """
    os.environ.setdefault("RENDERCANVAS_BACKEND", "offscreen")
    import fastplotlib

    return fastplotlib
