"""Each example is run as its docstring says, watched, and ended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rendercanvas_rfb.client import connect, view_of
from tests.programs import Program, picture_where, running, share

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
RED, MAGENTA, CYAN, YELLOW, LIME = (220, 40, 40), (255, 0, 255), (0, 255, 255), (255, 255, 0), (0, 255, 0)
ORANGE, MIDDLE_GRAY = (255, 165, 0), (128, 128, 128)
# Both ends of matplotlib's viridis.
VIOLET, LIGHT_YELLOW = (68, 1, 84), (253, 231, 37)

VIEW = view_of(640, 480)


@dataclass(frozen=True)
class Look:
    """Colors that are in the picture of an example, and the least shares of its pixels that have them."""

    name: str
    colors: dict[tuple[int, int, int], float]
    canvas: str = "canvas-1"


LOOKS = [
    Look("line_plot", {MAGENTA: 0.005, CYAN: 0.005, BLACK: 0.5}),
    Look("image", {VIOLET: 0.005, LIGHT_YELLOW: 0.005, BLACK: 0.2}),
    # The front is lit from the camera, and a little darker than its material.
    Look("pygfx_scene", {(38, 103, 204): 0.05, WHITE: 0.3}),
    Look("imgui_panel", {YELLOW: 0.003, BLACK: 0.3}),
    Look("several_canvases", {ORANGE: 0.005, BLACK: 0.3}, canvas="cloud"),
    Look("several_canvases", {MIDDLE_GRAY: 0.02, BLACK: 0.2}, canvas="noise"),
    Look("asyncio_app", {LIME: 0.002, BLACK: 0.4}),
]


def start(name):
    """Run an example in the way that its docstring gives."""
    path = EXAMPLES / f"{name}.py"
    if "\n    rendercanvas-rfb run " in path.read_text(encoding="utf-8"):
        return running("-m", "rendercanvas_rfb", "run", str(path))
    return running(str(path))


async def end(program: Program, address: str | None = None) -> None:
    """End a program by closing its last canvas, or else with Ctrl-C, and look at what it leaves behind."""
    if address is None:
        program.interrupt()
    else:
        async with connect(address) as client:
            await client.send_event("close")
    assert await program.finish() == 0, "\n".join(program.errors)
    assert not [line for line in program.errors if "Traceback" in line or "Error" in line]


@pytest.mark.gpu
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.name}-{look.canvas}")
async def test_it_shows_what_it_says_and_ends_with_ctrl_c(look):
    async with start(look.name) as program:
        async with connect(await program.address(look.canvas), view=VIEW) as client:
            await picture_where(
                client,
                lambda pixels: (
                    pixels.shape == (480, 640, 3)
                    and all(share(pixels, color) >= least for color, least in look.colors.items())
                ),
                f"{look.colors}",
            )
        await end(program)


async def test_the_bitmap_is_a_gradient():
    async with start("bitmap") as program:
        address = await program.address()
        async with connect(address, view=VIEW) as client:
            pixels = await picture_where(client, lambda pixels: pixels.shape == (480, 640, 3), "that size")
        assert pixels[:, :8, 0].max() < 24 < 230 < pixels[:, -8:, 0].min(), "red from left to right"
        assert pixels[:8, :, 1].max() < 24 < 230 < pixels[-8:, :, 1].min(), "green from top to bottom"
        await end(program, address)


async def test_events_paint_and_clear():
    async with start("events") as program:
        address = await program.address()
        async with connect(address, view=VIEW) as client:
            await picture_where(client, lambda pixels: share(pixels, WHITE) == 1, "nothing painted")
            await client.send_event("pointer_down", x=200, y=100, button=1, buttons=(1,))
            painted = await picture_where(client, lambda pixels: share(pixels, RED, 60) > 0, "a dot")
            assert share(painted[96:104, 196:204], RED) > 0.9
            await client.send_event("key_down", key="c")
            await picture_where(client, lambda pixels: share(pixels, WHITE) == 1, "the dot cleared")
        await program.until(lambda: any("'key': 'c'" in line for line in program.output), "a report of the key")
        await end(program, address)


@pytest.mark.gpu
async def test_the_panel_controls_the_line():
    async with start("imgui_panel") as program:
        address = await program.address()
        async with connect(address, view=VIEW) as client:
            pixels = await picture_where(client, lambda pixels: share(pixels, YELLOW) > 0.002, "a yellow line")
            # The button is the blue box below the slider.
            x, y = 450, 58
            assert share(pixels, YELLOW) > share(pixels, (255, 0, 0))
            await client.send_event("pointer_move", x=x, y=y)
            await client.send_event("pointer_down", x=x, y=y, button=1, buttons=(1,))
            await client.next_picture()
            await client.send_event("pointer_up", x=x, y=y, button=1)
            await picture_where(client, lambda pixels: share(pixels, (255, 0, 0)) > 0.002, "a red line")
        await end(program, address)


@pytest.mark.gpu
async def test_a_snapshot_has_the_size_that_was_asked_for(tmp_path):
    path = tmp_path / "snapshot.png"
    async with start("line_plot") as program:
        arguments = [await program.address(), str(path), "--size", "500", "300", "--pixel-ratio", "2"]
        async with running(str(EXAMPLES / "snapshot.py"), *arguments) as snapshot:
            assert await snapshot.finish() == 0, snapshot.errors
            assert "1000 x 600 pixels" in snapshot.output[0]
        with Image.open(path) as image:
            assert image.size == (1000, 600)
            pixels = np.asarray(image)
        assert share(pixels, MAGENTA) > 0.005
        assert share(pixels, CYAN) > 0.005
        await end(program)


def test_every_example_is_tested_and_says_how_to_run_it():
    names = {path.stem for path in EXAMPLES.glob("*.py")}
    assert names == {look.name for look in LOOKS} | {"bitmap", "events", "snapshot"}
    for name in names:
        assert f"examples/{name}.py" in (EXAMPLES / f"{name}.py").read_text(encoding="utf-8").split('"""')[1]
