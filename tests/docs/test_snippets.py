"""Every Python snippet of the guide runs, as a script of its own: those that go on for ever, for a while."""

from __future__ import annotations

import asyncio
import builtins
import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from rendercanvas_rfb import hosting
from tests.programs import running

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
SNIPPET = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ENOUGH = 5
"""Sleeps after which a snippet has shown that it runs."""


DRAWS = re.compile(r"import fastplotlib|rendercanvas_rfb\.apps")
"""What makes figures. rendercanvas' loop and the thread that draws are there once in a process, and belong to other
tests in this one."""


class Enough(BaseException):
    """Ends a snippet that would go on; no ``except Exception`` of its own stops it."""


def snippets() -> Iterator[Any]:
    for page in sorted(GUIDE.glob("*.md")):
        for number, match in enumerate(SNIPPET.finditer(page.read_text()), 1):
            yield pytest.param(match[1], id=f"{page.stem}-{number}")


SNIPPETS = list(snippets())
DRAWING = [snippet for snippet in SNIPPETS if DRAWS.search(snippet.values[0])]
OTHERS = [snippet for snippet in SNIPPETS if snippet not in DRAWING]


def test_there_are_snippets() -> None:
    assert len(OTHERS) > 5
    assert DRAWING


@pytest.mark.gpu
@pytest.mark.parametrize("snippet", DRAWING)
async def test_a_snippet_that_draws_runs_and_ends(snippet: str, tmp_path: Path) -> None:
    script = tmp_path / "snippet.py"
    script.write_text(snippet)
    # As the guide says for machines without a window system.
    async with running(str(script), RENDERCANVAS_BACKEND="rfb") as program:
        assert await program.finish() == 0, program.errors
        assert "Traceback" not in "".join(program.errors)


@pytest.mark.parametrize("snippet", OTHERS)
def test_a_snippet_runs(snippet: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RENDERCANVAS_RFB_PORT", "0")
    monkeypatch.chdir(tmp_path)
    naps = iter(range(ENOUGH))

    def nap(_seconds: float) -> None:
        time.sleep(0.01)
        if next(naps, None) is None:
            raise Enough

    async def nap_async(_seconds: float) -> None:
        await asyncio.sleep(0)
        nap(0)

    impatient = {"time": _with(time, sleep=nap), "asyncio": _with(asyncio, sleep=nap_async)}

    def impatient_import(name: str, *arguments: Any) -> Any:
        return impatient.get(name) or builtins.__import__(name, *arguments)

    namespace = {"__name__": "__main__", "__builtins__": {**vars(builtins), "__import__": impatient_import}}
    try:
        exec(compile(snippet, "snippet", "exec"), namespace)
    except Enough:
        pass
    finally:
        hosting.stop_all()


def _with(module: ModuleType, **replaced: Any) -> SimpleNamespace:
    """A module in which some functions are others."""
    return SimpleNamespace(**{**vars(module), **replaced})
