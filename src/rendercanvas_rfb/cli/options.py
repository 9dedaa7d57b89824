"""The options that say where to serve, and opening what is served."""

from __future__ import annotations

import argparse
import os
import sys

from ..server import DEFAULT_HOST, DEFAULT_PORT

__all__ = ["add_server_options", "apply_server_options", "can_open_browser"]


def add_server_options(parser: argparse.ArgumentParser, *, what_opens: str) -> None:
    """Add ``--host``, ``--port`` and ``--open``; each is None where it is not given."""
    group = parser.add_argument_group("server")
    group.add_argument(
        "--host",
        help=f"interface to listen on; any but loopback puts a token into the address"
        f" (default: RENDERCANVAS_RFB_HOST, else {DEFAULT_HOST})",
    )
    group.add_argument(
        "--port",
        type=_port,
        help="port to listen on, the next free one where it is in use; 0 for any free one"
        f" (default: RENDERCANVAS_RFB_PORT, else {DEFAULT_PORT})",
    )
    group.add_argument("--open", action=argparse.BooleanOptionalAction, default=None, help=what_opens)


def apply_server_options(arguments: argparse.Namespace) -> None:
    """Have displays and canvases of this process served where the options say; those not given change nothing."""
    if arguments.host is not None:
        os.environ["RENDERCANVAS_RFB_HOST"] = arguments.host
    if arguments.port is not None:
        os.environ["RENDERCANVAS_RFB_PORT"] = str(arguments.port)
    if arguments.open is not None:
        os.environ["RENDERCANVAS_RFB_OPEN"] = str(int(arguments.open))


def can_open_browser() -> bool:
    """Whether whoever started this process sees the browser that it opens."""
    if "SSH_CONNECTION" in os.environ:
        return False
    if sys.platform in ("darwin", "win32"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 65535, not {text!r}")
    return int(text)
