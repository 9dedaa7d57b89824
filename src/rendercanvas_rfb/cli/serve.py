"""``rendercanvas-rfb serve``: keep a display of a module going, or a test pattern."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import threading
from pathlib import Path
from typing import Any

from ..display import Display
from ..encoders.base import MAX_DEPTH
from ..errors import ConfigurationError
from ..frames import MAX_DIMENSION
from ..options import QUALITIES
from ..serve import serve
from .options import add_server_options, apply_server_options
from .patterns import PATTERNS, publish_pattern

__all__ = ["add_parser", "find_display", "main"]

WAKE_S = 1.0
"""Seconds of one wait: on Windows, Ctrl-C does not end a longer one."""

MAX_FPS = 1000.0
"""More than any screen shows, and than a pattern can be drawn at."""


def add_parser(commands: Any) -> None:
    """Add this command."""
    parser = commands.add_parser(
        "serve",
        help="serve a display that a module makes, or a test pattern",
        usage="rendercanvas-rfb serve [options] module:display\n       rendercanvas-rfb serve [options] --pattern NAME",
        description="Import a module, and serve its display until that is closed or Ctrl-C is pressed; or serve a test"
        " pattern, to try a link or a browser.",
        epilog="The display is one that rendercanvas_rfb.serve() has made, or a function without arguments that returns"
        " one. What publishes to it is the module's business, such as a thread that it starts.",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("target", metavar="module:display", nargs="?", help="name of the module, and of what it has")
    what.add_argument("--pattern", metavar="NAME", choices=list(PATTERNS), help=f"one of {', '.join(PATTERNS)}")
    pattern = parser.add_argument_group("pattern")
    pattern.add_argument("--size", metavar="WxH", type=_size, default=(1280, 720), help="in pixels (default: 1280x720)")
    pattern.add_argument("--fps", type=_fps, default=30.0, help="pictures per second, at most (default: 30)")
    pattern.add_argument("--quality", choices=list(QUALITIES), default="sharp", help="default: sharp")
    pattern.add_argument(
        "--encode-pipeline-depth",
        metavar="N",
        type=int,
        help=f"frames that an encoder may have in work at once, 1 to {MAX_DEPTH}, where it can have several",
    )
    add_server_options(parser, what_opens="open the page in a browser (default: whether RENDERCANVAS_RFB_OPEN is 1)")
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Serve until the display is closed."""
    apply_server_options(arguments)
    if arguments.pattern is not None:
        return _serve_pattern(arguments)
    if not sys.flags.safe_path:
        sys.path[0] = str(Path.cwd())
    display = find_display(arguments.target)
    closed = threading.Event()
    display.at_close(closed.set)
    try:
        while not (closed.wait(WAKE_S) or display.closed):
            pass
    except KeyboardInterrupt:
        display.close()
    return 0


def _serve_pattern(arguments: argparse.Namespace) -> int:
    width, height = arguments.size
    display = serve(
        width,
        height,
        name=arguments.pattern,
        quality=arguments.quality,
        encode_pipeline_depth=arguments.encode_pipeline_depth,
    )
    try:
        publish_pattern(display, arguments.pattern, width, height, arguments.fps)
    except KeyboardInterrupt:
        display.close()
    return 0


def find_display(target: str) -> Display:
    """The display that ``module:display`` names; an exception of the module itself is let through.

    Raises:
        ConfigurationError: There is no such module or name, or it is no display that is served.
    """
    module_name, colon, path = target.partition(":")
    if not (module_name and colon and path):
        raise ConfigurationError(f"what to serve is named module:display, not {target!r}")
    try:
        found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        # A module that is there, but imports one that is not, has a traceback of its own.
        if error.name is not None and (module_name == error.name or module_name.startswith(f"{error.name}.")):
            raise ConfigurationError(
                f"there is no module {module_name!r} in {os.getcwd()} or among the packages"
            ) from None
        raise
    for name in path.split("."):
        if not hasattr(found, name):
            raise ConfigurationError(f"module {module_name!r} has no {path!r}")
        found = getattr(found, name)
    if callable(found):
        found = found()
    if not isinstance(found, Display):
        raise ConfigurationError(f"{target} must be a Display or return one, not {type(found).__name__}")
    if not found.url:
        raise ConfigurationError(f"{target} is not served; make it with rendercanvas_rfb.serve()")
    return found


def _size(text: str) -> tuple[int, int]:
    sides = text.lower().split("x")
    if len(sides) != 2 or not all(side.isdecimal() and 1 <= int(side) <= MAX_DIMENSION for side in sides):
        raise argparse.ArgumentTypeError(f"must be width and height such as 1280x720, not {text!r}")
    return int(sides[0]), int(sides[1])


def _fps(text: str) -> float:
    try:
        fps = float(text)
    except ValueError:
        fps = 0.0
    if not 0 < fps <= MAX_FPS:
        raise argparse.ArgumentTypeError(f"must be a positive number up to {MAX_FPS:g}, not {text!r}")
    return fps
