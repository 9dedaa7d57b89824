"""What a server has to watch, by name."""

from __future__ import annotations

import re
import threading

from .display import Display
from .errors import ConfigurationError
from .private import PrivateDisplays

__all__ = ["Hub", "Place", "check_name", "is_name"]

Place = Display | PrivateDisplays
"""What an address stands for: a display that all its viewers share, or one for each of them."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

RESERVED_NAMES = frozenset({"assets", "favicon.ico", "streams", "health", "metrics"})
"""First parts of the server's own addresses."""


def is_name(name: str) -> bool:
    """Whether ``name`` can be part of an address, and is none of the server's own."""
    return _NAME.fullmatch(name) is not None and name not in RESERVED_NAMES


def check_name(name: str) -> str:
    """Return ``name`` if it can be part of an address.

    Raises:
        ConfigurationError: It cannot, or it is one of the server's own addresses.
    """
    if not is_name(name):
        raise ConfigurationError(
            f"{name!r} is no name for a display: 1 to 64 letters, digits, '.', '_' and '-', a letter or digit first,"
            f" and must be none of {', '.join(sorted(RESERVED_NAMES))}"
        )
    return name


class Hub:
    """The places that can be watched. Methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places: dict[str, Place] = {}

    def add(self, place: Place) -> None:
        """Make ``place`` reachable under its name.

        Raises:
            ConfigurationError: The name is taken or cannot be part of an address.
        """
        check_name(place.name)
        with self._lock:
            if place.name in self._places:
                raise ConfigurationError(f"there is a display named {place.name!r} already")
            self._places[place.name] = place

    def remove(self, place: Place) -> None:
        """Make it unreachable. Does nothing where it already is."""
        with self._lock:
            if self._places.get(place.name) is place:
                del self._places[place.name]

    def replace(self, before: Place, place: Place) -> bool:
        """Have ``place`` stand where ``before`` does, of the same name; False where that stands there no more."""
        with self._lock:
            if self._places.get(place.name) is not before:
                return False
            self._places[place.name] = place
            return True

    def place(self, name: str) -> Place | None:
        """What has that name."""
        with self._lock:
            return self._places.get(name)

    def places(self) -> list[Place]:
        """All of them, in the order in which they were added."""
        with self._lock:
            return list(self._places.values())

    def get(self, name: str) -> Display | None:
        """The display of that name that all its viewers share."""
        place = self.place(name)
        return place if isinstance(place, Display) else None

    def displays(self) -> list[Display]:
        """All displays, in the order in which their places were added."""
        return [
            display
            for place in self.places()
            for display in (place.displays if isinstance(place, PrivateDisplays) else [place])
        ]

    def free_name(self, stem: str) -> str:
        """The first of ``stem-1``, ``stem-2``, ...

        That is not taken, so that a program that is started again has the same addresses.
        """
        with self._lock:
            number = 1
            while f"{stem}-{number}" in self._places:
                number += 1
            return f"{stem}-{number}"
