"""A scene made with pygfx alone. Drag to turn around it, scroll to come nearer.

Run it with:

    rendercanvas-rfb run examples/pygfx_scene.py
"""

import pygfx as gfx
from rendercanvas.auto import RenderCanvas, loop

canvas = RenderCanvas(title="A box", size=(800, 600))
renderer = gfx.renderers.WgpuRenderer(canvas)

scene = gfx.Scene()
scene.add(gfx.Background.from_color("#ffffff"))
scene.add(gfx.AmbientLight("#ffffff", 1.0))
scene.add(gfx.Mesh(gfx.box_geometry(2, 2, 2), gfx.MeshPhongMaterial(color="#2a6fdb")))

camera = gfx.PerspectiveCamera(50)
camera.show_object(scene, view_dir=(-1, -1, -2), scale=1.3)
camera.add(gfx.DirectionalLight("#ffffff", 2.0))
scene.add(camera)
controller = gfx.OrbitController(camera, register_events=renderer)


@canvas.request_draw
def draw():
    renderer.render(scene, camera)


# After each event that may have moved the camera there is something to draw.
renderer.add_event_handler(lambda event: canvas.request_draw(), "pointer_down", "pointer_move", "wheel")

loop.run()
