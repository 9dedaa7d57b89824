"""Figures in Gradio apps.

A figure is a component of the block that is open:

    from rendercanvas_rfb.apps.gradio import rfb_chart

    with gr.Blocks() as app:
        rfb_chart(make_figure)
"""

from __future__ import annotations

from typing import Any

import gradio

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
    **options: Any,
) -> Any:
    """A figure as a component, in the block that is open.

    Args:
        figure: As for `rendercanvas_rfb.apps.rfb_chart`, as are ``key``, ``width`` and ``height``.
        key: See ``figure``.
        width: See ``figure``.
        height: See ``figure``.
        per_visitor: Whether each view has a figure of its own, which the function ``figure`` makes.
        **options: For ``gradio.HTML``.

    Raises:
        ConfigurationError: An argument is of another form.
    """
    return gradio.HTML(str(chart(figure, key, private=per_visitor).frame(width, height)), **options)
