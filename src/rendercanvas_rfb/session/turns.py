"""When a tier makes its next picture, and for whom: who has room, who is waited for, and which keyframe is due.

Pure: time is an argument, in seconds of any monotonic clock.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Generic, TypeVar

from .keyframes import KeyframeSchedule
from .pace import Pace
from .pushes import Pushes
from .repeats import Repeats

__all__ = ["STALL_S", "Room", "Turns"]

V = TypeVar("V")

STALL_S = 1.0
"""Seconds without an acknowledgement after which a viewer is no longer waited for. A lost segment takes TCP 0.2 to 0.6
seconds to mend (RFC 6298 with Linux' least timeout of 0.2 s), which is no reason to cost a viewer its reference."""


@dataclass(frozen=True, slots=True)
class Room:
    """What one viewer has to say about the next chunk.

    Attributes:
        open: Whether it would take one now.
        wait_until: Where it would not, until when a tier that waits for its viewers waits for this one.
        bitrate: Bits per second that it can take, where that is known.
    """

    open: bool
    wait_until: float = float("-inf")
    bitrate: float | None = None


_UNKNOWN = Room(open=False)


class Turns(Generic[V]):
    """The viewers of one tier.

    Args:
        max_fps: Pictures per second, at most, keyframes that viewers wait for left out; None for no limit.
        together: Whether a picture is made only when every viewer that is alive has room for it, so that nobody loses
            a reference picture; else whenever one of them has.
    """

    def __init__(self, max_fps: float | None = None, *, together: bool = False) -> None:
        self._together = together
        self._rooms: dict[V, Room] = {}
        # Chunks on their way to a viewer: what it says about its room before it has them is out of date.
        self._offered: Counter[V] = Counter()
        self._keyframes = KeyframeSchedule()
        self._pace = Pace(max_fps)
        self._repeats = Repeats()
        self._pushes = Pushes()
        self._keyframe_in_work = False
        self._unreadable: int | None = None
        self._picked: int | None = None

    @property
    def viewers(self) -> tuple[V, ...]:
        """In the order in which they came."""
        return tuple(self._rooms)

    def __contains__(self, viewer: object) -> bool:
        return viewer in self._rooms

    def join(self, viewer: V) -> None:
        """``viewer`` came. It has no room until it says so."""
        self._rooms[viewer] = _UNKNOWN

    def leave(self, viewer: V) -> None:
        """``viewer`` is gone."""
        self._rooms.pop(viewer, None)
        del self._offered[viewer]

    def clear(self) -> None:
        """All are gone."""
        self._rooms.clear()
        self._offered.clear()

    def set_room(self, viewer: V, room: Room) -> None:
        """What ``viewer`` says. While a chunk is on its way to it, it has no room."""
        if viewer in self._rooms:
            self._rooms[viewer] = Room(room.open and not self._offered[viewer], room.wait_until, room.bitrate)

    def request_keyframe(self) -> None:
        """A viewer has no reference picture."""
        self._keyframes.request()

    def offered(self, viewer: V, now: float) -> None:
        """A chunk is on its way to ``viewer``."""
        self._offered[viewer] += 1
        room = self._rooms[viewer]
        wait_until = now + STALL_S if room.open else room.wait_until
        self._rooms[viewer] = Room(open=False, wait_until=wait_until, bitrate=room.bitrate)

    def delivered(self, viewer: V) -> bool:
        """A chunk has reached ``viewer``. Returns whether it is there still."""
        # Who left and came back has no count for what was on its way before.
        if viewer not in self._rooms:
            return False
        self._offered[viewer] -= bool(self._offered[viewer])
        return True

    def bitrate(self, now: float) -> float | None:
        """What the slowest viewer that is alive can take, bits per second; None where nobody is limited."""
        alive = (room for room in self._rooms.values() if room.open or room.wait_until > now)
        return min((room.bitrate for room in alive if room.bitrate is not None), default=None)

    def can_go(self, now: float) -> bool:
        """Whether there is somebody to make a picture for, and nobody to wait for."""
        if not any(room.open for room in self._rooms.values()):
            return False
        return not self._together or all(room.open or room.wait_until <= now for room in self._rooms.values())

    def turn(self, version: int | None, now: float) -> bool | None:
        """Whether to encode the latest frame, whose number is ``version``, and if so, whether as a keyframe.

        None where there is nothing to do.
        """
        if version is None or version == self._unreadable or not self.can_go(now):
            return None
        keyframe = self._keyframes.due_in(now) == 0.0 and not self._keyframe_in_work
        news = version != self._picked or self._repeats.due_in(version, now) == 0.0
        due = keyframe or self._is_pushed(version, now) or (news and not self._pace.due_in(now))
        return keyframe if due else None

    def pick(self, version: int, now: float) -> bool:
        """Frame ``version`` is being encoded. Returns whether the pace asks for a pause after it."""
        # What is pushed out was counted when it went in.
        if not self._is_pushed(version, now):
            self._pace.made(now)
        self._picked = version
        return self._pace.due_in(now) > 0

    def fed(self, version: int, now: float, *, held: bool, keyframe: bool = False) -> None:
        """Frame ``version`` has gone into the encoder, and the pictures that came out were `made`.

        Args:
            version: Its number.
            now: The time.
            held: Whether there is no picture of it yet.
            keyframe: Whether a keyframe is among the pictures that have not come out.
        """
        self._keyframe_in_work = keyframe
        self._pushes.fed(version, now, held=held or keyframe, urgent=keyframe)

    def pass_over(self, version: int) -> None:
        """Frame ``version`` cannot be had: no picture is made before there is another one."""
        self._unreadable = version

    def keyframe_due_in(self, now: float) -> float:
        """Seconds until the requested keyframe can be made, infinite where that depends on viewers."""
        return self._keyframes.due_in(now) or 0.0 if self.can_go(now) else float("inf")

    def awaits_chunk(self, viewer: V) -> bool:
        """Whether a chunk is on its way to ``viewer``."""
        return self._offered[viewer] > 0

    def made(self, version: int, now: float, *, keyframe: bool = False, improvable: bool = False) -> None:
        """A picture was made of frame ``version``.

        Args:
            version: Its number.
            now: The time.
            keyframe: Whether it is a keyframe, requested or not.
            improvable: Whether another picture of the same frame would be better.
        """
        if keyframe:
            self._keyframes.made(now)
        self._repeats.made(version, now, improvable=improvable)

    @property
    def picked(self) -> int | None:
        """Number of the frame that was encoded last, or is being encoded."""
        return self._picked

    def wants(self, now: float) -> bool:
        """Whether a new frame would be encoded now."""
        return self.can_go(now) and not self._pace.due_in(now)

    def pause_over(self, now: float) -> bool:
        """Whether the pace allows a picture."""
        return not self._pace.due_in(now)

    def due_in(self, version: int | None, now: float) -> float | None:
        """Seconds after which there may be something to encode though nobody has said anything; None for never."""
        rooms = self._rooms.values()
        if not any(room.open for room in rooms):
            return None
        waits = [self._pace.due_in(now)]
        if version is not None:  # Without a frame no keyframe can be made.
            waits.append(self._keyframes.due_in(now) or 0.0)
            waits.append(self._repeats.due_in(version, now) or 0.0)
            waits.append(self._pushes.due_in(version, now) or 0.0)
        if self._together:
            waits += [room.wait_until - now for room in rooms if not room.open and room.wait_until > now]
        return min((seconds for seconds in waits if seconds > 0), default=None)

    def _is_pushed(self, version: int, now: float) -> bool:
        """Whether frame ``version`` went in, and is to go in once more."""
        return self._pushes.due_in(version, now) == 0.0
