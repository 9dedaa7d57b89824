"""``rendercanvas-rfb demo``: scenes to look at and to play with, all in one process."""

from __future__ import annotations

import argparse
import sys
import webbrowser
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from ..demo import SCENES, Scene
from .backend import choose_backend
from .options import add_server_options, can_open_browser
from .requirements import how_to_get_a_driver, how_to_install, missing_modules

__all__ = ["add_parser", "index_url", "main"]

NEEDED_MODULES = ("fastplotlib", "imgui_bundle")
"""What the scenes need; pygfx and wgpu come with fastplotlib."""

SIZE = (1280, 720)
"""Logical pixels of a scene until a browser with another size comes."""


def add_parser(commands: Any) -> None:
    """Add this command."""
    parser = commands.add_parser(
        "demo",
        help="show a few scenes",
        description="Show a few scenes, each at an address of its own; the index page lists them.",
        epilog="Ctrl-C ends it. A scene that nobody watches is not drawn.",
    )
    parser.add_argument(
        "--scene",
        dest="scenes",
        metavar="NAME",
        action="append",
        choices=[scene.name for scene in SCENES],
        help=f"show only this one: {', '.join(scene.name for scene in SCENES)}; may be given several times",
    )
    parser.add_argument("--list", action="store_true", help="list the scenes, and show none")
    add_server_options(parser, what_opens="open the index page in a browser (default: where there is a display)")
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Show the scenes until they are closed or Ctrl-C is pressed."""
    if arguments.list:
        for scene in SCENES:
            print(f"{scene.name:10}  {scene.title}")
        return 0
    if missing := missing_modules(NEEDED_MODULES):
        commands = " && ".join(filter(None, map(how_to_install, missing)))
        print(f"rendercanvas-rfb demo: {' and '.join(missing)} needed: {commands}", file=sys.stderr)
        return 1
    if (hint := how_to_get_a_driver()) is not None:
        print(f"rendercanvas-rfb demo: {hint}", file=sys.stderr)
        return 1
    scenes = [scene for scene in SCENES if not arguments.scenes or scene.name in arguments.scenes]
    _show(scenes, arguments)
    return 0


def _show(scenes: Sequence[Scene], arguments: argparse.Namespace) -> None:
    choose_backend()
    from ..rfb import RfbRenderCanvas, loop

    shown = []
    for scene in scenes:
        canvas = RfbRenderCanvas(
            name=scene.name,
            title=scene.title,
            size=SIZE,
            host=arguments.host,
            port=arguments.port,
            open_browser=False,
        )
        shown.append((canvas, scene.build(canvas)))
    index = index_url(shown[0][0].url)
    print(f"\n  The demo is at  {index}\n\n  Ctrl-C ends it.\n", flush=True)
    if can_open_browser() if arguments.open is None else arguments.open:
        webbrowser.open(index)
    loop.run()


def index_url(canvas_url: str) -> str:
    """Address of the page that lists all canvases, with the token of a canvas' address where it has one."""
    fragment = urlsplit(canvas_url).fragment
    return urljoin(canvas_url, "..") + (f"#{fragment}" if fragment else "")
