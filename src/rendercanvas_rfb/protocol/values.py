"""JSON values that a program hands over to be sent, checked where it does so: messages and members of the state."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import ConfigurationError, MessageError

__all__ = ["CURSORS", "MAX_DATA_BYTES", "MAX_KEY_CHARACTERS", "check_data", "check_key", "check_state"]

MAX_DATA_BYTES = 32 * 1024
"""JSON text of a message's data, at most, in UTF-8: half of the largest control message, whatever surrounds it."""

MAX_KEY_CHARACTERS = 64

MAX_TITLE_CHARACTERS = 1024

_CSS_LENGTH = re.compile(r"\d{1,6}(\.\d{1,6})?(px|%|em|rem|vw|vh|vmin|vmax|dvw|dvh|ch|cm|mm|in|pt|pc)")

CURSORS = (
    "default",
    "text",
    "crosshair",
    "pointer",
    "ew-resize",
    "ns-resize",
    "nesw-resize",
    "nwse-resize",
    "not-allowed",
    "none",
)
"""CSS names of the cursors that a canvas may ask for."""


def check_data(data: object) -> Any:
    """Return what the viewer gets of ``data``: a JSON value that shares nothing with it.

    As `json.dumps` does, tuples become lists and the names of members strings.

    Raises:
        MessageError: It is no JSON value, or a longer one than `MAX_DATA_BYTES`.
    """
    try:
        text = json.dumps(data, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        size = len(text.encode())
    # TypeError: no type of JSON. ValueError: not finite, a circle, or half a surrogate pair.
    except (TypeError, ValueError, RecursionError) as error:
        raise MessageError(f"a message must be a JSON value: {error}") from None
    if size > MAX_DATA_BYTES:
        raise MessageError(f"a message must have at most {MAX_DATA_BYTES} bytes as JSON text, not {size}")
    return json.loads(text)


def check_key(key: object) -> str | None:
    """Return ``key``, if messages can be kept under it, or if it is None.

    Raises:
        MessageError: It is another one.
    """
    if key is None:
        return None
    if not isinstance(key, str) or not 0 < len(key) <= MAX_KEY_CHARACTERS or not _is_unicode(key):
        raise MessageError(
            f"the key of a message must be a string of 1 to {MAX_KEY_CHARACTERS} characters, not {key!r}"
        )
    return key


def check_state(members: Mapping[str, object]) -> None:
    """Check members of the retained state that a program sets.

    Raises:
        ConfigurationError: One is unknown, or not the program's to set, or has a value that viewers do not take.
    """
    for name, value in members.items():
        if name not in _STATE:
            raise ConfigurationError(
                f"the state has no member {name!r} to set, but {', '.join(_STATE)}; send() is for a program's own state"
            )
        accepts, expected = _STATE[name]
        if not accepts(value):
            raise ConfigurationError(f"the {name} of a display must be {expected}, not {value!r}")


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _is_title(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TITLE_CHARACTERS and _is_unicode(value)


def _is_problem(value: object) -> bool:
    return value is None or _is_title(value)


def _is_css_length(value: object) -> bool:
    return value is None or (isinstance(value, str) and _CSS_LENGTH.fullmatch(value) is not None)


def _is_positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf


_STATE: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "title": (_is_title, f"a string of at most {MAX_TITLE_CHARACTERS} characters"),
    "cursor": (CURSORS.__contains__, "one of " + ", ".join(CURSORS)),
    "width": (_is_positive, "a positive finite number"),
    "height": (_is_positive, "a positive finite number"),
    "pixel_ratio": (_is_positive, "a positive finite number"),
    "problem": (_is_problem, f"a string of at most {MAX_TITLE_CHARACTERS} characters, or None"),
    "css_width": (_is_css_length, "a CSS length such as '640px' or '100%', or None"),
    "css_height": (_is_css_length, "a CSS length such as '480px' or '50vh', or None"),
}
