"""A figure as a user's script makes one. An argument, if given, is the canvas of the figure."""

import sys

import fastplotlib as fpl
import numpy as np

xs = np.linspace(0, 10 * np.pi, 500, dtype=np.float32)

figure = fpl.Figure(canvas=sys.argv[1] if sys.argv[1:] else None, size=(480, 320))
figure[0, 0].add_line(np.column_stack([xs, np.sin(xs)]), thickness=5, colors="magenta")
figure.show()

fpl.loop.run()
