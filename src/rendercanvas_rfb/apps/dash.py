"""Figures in Dash apps.

A figure is a component of the layout:

    from rendercanvas_rfb.apps.dash import rfb_chart

    app.layout = html.Div([html.H1("My app"), rfb_chart(make_figure)])
"""

from __future__ import annotations

from typing import Any

from dash import html

from ._chart import chart
from ._html import DEFAULT_HEIGHT, DEFAULT_WIDTH, FRAME_ALLOWS, react_style

__all__ = ["rfb_chart"]


def rfb_chart(
    figure: Any,
    key: str | None = None,
    *,
    width: float | str = DEFAULT_WIDTH,
    height: float | str = DEFAULT_HEIGHT,
    per_visitor: bool = False,
    **options: Any,
) -> Any:
    """A figure as a component.

    Args:
        figure: As for `rendercanvas_rfb.apps.rfb_chart`, as are ``key``, ``width`` and ``height``.
        key: See ``figure``.
        width: See ``figure``.
        height: See ``figure``.
        per_visitor: Whether each view has a figure of its own, which the function ``figure`` makes.
        **options: For ``dash.html.Iframe``, such as ``id``.

    Raises:
        ConfigurationError: An argument is of another form.
    """
    shown = chart(figure, key, private=per_visitor)
    style = {**react_style(width, height), **options.pop("style", {})}
    options.setdefault("allow", FRAME_ALLOWS)
    return html.Iframe(src=shown.url, title=shown.title, style=style, **options)
