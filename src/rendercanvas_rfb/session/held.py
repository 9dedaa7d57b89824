"""What a viewer's user holds down, so that it can be let go of when nothing more counts that the user does. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..events import Event

__all__ = ["HeldInput"]

Thing = tuple[str, object]
"""What can be held: a key, a button, or the pointer itself on the picture."""

MAX_VOID = 256
"""Things that are noted as not held for the program, at most: as many as the inputs that a page keeps, which is more
than it sends before it hears that nothing counts."""


class HeldInput:
    """Follows one viewer's events, and makes the events that let go of everything.

    Without them a controller whose viewer vanished in the middle of a drag, or lost the control, would go on dragging
    with the next viewer's moves. The viewer's own releases of what was let go of, or was never pressed for the program,
    are left out.
    """

    def __init__(self) -> None:
        self._keys: dict[str, None] = {}
        self._pointer: dict[str, Any] | None = None
        self._inside = False
        # What the viewer may take for held, and the program does not.
        self._void: set[Thing] = set()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return self._pointer is None and not self._keys and not self._inside

    def follow(self, event: Event) -> bool:
        """Note what ``event`` presses, releases, enters or leaves.

        Returns:
            Whether the program is to be told; if not, nothing was noted.
        """
        if (released := _thing(_RELEASES, event)) in self._void:
            self._void.discard(released)
            return False
        self._void.discard(_thing(_PRESSES, event))
        match event.type:
            case "key_down":
                self._keys[event.members["key"]] = None
            case "key_up":
                self._keys.pop(event.members["key"], None)
            case "pointer_down" | "pointer_move" | "pointer_up":
                buttons = tuple(b for b in event.members.get("buttons", ()) if ("button", b) not in self._void)
                self._pointer = {**event.members, "buttons": buttons} if buttons else None
            case "pointer_enter":
                self._inside = True
            case "pointer_leave":
                self._inside = False
        return True

    def overlook(self, event: Event) -> None:
        """The program is not told of ``event``."""
        self._void.discard(_thing(_RELEASES, event))
        if event.type in _PRESSES:
            self._forsake(_thing(_PRESSES, event))

    def release(self, timestamp: float) -> Iterator[Event]:
        """The events that let go of all that is held. Nothing is held afterwards."""
        pointer, self._pointer = self._pointer, None
        keys, self._keys = list(self._keys), {}
        inside, self._inside = self._inside, False
        if pointer is not None:
            buttons = pointer["buttons"]
            for number, button in enumerate(buttons, 1):
                self._forsake(("button", button))
                released = {"button": button, "buttons": buttons[number:], "ntouches": 0, "touches": {}}
                yield Event("pointer_up", timestamp, {**pointer, **released})
        for key in keys:
            self._forsake(("key", key))
            yield Event("key_up", timestamp, {"key": key, "modifiers": ()})
        if inside:
            self._forsake(("pointer", None))
            at = {"x": -1.0, "y": -1.0, "button": 0, "buttons": (), "modifiers": (), "ntouches": 0, "touches": {}}
            yield Event("pointer_leave", timestamp, at)

    def _forsake(self, thing: Thing) -> None:
        if len(self._void) < MAX_VOID:
            self._void.add(thing)


_PRESSES = {"key_down": "key", "pointer_down": "button", "pointer_enter": "pointer"}
_RELEASES = {"key_up": "key", "pointer_up": "button", "pointer_leave": "pointer"}
"""What kind of thing an event is about; which one, its member of that name says, if it has one."""


def _thing(kinds: Mapping[str, str], event: Event) -> Thing:
    """What ``event`` presses or releases; for one that is of none of these types, what nobody can hold."""
    kind = kinds.get(event.type, "")
    return kind, event.members.get(kind)
