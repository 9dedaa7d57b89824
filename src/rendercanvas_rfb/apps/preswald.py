"""Figures in Preswald apps.

    from rendercanvas_rfb.apps.preswald import rfb_chart

    rfb_chart(make_figure)

Such an app is started with ``rendercanvas-rfb preswald app.py``: Preswald and the figures in one process and of one
origin.
"""

from __future__ import annotations

from typing import Any

from preswald.interfaces.components import generic
from preswald.main import create_app as create_preswald
from starlette.applications import Starlette
from starlette.routing import Mount

from . import asgi_app
from ._chart import chart
from ._html import DEFAULT_HEIGHT, DEFAULT_WIDTH

__all__ = ["PATH", "create_app", "rfb_chart"]

PATH = "/rfb"
"""Where the figures are, in an app that `create_app` makes."""


def create_app(script: str) -> Starlette:
    """Preswald's application with the figures mounted in it.

    They come before it, for it takes every address; and beside it, so that its permission for all origins to read is
    none for them.

    Args:
        script: Path of the script.
    """
    figures = asgi_app(PATH)
    return Starlette(routes=[Mount(PATH, figures), Mount("/", create_preswald(script))])


def rfb_chart(
    figure: Any, key: str | None = None, *, width: float | str = DEFAULT_WIDTH, height: float | str = DEFAULT_HEIGHT
) -> Any:
    """Show a figure here.

    The arguments are those of `rendercanvas_rfb.apps.rfb_chart`.

    Returns:
        The figure. Change it with ``with drawing_paused(): ...``.
    """
    shown = chart(figure, key)
    # The same HTML each time, without the present picture: Preswald then leaves the frame that is there alone. The name
    # is given because Preswald's own is made from the file that calls, and skips those with "preswald" in their paths.
    generic(str(shown.frame(width, height)), "text/html", component_id=f"rfb-{shown.name}")
    return shown.figure
