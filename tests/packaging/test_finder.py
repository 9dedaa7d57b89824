"""The start-up hook that makes ``rendercanvas.rfb`` importable, in interpreters of their own."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parents[2] / "src"
HOOK_FILES = ["_rendercanvas_rfb_finder.py", "rendercanvas_rfb.pth", "rendercanvas_rfb.start"]

BACKEND = """
__all__ = ["RenderCanvas", "loop"]
class RenderCanvas: pass
loop = object()
private = 1
"""


@pytest.fixture
def site(tmp_path):
    """A folder like site-packages: a stand-in for rendercanvas, one for our backend, and the real hook."""
    for name, content in {
        "rendercanvas/__init__.py": "",
        "rendercanvas_rfb/__init__.py": "",
        "rendercanvas_rfb/rfb.py": BACKEND,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    for name in HOOK_FILES:
        shutil.copy(SOURCES / name, tmp_path)
    return tmp_path


def run(site, code, start="site.addsitedir(folder)"):
    """Run code that ends with a value in ``result``, after a start-up that handles the folder's .pth files."""
    script = f"import json, site, sys; folder = {str(site)!r}\n{start}\n{code}\nprint(json.dumps(result))"
    # Isolated and without the environment's own site-packages, where this project may be installed.
    command = [sys.executable, "-I", "-S", "-c", script]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    return json.loads(finished.stdout)


def test_the_backend_is_importable_by_name_with_nothing_imported_first(site):
    code = """
import importlib
by_fastplotlib = importlib.import_module("rendercanvas.rfb")
by_auto = importlib.import_module(".rfb", package="rendercanvas")
result = [by_fastplotlib is by_auto, by_auto.RenderCanvas.__module__, by_auto.__all__, hasattr(by_auto, "private")]
"""
    assert run(site, code) == [True, "rendercanvas_rfb.rfb", ["RenderCanvas", "loop"], False]


def test_the_alias_is_the_same_class_and_loop(site):
    code = """
import rendercanvas.rfb, rendercanvas_rfb.rfb
result = [getattr(rendercanvas.rfb, name) is getattr(rendercanvas_rfb.rfb, name) for name in ("RenderCanvas", "loop")]
"""
    assert run(site, code) == [True, True]


def test_a_backend_in_rendercanvas_itself_wins(site):
    (site / "rendercanvas" / "rfb.py").write_text("origin = 'upstream'")
    assert run(site, "import rendercanvas.rfb; result = rendercanvas.rfb.origin") == "upstream"


@pytest.mark.parametrize("name", ["rendercanvas.other", "rendercanvas.rfb.other", "rfb", "other.rfb"])
def test_no_other_name_is_answered(site, name):
    code = f"""
import importlib
try:
    importlib.import_module({name!r})
except ModuleNotFoundError as error:
    result = str(error)
"""
    assert run(site, code).startswith("No module named")


def test_a_backend_that_cannot_be_imported_says_so_itself(site):
    (site / "rendercanvas_rfb" / "rfb.py").write_text("raise ImportError('no libx264')")
    code = """
try:
    import rendercanvas.rfb
except ImportError as error:
    result = [str(error), "rendercanvas.rfb" in sys.modules]
"""
    assert run(site, code) == ["no libx264", False]


def test_start_up_imports_the_hook_and_nothing_else(site):
    code = "result = sorted(set(sys.modules) - before)"
    start = "before = set(sys.modules)\nsite.addsitedir(folder)"
    assert run(site, code, start) == ["_rendercanvas_rfb_finder"]


def test_installing_twice_leaves_one_finder_at_the_end(site):
    code = """
import _rendercanvas_rfb_finder as hook
hook.install()
result = [isinstance(finder, hook.AliasFinder) for finder in sys.meta_path]
"""
    *others, last = run(site, code)
    assert last
    assert not any(others)


def test_the_start_file_names_what_the_pth_file_calls(site):
    module, function = (site / "rendercanvas_rfb.start").read_text().strip().split(":")
    assert (site / "rendercanvas_rfb.pth").read_text() == f"import {module}; {module}.{function}()\n"
    start = f"sys.path.append(folder); import importlib; importlib.import_module({module!r}).{function}()"
    assert run(site, "import rendercanvas.rfb; result = rendercanvas.rfb.__all__", start) == ["RenderCanvas", "loop"]
