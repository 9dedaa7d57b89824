"""The command ``rendercanvas-rfb``. Each subcommand is a module here, and imports what it needs when it runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .._version import __version__
from ..errors import RfbError
from ..memory import limit_arenas
from . import bench, demo, doctor, preswald, record, run, serve

__all__ = ["build_parser", "main"]

INTERRUPTED = 130
"""Exit code after Ctrl-C: 128 and the number of the signal, as shells count."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: Its arguments, without the command's name; those of the process by default.

    Returns:
        The exit code.

    Raises:
        SystemExit: The arguments are wrong (2), help or version were asked for (0), or a script that is run raised it.
    """
    arguments = build_parser().parse_args(argv)
    limit_arenas()
    try:
        return int(arguments.main(arguments))
    except KeyboardInterrupt:
        return INTERRUPTED
    except RfbError as error:
        print(f"rendercanvas-rfb: {error}", file=sys.stderr)
        return 1


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command, with all subcommands."""
    parser = argparse.ArgumentParser(
        prog="rendercanvas-rfb",
        description="Watch pygfx and fastplotlib figures of this machine in a browser, and work with them there.",
        epilog="rendercanvas-rfb COMMAND --help says more about a command.",
    )
    parser.add_argument("--version", action="version", version=f"rendercanvas-rfb {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (run, serve, record, demo, preswald, doctor, bench):
        command.add_parser(commands)
    return parser
