"""Validated reading of untrusted JSON objects. Imports the errors only."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from .errors import ProtocolError

__all__ = ["Fields"]

T = TypeVar("T")


class Fields:
    """The members of one JSON object, each read with the type and range that is expected of it.

    Args:
        value: What the JSON text held.
        path: Where in the message it stands, for error messages.

    Raises:
        ProtocolError: From the constructor where ``value`` is no object, and from each method where the member is
            missing, has another type, or is out of range. The message names the member, the value and what was
            expected.
    """

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise ProtocolError(f"{path} must be an object, not {_show(value)}")
        self._members: Mapping[str, Any] = value
        self.path = path

    def names(self) -> list[str]:
        """The names of the members that are there."""
        return list(self._members)

    def number(self, name: str, low: float = -1e9, high: float = 1e9) -> float:
        """A finite number within [low, high]."""
        value = self._get(name)
        # Not a number compares false, and an integer may be too large for a float.
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self._error(name, value, f"a number from {low:g} to {high:g}")
        return float(value)

    def integer(self, name: str, low: int = 0, high: int = 2**32 - 1) -> int:
        """A whole number within [low, high]."""
        value = self._get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self._error(name, value, f"an integer from {low} to {high}")
        return value

    def boolean(self, name: str) -> bool:
        """True or false."""
        value = self._get(name)
        if not isinstance(value, bool):
            raise self._error(name, value, "true or false")
        return value

    def string(self, name: str, max_length: int = 1024) -> str:
        """A string of at most ``max_length`` characters, all of which UTF-8 can express."""
        value = self._get(name)
        if not isinstance(value, str) or len(value) > max_length:
            raise self._error(name, value, f"a string of at most {max_length} characters")
        if not _is_unicode(value):
            raise self._error(name, value, "a string without halves of surrogate pairs")
        return value

    def optional_string(self, name: str, max_length: int = 1024) -> str | None:
        """A string as in `string`; None where the member is null or missing."""
        return None if self._members.get(name) is None else self.string(name, max_length)

    def items(self, name: str, max_items: int, read: Callable[[object, str], T]) -> tuple[T, ...]:
        """A list of at most ``max_items``, each of which ``read(value, path)`` turns into what it should be."""
        value = self._get(name)
        if not isinstance(value, list) or len(value) > max_items:
            raise self._error(name, value, f"a list of at most {max_items} items")
        return tuple(read(item, f"{self.path}.{name}[{i}]") for i, item in enumerate(value))

    def nested(self, name: str) -> Fields:
        """An object."""
        return Fields(self._get(name), f"{self.path}.{name}")

    def optional_nested(self, name: str) -> Fields | None:
        """An object; None where the member is null or missing."""
        return None if self._members.get(name) is None else self.nested(name)

    def choice(self, name: str, accepted: Mapping[str, T]) -> T:
        """What ``accepted`` holds for the string that the member is."""
        value = self._get(name)
        if not isinstance(value, str) or value not in accepted:
            raise self._error(name, value, "one of " + ", ".join(accepted))
        return accepted[value]

    def raw(self, name: str) -> Any:
        """The member as it came, unchecked."""
        return self._get(name)

    def _get(self, name: str) -> Any:
        if name not in self._members:
            raise ProtocolError(f"{self.path}.{name} is missing")
        return self._members[name]

    def _error(self, name: str, value: object, expected: str) -> ProtocolError:
        return ProtocolError(f"{self.path}.{name} must be {expected}, not {_show(value)}")


def _is_unicode(text: str) -> bool:
    # JSON can escape half a surrogate pair, which no text that is written to a file or a socket can hold.
    return not any("\ud800" <= character <= "\udfff" for character in text)


_SHORT = reprlib.Repr()
_SHORT.maxlevel = 1  # What is nested deeper than the interpreter's stack allows has no plain repr.
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = 40  # Characters; a close frame has room for 123 bytes.


def _show(value: object) -> str:
    text = _SHORT.repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
