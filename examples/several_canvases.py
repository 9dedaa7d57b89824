"""Two figures in one process, each with a name and thus an address of its own; the index page lists both.

Run it with:

    rendercanvas-rfb run examples/several_canvases.py
"""

import fastplotlib as fpl
import numpy as np

rng = np.random.default_rng(0)

noise = fpl.Figure(canvas="rfb", canvas_kwargs={"name": "noise", "title": "Noise"})
noise[0, 0].add_image(rng.normal(size=(200, 300)).astype(np.float32), cmap="gray")
noise.show()

cloud = fpl.Figure(canvas="rfb", canvas_kwargs={"name": "cloud", "title": "Cloud"})
cloud[0, 0].add_scatter(rng.normal(size=(5_000, 2)).astype(np.float32), sizes=4, colors="orange", edge_width=0)
cloud.show()

fpl.loop.run()
