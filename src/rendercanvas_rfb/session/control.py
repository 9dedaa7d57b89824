"""Which viewers may act on the picture: send input, messages, and a size. Pure."""

from __future__ import annotations

from typing import Generic, TypeVar

__all__ = ["Control"]

V = TypeVar("V")


class Control(Generic[V]):
    """The viewers of a display that may control it.

    Args:
        only_first: Whether there is one of them at most: the viewer that has been there longest, of those that have a
            screen. A recorder that joined before everybody else would otherwise have the control and never use it.
    """

    def __init__(self, *, only_first: bool = False) -> None:
        self._only_first = only_first
        self._eligible: dict[V, bool] = {}
        self._first: V | None = None

    def admit(self, viewer: V, *, eligible: bool) -> None:
        """``viewer`` came. Whether it is ``eligible`` at all does not change while it is there."""
        if eligible:
            self._eligible[viewer] = not self._only_first

    def has_screen(self, viewer: V) -> None:
        """``viewer`` has a screen."""
        if viewer in self._eligible:
            self._eligible[viewer] = True
            self._choose()

    def remove(self, viewer: V) -> None:
        """``viewer`` is gone."""
        self._eligible.pop(viewer, None)
        self._choose()

    def holds(self, viewer: V) -> bool:
        """Whether ``viewer`` controls the picture."""
        return viewer == self._first if self._only_first else viewer in self._eligible

    def _choose(self) -> None:
        if self._first is None or self._first not in self._eligible:
            self._first = next((viewer for viewer, screen in self._eligible.items() if screen), None)
