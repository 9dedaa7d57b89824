"""Whoever runs the loop runs the canvases: each way in an interpreter of its own, as a script would."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from rendercanvas_rfb.client import connect
from tests.programs import running

CANVAS = """
import asyncio
import numpy as np
import rendercanvas.rfb
from rendercanvas.rfb import RenderCanvas, loop
{before}
canvas = RenderCanvas(size=(24, 16), title="in a script")
canvas.get_bitmap_context().set_bitmap(np.full((16, 24, 4), 150, np.uint8))
{run}
print("the loop has ended", flush=True)
"""

WAYS = {
    "our loop": ("", "loop.run()"),
    "rendercanvas.asyncio": ("", "import rendercanvas.asyncio; rendercanvas.asyncio.loop.run()"),
    "rendercanvas.auto": (
        "",
        "import rendercanvas.auto as auto; assert auto.RenderCanvas is RenderCanvas; auto.loop.run()",
    ),
    "await": ("", "asyncio.run(loop.run_async())"),
    "raw loop": ("from rendercanvas.raw import loop as raw; RenderCanvas.select_loop(raw)", "raw.run()"),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_canvas_is_drawn_by_any_loop_and_ends_it_when_it_is_closed(way):
    before, run = WAYS[way]
    await watch_and_close(CANVAS.format(before=before, run=run))


@pytest.mark.gpu
@pytest.mark.skipif(find_spec("fastplotlib") is None, reason="fastplotlib is not installed")
async def test_fastplotlibs_loop_runs_a_figure():
    await watch_and_close(
        """
import numpy as np
import fastplotlib as fpl
figure = fpl.Figure(canvas="rfb", size=(120, 90))
figure[0, 0].add_line(np.zeros((2, 2), np.float32), thickness=3)
figure.show()
fpl.loop.run()
print("the loop has ended", flush=True)
"""
    )


async def watch_and_close(script: str) -> None:
    """Run ``script``, look at its canvas, close it, and see the script end by itself."""
    async with running("-c", script, RENDERCANVAS_BACKEND="rfb") as program:
        async with connect(await program.address()) as client:
            assert (await client.next_picture()).pixels.any()
            await client.send_event("close")
        assert await program.finish() == 0, "\n".join(program.errors)
        assert program.output[-1] == "the loop has ended"
        assert not any("Traceback" in line for line in program.errors)
