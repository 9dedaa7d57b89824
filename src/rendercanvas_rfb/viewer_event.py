"""What a program gets of its viewers: an event, whose it is, when it came, and where in the picture it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .events import INPUT_TYPES, Event

__all__ = ["EVENT_TYPES", "SPARE", "PictureSize", "ViewerEvent"]

EVENT_TYPES = (*INPUT_TYPES, "message", "resize", "viewer_joined", "viewer_left", "downscale_hint")
"""Every `ViewerEvent.type` that there is."""


@dataclass(frozen=True, slots=True)
class PictureSize:
    """Size of a picture in physical pixels, and how many of them a logical pixel has."""

    width: int
    height: int
    pixel_ratio: float


SPARE = PictureSize(0, 0, 1.0)
"""Stands for the picture of a viewer that was shown none: nothing is inside it."""


@dataclass(frozen=True, slots=True)
class ViewerEvent:
    """One event of a viewer.

    Members that only some types have, such as `x` or `key`, raise AttributeError where the type has none, so that a
    ``match`` statement can ask for them: ``case ViewerEvent(type="pointer_down", x=x, y=y):``.

    Attributes:
        viewer: Id of the viewer, unique in this process. A viewer that comes back to its session keeps it.
        principal: Who it is, as the server's ``authenticate`` said; ``"anonymous"`` where nobody asked.
        received: When it came, seconds of this machine's monotonic clock (`time.monotonic`).
        event: The event as the viewer sent it.
        picture: The picture that the viewer was looking at.
    """

    viewer: str
    principal: object
    received: float
    event: Event
    picture: PictureSize = SPARE

    @property
    def type(self) -> str:
        """One of `EVENT_TYPES`."""
        return self.event.type

    @property
    def timestamp(self) -> float:
        """When it happened, seconds on the viewer's own clock: good for differences, not for the time of day."""
        return self.event.timestamp

    @property
    def members(self) -> Mapping[str, Any]:
        """All members that the type has, by their names on the wire."""
        return self.event.members

    @property
    def x(self) -> float:
        """Logical pixels from the left edge of the picture; outside of it less than 0 or more than its width."""
        return self._member("x")  # type: ignore[no-any-return]

    @property
    def y(self) -> float:
        """Logical pixels from the top edge of the picture."""
        return self._member("y")  # type: ignore[no-any-return]

    @property
    def frame_x(self) -> float:
        """Pixels of the picture from its left edge; the column of the array is ``int(frame_x)`` where `inside`."""
        return self.x * self.picture.pixel_ratio

    @property
    def frame_y(self) -> float:
        """Pixels of the picture from its top edge; the row of the array is ``int(frame_y)`` where `inside`."""
        return self.y * self.picture.pixel_ratio

    @property
    def inside(self) -> bool:
        """Whether it is within the picture: a drag goes on outside of it."""
        return 0 <= self.frame_x < self.picture.width and 0 <= self.frame_y < self.picture.height

    @property
    def button(self) -> int:
        """The button that changed: 0 none, 1 left, 2 right, 3 middle, 4 back, 5 forward."""
        return self._member("button")  # type: ignore[no-any-return]

    @property
    def buttons(self) -> tuple[int, ...]:
        """The buttons that are down."""
        return self._member("buttons")  # type: ignore[no-any-return]

    @property
    def modifiers(self) -> tuple[str, ...]:
        """The modifier keys that are down: "Shift", "Control", "Alt", "Meta"."""
        return self._member("modifiers")  # type: ignore[no-any-return]

    @property
    def dx(self) -> float:
        """How far the wheel turned to the right, in the unit of browsers' pixels: 100 is about one notch."""
        return self._member("dx")  # type: ignore[no-any-return]

    @property
    def dy(self) -> float:
        """How far the wheel turned down; positive towards the person."""
        return self._member("dy")  # type: ignore[no-any-return]

    @property
    def key(self) -> str | None:
        """Name of the key, such as "a" or "ArrowLeft"; of a message the key that it came under, or None."""
        return self._member("key")  # type: ignore[no-any-return]

    @property
    def data(self) -> Any:
        """The text of a char event; of a message its JSON value."""
        return self._member("data")

    @property
    def width(self) -> float:
        """Of a resize event: the logical width that the viewer has room for."""
        return self._member("width")  # type: ignore[no-any-return]

    @property
    def height(self) -> float:
        """Of a resize event: the logical height that the viewer has room for."""
        return self._member("height")  # type: ignore[no-any-return]

    @property
    def pixel_ratio(self) -> float:
        """Of a resize event: physical over logical pixels."""
        return self._member("pixel_ratio")  # type: ignore[no-any-return]

    @property
    def resumed(self) -> bool:
        """Of a viewer_joined event: whether the viewer was there before, and comes back to its session."""
        return self._member("resumed")  # type: ignore[no-any-return]

    @property
    def bitrate(self) -> float:
        """Of a downscale_hint event: bits per second that the viewer's link carries, too few for its picture."""
        return self._member("bitrate")  # type: ignore[no-any-return]

    def _member(self, name: str) -> Any:
        try:
            return self.event.members[name]
        except KeyError:
            raise AttributeError(f"a {self.type} event has no {name}; it has {', '.join(self.event.members)}") from None
