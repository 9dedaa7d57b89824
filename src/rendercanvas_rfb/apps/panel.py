"""Figures in Panel apps.

A figure is a pane:

    from rendercanvas_rfb.apps.panel import rfb_chart

    pn.Column("# My app", rfb_chart(make_figure)).servable()
"""

from __future__ import annotations

from typing import Any

import panel as pn

from ._chart import chart
from ._html import DEFAULT_HEIGHT

__all__ = ["rfb_chart"]


def rfb_chart(
    figure: Any, key: str | None = None, *, height: int = DEFAULT_HEIGHT, per_visitor: bool = False, **options: Any
) -> Any:
    """A figure as a pane.

    Args:
        figure: As for `rendercanvas_rfb.apps.rfb_chart`, as is ``key``.
        key: See ``figure``.
        height: CSS pixels.
        per_visitor: Whether each session has a figure of its own, which the function ``figure`` makes.
        **options: For ``panel.pane.HTML``, such as ``width`` or ``sizing_mode``: "stretch_width" by default.

    Raises:
        ConfigurationError: An argument is of another form.
    """
    visitor = str(pn.state.curdoc.session_context.id) if per_visitor and _has_session() else None
    shown = chart(figure, key, visitor=visitor)
    options.setdefault("sizing_mode", "fixed" if "width" in options else "stretch_width")
    return pn.pane.HTML(str(shown.frame("100%", "100%")), height=height, **options)


def _has_session() -> bool:
    document = pn.state.curdoc
    return document is not None and document.session_context is not None
