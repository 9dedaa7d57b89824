"""A lit mesh: drag to turn around it, scroll to come nearer, drag with the right button to pan."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pygfx as gfx

RADIANS_PER_S = 0.4


def build(canvas: Any) -> Any:
    """A torus knot on a floor, under a key light and a fill light, that turns slowly by itself."""
    # Supersampling, the default, makes four times the pixels: too many for a machine without a GPU.
    renderer = gfx.renderers.WgpuRenderer(canvas, pixel_scale=1, ppaa="fxaa")
    scene = gfx.Scene()
    scene.add(gfx.Background.from_color("#27364a", "#0b0f14"))
    knot = gfx.Mesh(
        gfx.torus_knot_geometry(1.0, 0.32, 160, 24),
        gfx.MeshPhongMaterial(color="#ff9340", specular="#666666", shininess=60),
    )
    floor = gfx.Mesh(gfx.plane_geometry(12, 12), gfx.MeshPhongMaterial(color="#3c4b5d", specular="#000000"))
    floor.local.position = (0, -2.0, 0)
    floor.local.euler_x = -np.pi / 2
    key_light = gfx.DirectionalLight("#ffffff", 2.6)
    key_light.local.position = (3, 5, 4)
    scene.add(knot, floor, gfx.AmbientLight("#ffffff", 0.5), key_light)

    camera = gfx.PerspectiveCamera(45, 16 / 9)
    camera.local.position = (0, 1.0, 6.6)
    camera.look_at((0, -0.2, 0))
    controller = gfx.OrbitController(camera, target=(0, -0.2, 0), register_events=renderer)
    started = time.perf_counter()

    def draw() -> None:
        knot.local.euler_y = RADIANS_PER_S * (time.perf_counter() - started)
        renderer.render(scene, camera)
        canvas.request_draw()

    canvas.request_draw(draw)
    return controller
