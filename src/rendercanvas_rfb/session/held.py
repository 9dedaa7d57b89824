"""What a viewer's user holds down, so that it can be released when the viewer is gone. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..events import Event

__all__ = ["HeldInput"]


class HeldInput:
    """Follows one viewer's events, and makes the events that let go of everything.

    Without them a controller whose viewer vanished in the middle of a drag would go on dragging with the next
    viewer's moves.
    """

    def __init__(self) -> None:
        self._keys: dict[str, None] = {}
        self._pointer: dict[str, Any] | None = None
        self._inside = False

    def follow(self, event: Event) -> None:
        """Note what ``event`` presses, releases, enters or leaves."""
        match event.type:
            case "key_down":
                self._keys[event.members["key"]] = None
            case "key_up":
                self._keys.pop(event.members["key"], None)
            case "pointer_down" | "pointer_move" | "pointer_up":
                self._pointer = dict(event.members) if event.members["buttons"] else None
            case "pointer_enter":
                self._inside = True
            case "pointer_leave":
                self._inside = False

    def release(self, timestamp: float) -> Iterator[Event]:
        """The events that let go of all that is held. Nothing is held afterwards."""
        pointer, self._pointer = self._pointer, None
        keys, self._keys = list(self._keys), {}
        inside, self._inside = self._inside, False
        if pointer is not None:
            buttons = pointer["buttons"]
            for number, button in enumerate(buttons, 1):
                released = {"button": button, "buttons": buttons[number:], "ntouches": 0, "touches": {}}
                yield Event("pointer_up", timestamp, {**pointer, **released})
        for key in keys:
            yield Event("key_up", timestamp, {"key": key, "modifiers": ()})
        if inside:
            at = {"x": -1.0, "y": -1.0, "button": 0, "buttons": (), "modifiers": (), "ntouches": 0, "touches": {}}
            yield Event("pointer_leave", timestamp, at)
