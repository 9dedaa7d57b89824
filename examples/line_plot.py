"""A line plot with fastplotlib. Drag to pan, scroll to zoom.

Run it with:

    rendercanvas-rfb run examples/line_plot.py
"""

import fastplotlib as fpl
import numpy as np

xs = np.linspace(0, 10 * np.pi, 2_000, dtype=np.float32)

figure = fpl.Figure(size=(900, 500))
figure[0, 0].add_line(np.column_stack([xs, 3 * np.sin(xs)]), thickness=4, colors="magenta")
figure[0, 0].add_line(np.column_stack([xs, 3 * np.cos(xs)]), thickness=4, colors="cyan")
figure.show()

fpl.loop.run()
