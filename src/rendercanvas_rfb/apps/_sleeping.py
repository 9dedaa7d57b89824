"""The addresses of figures that were let go of: who comes there finds the figure again."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable

from ..display import Display
from ..hub import Hub
from ..private import PrivateDisplays

__all__ = ["MAX_SLEEPING", "Sleeping", "SleepingFigures"]

MAX_SLEEPING = 1000
"""Addresses that are kept. They hold little, but each visitor of an app may leave one behind."""


class Sleeping(PrivateDisplays):
    """A place without a display, until somebody comes.

    Args:
        name: The name in addresses.
        title: Of the figure.
        wake: Makes its display, or finds it, and has it take this place. Called on a thread.
    """

    def __init__(self, name: str, title: str, wake: Callable[[], Display]) -> None:
        super().__init__(name, lambda _principal: wake(), title=title)

    async def enter(self, principal: object, known: Display | None = None) -> Display:
        """The display, which all its viewers share.

        Raises:
            ProtocolError: It cannot be made; what went wrong is logged.
        """
        return await self._made_for(principal)

    async def leave(self, display: Display, *, awaited: bool = False) -> None:
        """Leave the display to its other viewers, and to those who come back."""

    def give_up(self, display: Display) -> None:
        """Do nothing: it is no viewer's own."""


class SleepingFigures:
    """The places that sleep. Methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places: dict[str, Sleeping] = {}

    def put(self, hub: Hub, display: Display, place: Sleeping) -> None:
        """Have ``place`` stand where ``display`` stood; the oldest one makes room where there are too many."""
        if not hub.replace(display, place):
            return
        with self._lock:
            self._places[place.name] = place
            oldest = next(iter(self._places)) if len(self._places) > MAX_SLEEPING else None
            dropped = None if oldest is None else self._places.pop(oldest)
        if dropped is not None:
            hub.remove(dropped)

    def wake(self, hub: Hub, display: Display) -> None:
        """Have ``display`` stand where one of its name sleeps, or make it reachable where none does.

        Raises:
            ConfigurationError: Another display has that name.
        """
        with self._lock:
            place = self._places.pop(display.name, None)
        if place is None or not hub.replace(place, display):
            hub.add(display)

    def end_with(self, hub: Hub, display: Display, place: Sleeping) -> None:
        """Let ``place`` go when ``display`` is closed, or nothing else holds it any more."""

        def end() -> None:
            hub.remove(place)
            with self._lock:
                if self._places.get(place.name) is place:
                    del self._places[place.name]

        weakref.finalize(display, end).atexit = False
        display.at_close(end)
