"""Figures in Reflex apps.

    from rendercanvas_rfb.apps.reflex import rfb_chart

    def index():
        return rx.el.div(rx.el.h1("My app"), rfb_chart(make_figure))

Reflex makes its pages when it compiles them, and shows them from another process later. So the figure is made there,
once a page asks for it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any, ClassVar

import reflex as rx

from ._chart import Chart, chart
from ._html import DEFAULT_HEIGHT, DEFAULT_WIDTH, FRAME_ALLOWS, react_style

__all__ = ["rfb_chart"]

_PROCESS = secrets.token_hex(8)
"""Tells this process from the one before a restart: Reflex keeps states in files, with addresses that have ended."""


def rfb_chart(
    figure: Any,
    key: str | None = None,
    *,
    width: float | str = DEFAULT_WIDTH,
    height: float | str = DEFAULT_HEIGHT,
    per_visitor: bool = False,
    **options: Any,
) -> Any:
    """A figure as a component, with a state of its own.

    Args:
        figure: As for `rendercanvas_rfb.apps.rfb_chart`, as are ``key``, ``width`` and ``height``.
        key: See ``figure``.
        width: See ``figure``.
        height: See ``figure``.
        per_visitor: Whether each tab has a figure of its own, which the function ``figure`` makes.
        **options: For ``rx.el.iframe``, such as ``id``.

    Raises:
        ConfigurationError: ``width`` or ``height`` is of another form. What is wrong with ``figure`` or ``key`` is
            raised where Reflex runs the events of a page, when one asks for the figure.
    """

    def find(tab: str) -> Chart:
        return chart(figure, key, visitor=tab if per_visitor else None)

    options["style"] = {**react_style(width, height), **options.get("style", {})}
    options.setdefault("allow", FRAME_ALLOWS)
    return _Figure.create(find=find, **options)


class _Figure(rx.ComponentState):
    """The address of one component's figure, for one tab."""

    find: ClassVar[Callable[[str], Chart]]

    _address: str = ""
    _title: str = ""
    _process: str = ""

    @rx.var(cache=False, initial_value="")
    def src(self) -> str:
        """The address; empty until the figure is there."""
        return self._address if self._process == _PROCESS else ""

    @rx.var(cache=False, initial_value="")
    def title(self) -> str:
        """What the figure is called."""
        return self._title

    @rx.event(background=True)
    async def load(self) -> None:
        """Make the figure, or find the one that is, while the page can do other things."""
        shown = await asyncio.to_thread(self.__class__.find, self.router.session.client_token)
        async with self:
            self._address, self._title, self._process = shown.url, shown.title, _PROCESS

    @classmethod
    def get_component(cls, *, find: Callable[[str], Chart], **options: Any) -> Any:
        """The frame with the figure; before it is there, an empty place of the same size, which asks for it."""
        cls.find = staticmethod(find)
        frame = rx.el.iframe(src=cls.src, title=cls.title, **options)
        # Mounted again when the address has ended with its process.
        return rx.cond(cls.src != "", frame, rx.el.div(style=options["style"], on_mount=cls.load))
