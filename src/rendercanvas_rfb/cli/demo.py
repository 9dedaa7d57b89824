"""``rendercanvas-rfb demo``: scenes to look at and to play with, all in one process."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import webbrowser
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin, urlsplit

from ..demo import SCENES, Scene
from ..display import Display
from ..hosting import host_private
from ..policy import ViewerPolicy
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
    parser.add_argument(
        "--private", action="store_true", help="make each scene anew for each viewer, who sees no other's"
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
    if arguments.private:
        with suppress(KeyboardInterrupt):
            asyncio.run(_show_privately(scenes, arguments))
        return
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
    _announce(shown[0][0].url, arguments)
    loop.run()


async def _show_privately(scenes: Sequence[Scene], arguments: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    kept: dict[Display, Any] = {}
    urls = []
    for scene in scenes:

        def make(_principal: object, scene: Scene = scene) -> Display:
            return asyncio.run_coroutine_threadsafe(_build(scene, kept), loop).result()

        urls.append(host_private(scene.name, make, title=scene.title, host=arguments.host, port=arguments.port))
    _announce(urls[0], arguments)
    interrupted = asyncio.Event()
    # While there are canvases, rendercanvas handles Ctrl-C, and ends only them. Windows knows no such handlers.
    with suppress(NotImplementedError):
        loop.add_signal_handler(signal.SIGINT, interrupted.set)
    await interrupted.wait()


async def _build(scene: Scene, kept: dict[Display, Any]) -> Display:
    """Make the scene for one viewer, on the loop that it is drawn on; ``kept`` holds it until the display is closed."""
    from ..rfb import RfbRenderCanvas

    loop = asyncio.get_running_loop()
    display = Display(scene.name, policy=ViewerPolicy(resize="viewer"))
    canvas = RfbRenderCanvas(display=display, title=scene.title, size=SIZE)
    kept[display] = (canvas, scene.build(canvas))

    def forget() -> None:
        loop.call_soon_threadsafe(kept.pop, display, None)

    display.at_close(forget)
    return display


def _announce(url: str, arguments: argparse.Namespace) -> None:
    index = index_url(url)
    print(f"\n  The demo is at  {index}\n\n  Ctrl-C ends it.\n", flush=True)
    if can_open_browser() if arguments.open is None else arguments.open:
        webbrowser.open(index)


def index_url(canvas_url: str) -> str:
    """Address of the page that lists all canvases, with the token of a canvas' address where it has one."""
    fragment = urlsplit(canvas_url).fragment
    return urljoin(canvas_url, "..") + (f"#{fragment}" if fragment else "")
