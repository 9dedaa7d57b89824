"""Figures in NiceGUI apps.

A figure is an element of the page that is being made:

    from rendercanvas_rfb.apps.nicegui import rfb_chart

    @ui.page("/")
    def page():
        rfb_chart(make_figure)
"""

from __future__ import annotations

from typing import Any

from nicegui import ui

from ._chart import chart
from ._html import DEFAULT_HEIGHT, DEFAULT_WIDTH, FRAME_ALLOWS, frame_style

__all__ = ["rfb_chart"]


def rfb_chart(
    figure: Any,
    key: str | None = None,
    *,
    width: float | str = DEFAULT_WIDTH,
    height: float | str = DEFAULT_HEIGHT,
    per_visitor: bool = False,
) -> Any:
    """A figure as an element, in the place that is open.

    Args:
        figure: As for `rendercanvas_rfb.apps.rfb_chart`, as are ``key``, ``width`` and ``height``.
        key: See ``figure``.
        width: See ``figure``.
        height: See ``figure``.
        per_visitor: Whether each page that is opened has a figure of its own, which the function ``figure`` makes.

    Returns:
        The element, an ``<iframe>``.

    Raises:
        ConfigurationError: An argument is of another form.
    """
    visitor = ui.context.client.id if per_visitor else None
    shown = chart(figure, key, visitor=visitor)
    frame = ui.element("iframe").style(frame_style(width, height))
    frame.props.update(src=shown.url, title=shown.title, allow=FRAME_ALLOWS)
    return frame
