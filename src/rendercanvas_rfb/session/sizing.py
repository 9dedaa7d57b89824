"""Which viewer's size is the canvas' size: the one that has been watching longest, of those that can be seen. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from ..protocol.messages import View

__all__ = ["Sizing"]

V = TypeVar("V")


class Sizing(Generic[V]):
    """The views of a display's viewers, in the order in which they came.

    Args:
        may_size: Whether a viewer may size the canvas, if it can be seen.
    """

    def __init__(self, may_size: Callable[[V], bool] = lambda viewer: True) -> None:
        self._may_size = may_size
        self._views: dict[V, View | None] = {}
        self.chosen: V | None = None
        """The viewer whose size counts; None while nobody is there to see the canvas."""

    def update(self, viewer: V, view: View | None) -> None:
        """``viewer`` came, or its view changed. None for one without a screen, which never sizes the canvas."""
        self._views[viewer] = view
        self._choose()

    def remove(self, viewer: V) -> None:
        """``viewer`` is gone."""
        self._views.pop(viewer, None)
        self._choose()

    @property
    def view(self) -> View | None:
        """The view of the chosen viewer."""
        return None if self.chosen is None else self._views[self.chosen]

    @property
    def watched(self) -> bool:
        """Whether there is a viewer that somebody may be looking at; one without a screen counts."""
        return any(view is None or view.visible for view in self._views.values())

    def _choose(self) -> None:
        if self.chosen is None or not self._can_size(self.chosen):
            self.chosen = next((viewer for viewer in self._views if self._can_size(viewer)), None)

    def _can_size(self, viewer: V) -> bool:
        view = self._views.get(viewer)
        seen = view is not None and view.visible and view.physical_width > 0 and view.physical_height > 0
        return seen and self._may_size(viewer)
