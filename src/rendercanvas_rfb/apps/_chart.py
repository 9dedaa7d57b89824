"""One figure in one page, whatever the framework."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ._figures import Shown
from ._html import Html, frame_html, view_html
from ._poster import poster_of
from ._process import figures, site
from ._site import Address

__all__ = ["Chart", "chart"]


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure that is shown, and where.

    Attributes:
        figure: What the program gave, or what its function made; None where each view has its own.
        address: Where it is.
        title: What it is called.
    """

    figure: Any
    address: Address
    title: str
    _shown: Shown

    @property
    def name(self) -> str:
        """Its part of the address."""
        return self._shown.place.name

    @property
    def url(self) -> str:
        """Address of its page, with the credential."""
        return self.address.url

    def poster(self) -> str | None:
        """The present picture as a ``data:`` address; None where there is none yet."""
        display = self._shown.display
        return None if display is None else poster_of(display)

    def html(self, width: float | str, height: float | str, *, poster: bool = False) -> Html:
        """The figure as HTML: the element, where it is of the app's own origin, and else a frame."""
        where = self.address
        if where.same_origin and not poster:
            return view_html(where.page, where.token, script=where.script, width=width, height=height)
        return self.frame(width, height, poster=poster)

    def frame(self, width: float | str, height: float | str, *, poster: bool = False) -> Html:
        """The figure as an ``<iframe>``."""
        image = self.poster() if poster else None
        return frame_html(self.url, title=self.title, width=width, height=height, poster=image)


def chart(figure: Any, key: str | None = None, *, visitor: str | None = None, private: bool = False) -> Chart:
    """Show a figure, as `Figures.show` says."""
    shown = figures.show(figure, key, visitor=visitor, private=private)
    return Chart(shown.source, site.address(shown.place.name), shown.title, shown)
