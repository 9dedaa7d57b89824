"""The loop as one part of an asyncio program: measurements arrive in a task of their own while the figure is shown.

Run it with:

    rendercanvas-rfb run examples/asyncio_app.py
"""

import asyncio

import fastplotlib as fpl
import numpy as np

SAMPLES = 500

# Canvases that are made before asyncio runs belong to the loop that `run_async` runs on.
figure = fpl.Figure(size=(900, 400))
points = np.column_stack([np.arange(SAMPLES), np.zeros(SAMPLES)]).astype(np.float32)
line = figure[0, 0].add_line(points, thickness=3, colors="lime")
figure[0, 0].add_line(np.array([[0, -20], [0, 20]], np.float32), colors="gray")
figure.show(maintain_aspect=False)


async def measure():
    """A random walk stands for an instrument that delivers 100 values a second."""
    rng = np.random.default_rng(0)
    values = np.zeros(SAMPLES)
    while True:
        values = np.roll(values, -1)
        values[-1] = 0.98 * values[-2] + rng.normal()
        line.data[:, 1] = values
        await asyncio.sleep(0.01)


async def main():
    measuring = asyncio.create_task(measure())
    await fpl.loop.run_async()  # returns when the last canvas is closed
    measuring.cancel()


asyncio.run(main())
