"""Whoever runs the loop runs the canvases: each way in an interpreter of its own, as a script would."""

from __future__ import annotations

import asyncio
import os
import sys
from importlib.util import find_spec

import pytest

from rendercanvas_rfb.client import connect

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
    environment = {**os.environ, "RENDERCANVAS_BACKEND": "rfb", "RENDERCANVAS_RFB_PORT": "0"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", f"import _rendercanvas_rfb_finder; _rendercanvas_rfb_finder.install()\n{script}"),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with connect(await printed_url(process)) as client:
            assert (await client.next_picture()).pixels.any()
            await client.send_event("close")
        output, errors = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, errors.decode()
    assert output.decode().endswith("the loop has ended\n")
    assert "Traceback" not in errors.decode()


async def printed_url(process: asyncio.subprocess.Process) -> str:
    """The address in the one line that a canvas prints."""
    before = b""
    while line := await asyncio.wait_for(process.stderr.readline(), 60):
        if line.startswith(b"rendercanvas-rfb: canvas-1 is at "):
            return line.decode().split(" is at ")[1].split()[0]
        before += line
    raise AssertionError(f"no address was printed:\n{before.decode()}")
