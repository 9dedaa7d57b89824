"""Figures in Streamlit apps.

    from rendercanvas_rfb.apps.streamlit import rfb_chart

    figure = rfb_chart(make_figure)

The script is run again at each interaction; the figure is made once, and its view in the page stays as it is.
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ._chart import chart
from ._html import DEFAULT_HEIGHT

__all__ = ["rfb_chart"]


def rfb_chart(
    figure: Any,
    key: str | None = None,
    *,
    width: int | None = None,
    height: int = DEFAULT_HEIGHT,
    per_visitor: bool = False,
) -> Any:
    """Show a figure here.

    Args:
        figure: A function without arguments that makes a figure of fastplotlib, a canvas or a `Display`, and is called
            when there is none under that key; or one of these, made once (``st.cache_resource``).
        key: By which it is found again; by default the function's own name, or the figure itself.
        width: CSS pixels; None for that of the column.
        height: CSS pixels.
        per_visitor: Whether each session of a browser has a figure of its own.

    Returns:
        The figure. Change it with ``with drawing_paused(): ...``.

    Raises:
        ConfigurationError: An argument is of another form.
    """
    context = get_script_run_ctx()
    visitor = context.session_id if per_visitor and context is not None else None
    shown = chart(figure, key, visitor=visitor)
    # The same address each time: Streamlit leaves a frame alone where nothing is different.
    st.iframe(shown.url, width="stretch" if width is None else width, height=height, alt=shown.title)
    return shown.figure
