"""Making this backend the one that rendercanvas and fastplotlib choose."""

from __future__ import annotations

import os

from _rendercanvas_rfb_finder import install

__all__ = ["choose_backend"]


def choose_backend() -> None:
    """Choose it for everything that this process imports from now on.

    It must come before the first import of fastplotlib, which else looks for a window system, and fails where there
    is none.
    """
    os.environ["RENDERCANVAS_BACKEND"] = "rfb"
    # It is there already, except where the interpreter has read no .pth file: python -S, or a PYTHONPATH.
    install()
