"""``rendercanvas-rfb preswald``: start a Preswald app with its figures in the same process, and of the same origin."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .backend import choose_backend
from .run import NOT_FOUND

__all__ = ["add_parser", "main"]

DEFAULT_PORT = 8501
"""That of ``preswald run``."""


def add_parser(commands: Any) -> None:
    """Add this command."""
    parser = commands.add_parser(
        "preswald",
        help="start a Preswald app with figures in it",
        description="Start a Preswald app as preswald run does, with the figures that it shows by"
        " rendercanvas_rfb.apps.preswald.rfb_chart in the same process.",
    )
    parser.add_argument("script", metavar="app.py", help="the app's script")
    parser.add_argument("--host", default="127.0.0.1", help="interface to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port to listen on (default: %(default)s)")
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C; returns the exit code."""
    if not Path(arguments.script).is_file():
        print(f"rendercanvas-rfb preswald: there is no file {arguments.script!r}", file=sys.stderr)
        return NOT_FOUND
    choose_backend()
    import uvicorn

    from ..listening import websocket_options

    try:
        from ..apps.preswald import create_app
    except ModuleNotFoundError as error:
        print(f"rendercanvas-rfb preswald: {error.name} is not installed: pip install preswald", file=sys.stderr)
        return 1
    # The script may import what lies beside it.
    sys.path.insert(0, str(Path(arguments.script).resolve().parent))
    # Preswald needs an old websockets package, with which today's uvicorn speaks only where it is told how.
    uvicorn.run(create_app(arguments.script), host=arguments.host, port=arguments.port, **websocket_options())
    return 0
