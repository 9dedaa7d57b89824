"""Whether this is a notebook, and what displays and canvases do to be seen in one."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

__all__ = ["Showable", "in_notebook", "ipython_shell"]


def in_notebook() -> bool:
    """Whether this program runs in the kernel of a notebook: Jupyter's, in whatever frontend, or marimo's.

    Imports nothing: what the kernel is made of is loaded already.
    """
    marimo = sys.modules.get("marimo")
    if marimo is not None and hasattr(marimo, "running_in_notebook") and marimo.running_in_notebook():
        return True
    return getattr(ipython_shell(), "kernel", None) is not None


def ipython_shell() -> Any:
    """The shell of IPython, where the program runs in it; else None."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


class Showable:
    """Shows itself where it is the value of a notebook's cell, as `rendercanvas_rfb.notebook` does it."""

    def _repr_mimebundle_(self, **_options: object) -> Any:
        """What Jupyter and its relatives show; see `notebook.mimebundle`."""
        return _notebook().mimebundle(self)

    def _display_(self) -> Any:
        """What marimo shows; see `notebook.show`."""
        return _notebook().show(self)


def _notebook() -> Any:
    # By its name: it stands above whatever can be shown, and needs a package that not everybody has.
    return import_module(f"{__package__}.notebook")
