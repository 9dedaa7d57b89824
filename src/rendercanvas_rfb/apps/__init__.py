"""Figures in app frameworks: ``rfb_chart(figure)``.

Each framework has a module here, with a function of that name that puts a figure into its page: ``apps.streamlit``,
``apps.panel`` and so on. The one here is for pages of HTML, whatever makes them.

A figure is passed as it is, or as a function that makes it. With a function it is made once, on the thread that draws,
and found again by its key: scripts that are run again, and pages that are loaded again, come back to the same figure.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from ..asgi import RfbApp
from ..errors import ConfigurationError
from ..server import DEFAULT_HOST, DEFAULT_PORT
from ._chart import Chart, chart
from ._figures import DEFAULT_IDLE_S
from ._html import DEFAULT_HEIGHT, DEFAULT_WIDTH, Html
from ._process import drawing, figures, site

__all__ = ["Chart", "Html", "asgi_app", "chart", "configure", "drawing_paused", "embed_html", "rfb_chart"]


def rfb_chart(
    figure: Any,
    key: str | None = None,
    *,
    width: float | str = DEFAULT_WIDTH,
    height: float | str = DEFAULT_HEIGHT,
    per_visitor: bool = False,
    poster: bool = True,
) -> Html:
    """A figure as HTML, for a page that is made from templates or by hand.

    Args:
        figure: A figure of fastplotlib, a canvas, a renderer, a `Display`; or a function without arguments that makes
            one of these, which is called when there is none under that key.
        key: By which it is found again; by default the function's own name, or the figure itself.
        width: CSS pixels, or a length such as "100%".
        height: Likewise.
        per_visitor: Whether each view has a figure of its own, which the function makes when it is opened, and which is
            closed when it is gone.
        poster: Whether the present picture is part of the HTML, so that it is seen before anything was loaded.

    Raises:
        ConfigurationError: An argument is of another form.
    """
    return chart(figure, key, private=per_visitor).html(width, height, poster=poster)


def embed_html(
    figure: Any, *, width: float | str = DEFAULT_WIDTH, height: float | str = DEFAULT_HEIGHT, poster: bool = False
) -> Html:
    """HTML that shows a figure that exists: a canvas, what has one, or a `Display`.

    It is an ``<iframe>``, which needs no permission from the page around it; or, where `asgi_app` is mounted in the
    app, the element ``<rfb-view>``. Text in it is escaped. It holds a credential for this figure, so that whoever sees
    the page may see the figure.

    Args:
        figure: What to show.
        width: CSS pixels, or a length such as "100%".
        height: Likewise.
        poster: Whether the present picture is part of the HTML.

    Raises:
        ConfigurationError: An argument is of another form.
        StateError: The canvas is closed.
    """
    if callable(figure) and not hasattr(figure, "canvas"):
        raise ConfigurationError("embed_html() shows what exists; rfb_chart() takes functions that make figures")
    return chart(figure).html(width, height, poster=poster)


def configure(
    *,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    public_url: str = "",
    close_idle_s: float | None = DEFAULT_IDLE_S,
) -> None:
    """Say how figures are served, before the first of them. Later only ``close_idle_s`` may be another.

    Args:
        host: Interface that their server listens on.
        port: Its port; the next free one where it is in use.
        public_url: Where browsers find that server, where that is another address: behind a proxy, for example.
        close_idle_s: Seconds after which figures are closed that nobody looks at; None for never. Those that the
            program made itself are not closed, but let go of.

    Raises:
        ConfigurationError: Figures are served already and elsewhere, or a value is of another form.
    """
    if close_idle_s is not None and not close_idle_s > 0:
        raise ConfigurationError(f"close_idle_s must be a positive number of seconds or None, not {close_idle_s!r}")
    site.configure(host=host, port=port, public_url=public_url)
    figures.idle_s = close_idle_s


def asgi_app(path: str) -> RfbApp:
    """The figures as an ASGI application, to be mounted at ``path`` of an app: figures are then of its origin.

    ``app.mount("/figures", asgi_app("/figures"))``, for FastAPI, Starlette and what is made from them. No further port
    is needed.

    Raises:
        ConfigurationError: Figures are served elsewhere already.
    """
    return site.app_at(path)


def drawing_paused() -> AbstractContextManager[None]:
    """Nothing is drawn while the block runs: for code on other threads that makes or changes figures.

    ``with drawing_paused(): line.data[:, 1] = values``. Without it, what is drawn may be half of a change, and pygfx
    may fail: it is not made for several threads.
    """
    return drawing.paused()
