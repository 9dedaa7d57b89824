"""The two scripts in the README show what they say."""

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
    scripts = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (text,) = [script for script in scripts if script.startswith(f"import {library}")]
    script = tmp_path / "script.py"
    script.write_text(text, encoding="utf-8")
    async with running("-m", "rendercanvas_rfb", "run", str(script)) as program:
        async with connect(await program.address(), view=view_of(600, 400)) as client:
            await picture_where(client, lambda pixels: share(pixels, color, 60) > 0.005, f"the color of {library}")
            await client.send_event("close")
        assert await program.finish() == 0, program.errors
