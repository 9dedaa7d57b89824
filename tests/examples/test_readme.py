"""The scripts in the README show what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rendercanvas_rfb.client import connect, view_of
from tests.programs import picture_where, running, share

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.mark.gpu
@pytest.mark.parametrize(("library", "color"), [("fastplotlib", (255, 0, 255)), ("pygfx", (30, 80, 160))])
async def test_its_script_shows_its_color(library, color, tmp_path):
    script = save_script(f"import {library}", tmp_path)
    async with running("-m", "rendercanvas_rfb", "run", str(script)) as program:
        async with connect(await program.address(), view=view_of(600, 400)) as client:
            await picture_where(client, lambda pixels: share(pixels, color, 60) > 0.005, f"the color of {library}")
            await client.send_event("close")
        assert await program.finish() == 0, program.errors


async def test_the_script_that_publishes_shows_noise_and_prints_events(tmp_path):
    script = save_script("import time", tmp_path)
    async with running(str(script)) as program, connect(await program.address("display-1")) as client:
        await picture_where(client, lambda pixels: pixels.std() > 60, "noise")
        await client.send_event("key_down", key="a")
        await program.until(lambda: any("key_down" in line for line in program.output), "the event")


def save_script(beginning: str, folder: Path) -> Path:
    """Save the one script of the README that begins like this."""
    scripts = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (text,) = [script for script in scripts if script.startswith(beginning)]
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    return path
