"""``rendercanvas-rfb run``: run an unchanged script on this backend.

The script runs as ``python script.py`` would run it: as ``__main__``, with its own ``sys.argv`` and its folder first in
``sys.path``; exceptions are printed and exit codes returned alike.
"""

from __future__ import annotations

import argparse
import runpy
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from .backend import choose_backend
from .options import add_server_options, apply_server_options
from .requirements import how_to_get_a_driver, how_to_install

__all__ = ["add_parser", "main"]

NOT_FOUND = 2
"""Exit code where there is no such script: that of python."""


def add_parser(commands: Any) -> None:
    """Add this command."""
    parser = commands.add_parser(
        "run",
        help="run a script with its figures in the browser",
        usage="rendercanvas-rfb run [options] script.py [argument ...]\n"
        "       rendercanvas-rfb run [options] -m module [argument ...]",
        description="Run a script as python would, with its figures in the browser instead of in windows. It needs no"
        " change: what it takes from rendercanvas.auto, fastplotlib and pygfx by default is this backend.",
        epilog="Options come before the script; what follows it is for the script. As under python, the script shows"
        " its figures while it runs the loop: fpl.loop.run(), or loop.run() of rendercanvas.auto.",
    )
    parser.add_argument("-m", dest="as_module", action="store_true", help="run a module by its name, as python -m")
    parser.add_argument("script", metavar="script.py", help="the script, or with -m the module")
    parser.add_argument(
        "arguments", metavar="argument", nargs=argparse.REMAINDER, help="for the script, in its sys.argv"
    )
    add_server_options(parser, what_opens="open each canvas in a browser (default: whether RENDERCANVAS_RFB_OPEN is 1)")
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Run the script; returns its exit code, or lets its ``SystemExit`` through."""
    if not arguments.as_module and not Path(arguments.script).exists():
        print(f"rendercanvas-rfb run: there is no file {arguments.script!r}", file=sys.stderr)
        return NOT_FOUND
    choose_backend()
    apply_server_options(arguments)
    sys.argv[:] = [arguments.script, *arguments.arguments]
    try:
        namespace = _run(arguments.script, as_module=arguments.as_module)
    except Exception as error:  # noqa: BLE001 - whatever the script raises
        return _report(error)
    _warn_of_open_canvases()
    # Only now, because it holds the script's canvases.
    del namespace
    return 0


def _run(script: str, *, as_module: bool) -> dict[str, Any]:
    # The first entry is where this command was found, unless python was told to add none.
    if not sys.flags.safe_path:
        sys.path[0] = str(Path.cwd() if as_module else Path(script).resolve().parent)
    if as_module:
        return runpy.run_module(script, run_name="__main__", alter_sys=True)
    # Absolute, as python makes __file__, so that it holds when the script changes the working directory.
    return runpy.run_path(str(Path(script).absolute()), run_name="__main__")


def _report(error: Exception) -> int:
    """Print an exception of the script as python does, without the frames that are not the script's."""
    traceback = _of_the_script(error.__traceback__)
    if traceback is None and isinstance(error, ImportError):
        # runpy found no such module, or a folder that cannot be run.
        print(f"rendercanvas-rfb run: {error}", file=sys.stderr)
        return 1
    sys.excepthook(type(error), error.with_traceback(traceback), traceback)
    if (hint := _hint(error)) is not None:
        print(f"rendercanvas-rfb run: {hint}", file=sys.stderr)
    return 1


def _hint(error: Exception) -> str | None:
    if isinstance(error, ModuleNotFoundError):
        command = how_to_install(error.name)
        return None if command is None else f"{error.name} is not installed: {command}"
    # What wgpu raises where there is no driver, or one that lacks features. It names neither.
    if isinstance(error, RuntimeError) and "wgpu" in sys.modules:
        return how_to_get_a_driver()
    return None


def _of_the_script(traceback: TracebackType | None) -> TracebackType | None:
    while traceback is not None and traceback.tb_frame.f_globals.get("__name__") in (__name__, "runpy"):
        traceback = traceback.tb_next
    return traceback


def _warn_of_open_canvases() -> None:
    # Where the script has not imported the backend, it has no canvas.
    backend = sys.modules.get("rendercanvas_rfb.rfb")
    if backend is not None and backend.RfbRenderCanvas._rc_canvas_group.get_canvases():
        print(
            "rendercanvas-rfb run: the script ends without having run the loop, and its canvases with it;"
            " to keep them, let it call loop.run() at its end",
            file=sys.stderr,
        )
