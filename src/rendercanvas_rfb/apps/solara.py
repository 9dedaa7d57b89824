"""Figures in Solara apps.

A figure is an element of the component that is being rendered:

    from rendercanvas_rfb.apps.solara import rfb_chart

    @solara.component
    def Page():
        rfb_chart(make_figure)
"""

from __future__ import annotations

from typing import Any

import solara

from ._chart import chart
from ._html import DEFAULT_HEIGHT, DEFAULT_WIDTH

__all__ = ["rfb_chart"]


def rfb_chart(
    figure: Any,
    key: str | None = None,
    *,
    width: float | str = DEFAULT_WIDTH,
    height: float | str = DEFAULT_HEIGHT,
    per_visitor: bool = False,
) -> Any:
    """A figure as an element of the component that is being rendered.

    Args:
        figure: As for `rendercanvas_rfb.apps.rfb_chart`, as are ``key``, ``width`` and ``height``.
        key: See ``figure``.
        width: See ``figure``.
        height: See ``figure``.
        per_visitor: Whether each browser has a figure of its own, which the function ``figure`` makes.

    Returns:
        The element.

    Raises:
        ConfigurationError: An argument is of another form.
    """
    visitor = solara.get_session_id() if per_visitor else None
    shown = chart(figure, key, visitor=visitor)
    return solara.HTML(tag="div", unsafe_innerHTML=str(shown.frame(width, height)), style="width: 100%")
