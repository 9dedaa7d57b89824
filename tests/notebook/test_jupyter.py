"""JupyterLab and Notebook with real kernels, in a real browser."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest

from rendercanvas_rfb.frames import Pixels
from tests.browser.pages import decode_png
from tests.notebook.base import TIMEOUT_S
from tests.notebook.jupyter import JupyterServer
from tests.support import until

FIGURE = """import os; os.environ["RENDERCANVAS_BACKEND"] = "rfb"
import fastplotlib as fpl, numpy as np
fig = fpl.Figure(size=(500, 300))
fig[0, 0].add_line(np.sin(np.linspace(0, 20, 500)).astype("f4"))"""
SHOW = "fig.show()"
VIEWERS = 'print("viewers", fig.canvas.display.state["viewers"])'
SIZE = 'print("size", fig.canvas.get_logical_size())'

PROXIED = 'import os; os.environ["RENDERCANVAS_RFB_NOTEBOOK_PROXY"] = "1"'
CUT = "from rendercanvas_rfb.kernel import Kernel; Kernel.of_process().stop_serving()"
CONNECTION = """[...view.root.querySelectorAll(".hud dt")]
    .find((label) => label.textContent === "Connection")?.nextSibling.textContent"""
KEYS = """keys = []
fig.canvas.add_event_handler(lambda event: keys.append(event["key"]), "key_down")"""

LIVE = """import time, numpy as np
from rendercanvas_rfb import Display
display = Display("live")
display.publish(np.full((120, 160, 3), 10, np.uint8))
display"""
LOOP = """number = 0
while True:
    number += 1
    display.publish(np.full((120, 160, 3), number % 200, np.uint8))
    time.sleep(0.02)"""


@pytest.mark.parametrize("app", ["lab", "notebooks"])
async def test_a_figure_is_seen_panned_and_resized(jupyter: JupyterServer, open_notebook: Any, app: str) -> None:
    jupyter.write("figure.ipynb", FIGURE, SHOW, VIEWERS, SIZE)
    notebook = await open_notebook("figure.ipynb", app)
    await notebook.run(0)
    await notebook.run(1)
    before = await notebook.picture()
    assert before.std() > 10
    assert (await notebook.get("view.stats.transport")) == "channel"
    await notebook.drag(80, 40)
    await notebook.changed(before)
    await notebook.resize(60, 80)
    await notebook.until("view.frame.width === 560 && view.frame.height === 380", "a picture of the new size")
    await notebook.says(3, "size (560.0, 380.0)")
    await notebook.says(2, "viewers 1")


@pytest.mark.parametrize("app", ["lab", "notebooks"])
async def test_views_are_counted_when_cells_run_again_and_tabs_come_and_go(
    jupyter: JupyterServer, open_notebook: Any, app: str
) -> None:
    jupyter.write("views.ipynb", FIGURE, SHOW, VIEWERS, SHOW)
    notebook = await open_notebook("views.ipynb", app)
    await notebook.run(0)
    for _ in range(3):
        await notebook.run(1)
        await notebook.until("view?.frame", "a picture")
    await notebook.says(2, "viewers 1")
    await notebook.run(3)
    await notebook.until("view?.frame", "a picture of the second view", view=1)
    await notebook.says(2, "viewers 2")
    await notebook.save()
    other = await open_notebook("views.ipynb", app)
    await other.until("view?.frame", "a picture in another tab", view=1)
    await notebook.says(2, "viewers 4")
    await other.page.close()
    await notebook.says(2, "viewers 2")
    await notebook.page.reload()
    await notebook.ready()
    await notebook.until("view?.frame", "a picture after a reload", view=1)
    await notebook.says(2, "viewers 2")


@pytest.mark.parametrize("app", ["lab", "notebooks"])
async def test_after_a_restart_nothing_looks_alive_until_the_cells_run_again(
    jupyter: JupyterServer, open_notebook: Any, app: str
) -> None:
    jupyter.write("restart.ipynb", FIGURE, SHOW, VIEWERS)
    notebook = await open_notebook("restart.ipynb", app)
    await notebook.run(0)
    await notebook.run(1)
    await notebook.until("view?.frame", "a picture")
    jupyter.ask("POST", f"kernels/{jupyter.kernel('restart.ipynb')}/restart")
    await notebook.until("!view || view.status !== 'connected'", "the view noticing")
    # The first time has the number that it had before, by which it would be taken for done.
    await notebook.run(0, wait=False)
    await notebook.run(0)
    await notebook.run(1)
    await notebook.until("view?.frame && view.status === 'connected'", "a picture of the new kernel")
    await notebook.says(2, "viewers 1")


async def test_a_cell_that_publishes_is_seen_while_it_runs_and_can_be_interrupted(
    jupyter: JupyterServer, open_notebook: Any
) -> None:
    jupyter.write("live.ipynb", LIVE, LOOP, "print(display.state['viewers'], number > 100)")
    notebook = await open_notebook("live.ipynb")
    await notebook.run(0)
    await notebook.until("view?.frame", "a picture")
    presented = await notebook.get("view.stats.presented")
    await notebook.run(1, wait=False)
    await notebook.until(f"view.stats.presented > {presented} + 100", "pictures while the cell runs")
    assert await notebook.get("view.status") == "connected"
    jupyter.ask("POST", f"kernels/{jupyter.kernel('live.ipynb')}/interrupt")
    await notebook.ended(1)
    assert "KeyboardInterrupt" in await notebook.output(1)
    await notebook.says(2, "1 True")
    assert await notebook.get("view.status") == "connected"


async def test_a_saved_notebook_has_the_picture(jupyter: JupyterServer, open_notebook: Any) -> None:
    jupyter.write("saved.ipynb", FIGURE, SHOW)
    notebook = await open_notebook("saved.ipynb")
    await notebook.run(0)
    await notebook.run(1)
    seen = await notebook.picture()
    await notebook.save()
    (output,) = jupyter.read("saved.ipynb").cells[1].outputs
    saved = decode_png(base64.b64decode(output.data["image/png"]))
    assert saved.shape == (300, 500, 3)
    assert np.mean(np.abs(saved.astype(int) - seen[:300].astype(int))) < 12


async def test_the_saved_state_of_the_widget_has_the_picture_that_was_seen_last(
    jupyter: JupyterServer, open_notebook: Any
) -> None:
    jupyter.write("state.ipynb", FIGURE, SHOW, "pass")
    notebook = await open_notebook("state.ipynb")
    await notebook.run(0)
    await notebook.run(1)
    before, first = await notebook.picture(), await notebook.drawn()
    await notebook.drag(80, 40)
    await notebook.changed(before)

    def is_saved(drawn: Pixels) -> bool:
        pictures = [decode_png(picture) for picture in jupyter.saved_pictures("state.ipynb")]
        return len(pictures) == 1 and np.array_equal(pictures[0], drawn)

    async def is_seen_saved() -> bool:
        if is_saved(await notebook.drawn()):
            return True
        await notebook.run(2)  # The key that saves is to go to the notebook, and not to the figure.
        await notebook.save()
        return False

    await until(is_seen_saved, "the saved picture that is seen", TIMEOUT_S)
    assert not is_saved(first)


async def test_views_go_over_to_the_proxy_of_the_server_and_come_back_when_it_is_cut(
    jupyter: JupyterServer, open_notebook: Any
) -> None:
    jupyter.write("proxied.ipynb", PROXIED, FIGURE, SHOW, KEYS, 'print("keys", keys)', VIEWERS, CUT)
    notebook = await open_notebook("proxied.ipynb")
    for cell in range(4):
        await notebook.run(cell)
    await notebook.until("view?.stats.transport === 'websocket'", "the way over the proxy")
    await notebook.says(5, "viewers 1")
    before = await notebook.picture()
    await notebook.drag(80, 40)
    await notebook.changed(before)
    await notebook.page.keyboard.press("a")
    await notebook.says(4, "keys ['a']")
    await notebook.run(6)
    await notebook.until("view?.stats.transport === 'channel' && view.status === 'connected'", "the channel")
    await notebook.says(5, "viewers 1")
    before = await notebook.picture()
    await notebook.drag(-80, -40)
    await notebook.changed(before)
    await notebook.page.keyboard.press("b")
    await notebook.says(4, "keys ['a', 'b']")
    assert (await notebook.get("view.statusDetail.resumed")) is True
