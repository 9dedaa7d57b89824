"""HTML that shows a figure. Pure: no input or output."""

from __future__ import annotations

import re
from html import escape
from typing import Self

from ..errors import ConfigurationError

__all__ = [
    "DEFAULT_HEIGHT",
    "DEFAULT_WIDTH",
    "FRAME_ALLOWS",
    "Html",
    "css_length",
    "frame_html",
    "frame_style",
    "react_style",
    "view_html",
]

DEFAULT_WIDTH = "100%"

DEFAULT_HEIGHT = 400
"""CSS pixels: what app frameworks give to charts."""

FRAME_ALLOWS = "fullscreen; clipboard-write"
"""What the page of a figure may do in a frame: permissions policy."""

_LENGTH = re.compile(r"\d+(?:\.\d+)?(?:px|%|em|rem|vw|vh|dvh)")


class Html(str):
    """Text that is HTML already: templates of Jinja2, Django and others put it into a page as it is."""

    __slots__ = ()

    def __html__(self) -> Self:
        """What templates look for."""
        return self

    def _repr_html_(self) -> Self:
        """What notebooks look for."""
        return self


def css_length(value: float | str, name: str) -> str:
    """A length in CSS: of a number of pixels, or of such as "100%" or "60vh".

    Raises:
        ConfigurationError: It is neither.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 100_000:
        return f"{value:g}px"
    if isinstance(value, str) and _LENGTH.fullmatch(value):
        return value
    raise ConfigurationError(
        f'{name} must be a positive number of CSS pixels or a length such as "100%" or "60vh", not {value!r}'
    )


def frame_html(url: str, *, title: str, width: float | str, height: float | str, poster: str | None = None) -> Html:
    """A frame with the page of a figure.

    The page is of the figure server's origin, so that it needs no permission to connect, and the page around it has no
    access to it.

    Args:
        url: Address of the page, with its credential.
        title: What screen readers call it.
        width: CSS pixels, or a length.
        height: Likewise.
        poster: Address of an image, such as a ``data:`` one, that is seen until there is a picture.
    """
    return Html(
        f'<iframe src="{escape(url)}" title="{escape(title)}" allow="{FRAME_ALLOWS}"'
        f' style="{escape(frame_style(width, height, poster))}"></iframe>'
    )


def frame_style(width: float | str, height: float | str, poster: str | None = None) -> str:
    """The styles of a frame, see `frame_html`."""
    style = "; ".join(f"{name}: {value}" for name, value in _frame_styles(width, height).items())
    return style if poster is None else f'{style}; background: url("{poster}") center / contain no-repeat'


def react_style(width: float | str, height: float | str) -> dict[str, str]:
    """The styles of a frame by the names that React has for them, see `frame_html`."""
    styles = _frame_styles(width, height)
    return {re.sub("-(.)", lambda found: found[1].upper(), name): value for name, value in styles.items()}


def _frame_styles(width: float | str, height: float | str) -> dict[str, str]:
    return {
        "display": "block",
        "border": "0",
        "width": css_length(width, "width"),
        "height": css_length(height, "height"),
        # That of the page inside: with another one browsers would put an opaque white behind it.
        "color-scheme": "light dark",
    }


def view_html(src: str, token: str, *, script: str, width: float | str, height: float | str) -> Html:
    """The element ``<rfb-view>`` and its script, for pages of the figures' own origin.

    Args:
        src: Address of the figure's page, without its credential.
        token: The credential.
        script: Address of the script that defines the element.
        width: CSS pixels, or a length.
        height: Likewise.
    """
    style = f"display: block; width: {css_length(width, 'width')}; height: {css_length(height, 'height')}"
    return Html(
        f'<script type="module" src="{escape(script)}"></script>'
        f'<rfb-view src="{escape(src)}" token="{escape(token)}" style="{escape(style)}"></rfb-view>'
    )
