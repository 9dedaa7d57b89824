"""Whether this is a notebook, what it needs, and when its kernel cannot hear its viewers."""

from __future__ import annotations

import asyncio
import sys
import time
from types import SimpleNamespace
from typing import Any

import pytest

from rendercanvas_rfb import kernel as kernel_module
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import ConfigurationError
from rendercanvas_rfb.kernel import Kernel
from rendercanvas_rfb.rfb import RfbRenderCanvas
from rendercanvas_rfb.showing import in_notebook
from tests.support import until


class Shell:
    """IPython's, as far as it matters here."""

    def __init__(self) -> None:
        self.kernel = object()
        self.hooks: dict[str, Any] = {}
        self.events = SimpleNamespace(register=self.hooks.__setitem__)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    shell = Shell()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    return shell


def test_a_program_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert not in_notebook()


def test_a_kernel_of_jupyter_is_one(shell: Shell) -> None:
    assert in_notebook()


@pytest.mark.parametrize("running", [True, False])
def test_marimo_says_whether_it_is_one(monkeypatch: pytest.MonkeyPatch, running: bool) -> None:
    monkeypatch.setitem(sys.modules, "marimo", SimpleNamespace(running_in_notebook=lambda: running))
    assert in_notebook() is running


async def test_a_canvas_in_a_notebook_has_no_address_unless_it_is_wanted(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    canvas = RfbRenderCanvas(size=(500, 300))
    assert canvas.url == ""
    assert capsys.readouterr().err == ""
    assert [canvas.display.state[name] for name in ("css_width", "css_height")] == ["500px", "300px"]
    canvas.close()
    served = RfbRenderCanvas(port=0)
    assert served.url.startswith("http://")
    served.close()


def test_without_anywidget_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "rendercanvas_rfb.notebook", raising=False)
    with Display("plot") as display, pytest.raises(ConfigurationError, match=r"rendercanvas-rfb\[notebook\]"):
        display._repr_mimebundle_()


def test_while_a_cell_runs_nothing_is_heard_unless_something_was(shell: Shell) -> None:
    kernel = Kernel()
    assert kernel.is_deaf()
    kernel.heard()
    assert not kernel.is_deaf()
    shell.hooks["post_run_cell"](None)
    assert not kernel.is_deaf()
    shell.hooks["pre_run_cell"](None)
    assert kernel.is_deaf()


async def test_a_loop_that_is_held_up_hears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", None)
    monkeypatch.setattr(kernel_module, "PROBE_S", 0.02)
    kernel = Kernel()
    await asyncio.sleep(0)
    assert not kernel.is_deaf()
    time.sleep(0.1)  # noqa: ASYNC251 the loop shall have no turn
    assert kernel.is_deaf()
    await until(lambda: not kernel.is_deaf(), "the answer of the loop")
