"""Input events in the renderview vocabulary: read from the wire, and turned into what rendercanvas takes.

The vocabulary is that of the renderview event spec (https://jupyter-rfb.readthedocs.io/en/stable/events.html). On the
wire an event has ``type`` and ``timestamp``; rendercanvas calls them ``event_type`` and ``time_stamp``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from .errors import ProtocolError
from .fields import Fields

__all__ = ["INPUT_TYPES", "MODIFIERS", "Event", "parse_event", "to_rendercanvas"]

MODIFIERS = ("Shift", "Control", "Alt", "Meta")
"""The modifier keys, as they are spelled in ``modifiers``."""

MAX_BUTTON = 5
"""Buttons are numbered 1 to 5; 0 stands for none."""

MAX_TOUCHES = 20
"""Touches at once, at most: two persons' fingers."""


@dataclass(frozen=True, slots=True)
class Event:
    """One input event.

    Attributes:
        type: Name in the renderview vocabulary, such as ``"pointer_down"``.
        timestamp: Seconds on the viewer's own clock.
        members: What else the type has; lists are tuples, touch ids are integers.
    """

    type: str
    timestamp: float
    members: Mapping[str, Any]


def parse_event(value: object) -> Event:
    """Read an event from a decoded JSON value.

    Raises:
        ProtocolError: The type is unknown, or a member is missing or of the wrong type.
    """
    fields = Fields(value, "event")
    read = _READERS.get(event_type := fields.string("type", 32))
    if read is None:
        raise ProtocolError(f"event.type must be one of {', '.join(_READERS)}, not {event_type!r}")
    return Event(event_type, fields.number("timestamp", 0, 1e12), MappingProxyType(read(fields)))


def to_rendercanvas(event: Event) -> dict[str, Any]:
    """The event as a dict for ``BaseRenderCanvas.submit_event``, which keeps it and may change it."""
    return {"event_type": event.type, "time_stamp": event.timestamp, **event.members}


def _read_pointer(fields: Fields) -> dict[str, Any]:
    touches = fields.nested("touches")
    if len(touches.names()) > MAX_TOUCHES:
        raise ProtocolError(f"event.touches must have at most {MAX_TOUCHES} members")
    return {
        **_read_click(fields),
        "ntouches": fields.integer("ntouches", 0, MAX_TOUCHES),
        "touches": {_touch_id(name): _read_touch(touches.nested(name)) for name in touches.names()},
    }


def _read_click(fields: Fields) -> dict[str, Any]:
    return {
        **_read_position(fields),
        "button": fields.integer("button", 0, MAX_BUTTON),
    }


def _read_position(fields: Fields) -> dict[str, Any]:
    return {
        "x": fields.number("x"),
        "y": fields.number("y"),
        "buttons": fields.items("buttons", MAX_BUTTON, _read_button),
        "modifiers": _read_modifiers(fields),
    }


def _read_wheel(fields: Fields) -> dict[str, Any]:
    return {**_read_position(fields), "dx": fields.number("dx"), "dy": fields.number("dy")}


def _read_key(fields: Fields) -> dict[str, Any]:
    return {"key": fields.string("key", 64), "modifiers": _read_modifiers(fields)}


def _read_char(fields: Fields) -> dict[str, Any]:
    return {
        "data": fields.optional_string("data", 256) or "",
        "is_composing": fields.boolean("is_composing"),
        "input_type": fields.optional_string("input_type", 64) or "",
    }


def _read_nothing(fields: Fields) -> dict[str, Any]:
    return {}


def _read_modifiers(fields: Fields) -> tuple[str, ...]:
    return fields.items("modifiers", len(MODIFIERS), _read_modifier)


def _read_modifier(value: object, path: str) -> str:
    if value not in MODIFIERS:
        raise ProtocolError(f"{path} must be one of {', '.join(MODIFIERS)}")
    return str(value)


def _read_button(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_BUTTON:
        raise ProtocolError(f"{path} must be an integer from 1 to {MAX_BUTTON}")
    return value


def _touch_id(name: str) -> int:
    # A browser's touch identifiers are 32-bit integers, in Safari negative ones too.
    digits = name.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
        raise ProtocolError("the names in event.touches must be decimal integers")
    return int(name)


def _read_touch(fields: Fields) -> dict[str, float]:
    return {"x": fields.number("x"), "y": fields.number("y"), "pressure": fields.number("pressure", 0, 1)}


_READERS: dict[str, Callable[[Fields], dict[str, Any]]] = {
    "pointer_down": _read_pointer,
    "pointer_up": _read_pointer,
    "pointer_move": _read_pointer,
    "pointer_enter": _read_pointer,
    "pointer_leave": _read_pointer,
    "double_click": _read_click,
    "wheel": _read_wheel,
    "key_down": _read_key,
    "key_up": _read_key,
    "char": _read_char,
    "close": _read_nothing,
}

INPUT_TYPES = tuple(_READERS)
"""The types of events that viewers send as input."""
