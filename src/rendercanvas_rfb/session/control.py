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
            When it is gone, the next one has the control, until it comes back to its session.
    """

    def __init__(self, *, only_first: bool = False) -> None:
        self._only_first = only_first
        self._eligible: dict[V, bool] = {}
        self._first: V | None = None
        # Places in the order in which the viewers came, and those who came back to theirs.
        self._numbers: dict[V, int] = {}
        self._resumed: set[V] = set()

    def admit(self, viewer: V, number: int = 0, *, eligible: bool, resumed: bool = False) -> None:
        """``viewer`` came, as the ``number``-th one, now or before it was ``resumed``.

        Whether it is ``eligible`` at all does not change while it is there.
        """
        if eligible:
            self._eligible[viewer] = not self._only_first
            self._numbers[viewer] = number
            if resumed:
                self._resumed.add(viewer)

    def has_screen(self, viewer: V) -> None:
        """``viewer`` has a screen."""
        if viewer in self._eligible:
            self._eligible[viewer] = True
            self._choose()

    def remove(self, viewer: V) -> None:
        """``viewer`` is gone."""
        self._eligible.pop(viewer, None)
        self._numbers.pop(viewer, None)
        self._resumed.discard(viewer)
        self._choose()

    def holds(self, viewer: V) -> bool:
        """Whether ``viewer`` controls the picture."""
        return viewer == self._first if self._only_first else viewer in self._eligible

    def _choose(self) -> None:
        present = [viewer for viewer, screen in self._eligible.items() if screen]
        # Who comes back to its place takes it from a later one; apart from that, who has the control keeps it.
        rivals = present if self._first not in self._eligible else [v for v in present if v in self._resumed]
        if self._first in self._eligible:
            rivals.append(self._first)
        self._first = min(rivals, key=self._numbers.__getitem__, default=None)
