"""A fastplotlib figure in marimo: ``marimo edit figure_marimo.py``.

It needs ``pip install marimo 'rendercanvas-rfb[demo,notebook]'``.
"""

import marimo

app = marimo.App()


@app.cell
def _():
    import os

    os.environ["RENDERCANVAS_BACKEND"] = "rfb"  # Before fastplotlib or pygfx is imported.

    import fastplotlib as fpl
    import numpy as np

    x = np.linspace(0, 20, 1000, dtype=np.float32)
    fig = fpl.Figure(size=(640, 360))
    fig[0, 0].add_line(np.column_stack([x, np.sin(x)]), cmap="viridis")
    fig[0, 0].camera.maintain_aspect = False
    return (fig,)


@app.cell
def _(fig):
    fig.show()
    return


if __name__ == "__main__":
    app.run()
