"""How Sphinx builds this documentation: ``python3 noxfile.py -s docs``."""

from __future__ import annotations

import argparse
import os
from typing import Any

# Before anything imports rendercanvas.auto, which else looks for a window system.
os.environ["RENDERCANVAS_BACKEND"] = "rfb"
# Help texts are as wide as the page.
os.environ["COLUMNS"] = "86"

from docutils import nodes
from docutils.parsers.rst import Directive

import rendercanvas_rfb
from rendercanvas_rfb.cli import build_parser

project = "rendercanvas-rfb"
author = "The rendercanvas-rfb developers"
copyright = "the rendercanvas-rfb developers"
version = release = rendercanvas_rfb.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
default_role = "code"

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = "rendercanvas-rfb"
html_static_path: list[str] = []


class CommandHelp(Directive):
    """The help of ``rendercanvas-rfb``, or of the subcommand that is the argument, as the command prints it."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        text = _parser_of(self.arguments).format_help()
        block = nodes.literal_block(text, text)
        block["language"] = "text"
        return [block]


def _parser_of(commands: list[str]) -> argparse.ArgumentParser:
    parser = build_parser()
    for command in commands:
        (subparsers,) = (action for action in parser._actions if isinstance(action.choices, dict))
        parser = subparsers.choices[command]
    return parser


def setup(app: Any) -> None:
    """What Sphinx calls."""
    app.add_directive("command-help", CommandHelp)
