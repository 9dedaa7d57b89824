"""The displays of a server, by name."""

from __future__ import annotations

import re
import threading

from .display import Display
from .errors import ConfigurationError

__all__ = ["Hub", "check_name", "is_name"]

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
    """The displays that can be watched. Methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._displays: dict[str, Display] = {}

    def add(self, display: Display) -> None:
        """Make ``display`` reachable under its name.

        Raises:
            ConfigurationError: The name is taken or cannot be part of an address.
        """
        check_name(display.name)
        with self._lock:
            if display.name in self._displays:
                raise ConfigurationError(f"there is a display named {display.name!r} already")
            self._displays[display.name] = display

    def remove(self, display: Display) -> None:
        """Make it unreachable. Does nothing where it already is."""
        with self._lock:
            if self._displays.get(display.name) is display:
                del self._displays[display.name]

    def get(self, name: str) -> Display | None:
        """The display of that name."""
        with self._lock:
            return self._displays.get(name)

    def displays(self) -> list[Display]:
        """All displays, in the order in which they were added."""
        with self._lock:
            return list(self._displays.values())

    def free_name(self, stem: str) -> str:
        """The first of ``stem-1``, ``stem-2``, ...

        That is not taken, so that a program that is started again has the same addresses.
        """
        with self._lock:
            number = 1
            while f"{stem}-{number}" in self._displays:
                number += 1
            return f"{stem}-{number}"
