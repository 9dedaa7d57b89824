"""What there is one of in a process, as there is of rendercanvas' loop."""

from __future__ import annotations

from ._drawing import Drawing
from ._figures import Figures
from ._site import Site

__all__ = ["drawing", "figures", "site"]

site = Site()
drawing = Drawing()
figures = Figures(site, drawing)
