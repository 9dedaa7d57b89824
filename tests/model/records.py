"""What viewers and the program have seen of each other, and what must hold of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rendercanvas_rfb.viewer_event import ViewerEvent

__all__ = ["FIRST_TOKEN", "Input", "ProgramRecord", "SessionRecord", "ViewerRecord", "Violation", "released_by"]

FIRST_TOKEN = 1_000_000
"""Timestamps of input from here on are numbers that the model's client gave it; the server's own are its time."""

RELEASES = {"pointer_up": "button", "key_up": "key", "pointer_leave": "pointer"}
PRESSES = {"pointer_down": "button", "key_down": "key", "pointer_enter": "pointer"}
DISCRETE = {*RELEASES, *PRESSES, "wheel"}


class Violation(Exception):
    """Something that must not be."""


def released_by(type: str) -> bool:
    """Whether an event of this type lets go of something, so that it is left out where the server has done so."""
    return type in RELEASES


@dataclass(frozen=True, slots=True)
class Input:
    """What a user did."""

    token: int
    type: str
    what: Any


@dataclass(slots=True)
class SessionRecord:
    """One session, as its client sees it.

    Attributes:
        incarnation: Which life of the server it belongs to.
        viewer: Id of the viewer.
        offered: What was done while input was taken.
        checked: How many of those, and how many taken ones, were looked at last.
    """

    incarnation: int
    viewer: str
    offered: list[Input] = field(default_factory=list)
    checked: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class ViewerRecord:
    """What one client has told.

    Attributes:
        status: Of its connection.
        takes_input: Whether the page takes input.
        resumed: Whether the last connection went on with its session.
        state: What the server has told of the display.
        content: What is on the canvas.
        lossless: Whether it is said to be exact.
        session: The present session, or the last one.
        has_quit: Whether its user has closed it.
        refused: Whether it says that trying again is in vain.
    """

    status: str = "new"
    takes_input: bool = False
    resumed: bool | None = None
    state: dict[str, Any] = field(default_factory=dict)
    content: int | None = None
    lossless: bool = False
    viewer: str | None = None
    session: SessionRecord | None = None
    has_quit: bool = False
    refused: bool = False


class ProgramRecord:
    """What the program of one server has been told of its viewers.

    Raises `Violation` where that makes no sense: a button that is pressed twice, a viewer that leaves before it comes,
    and, where only one of them has the control, one that does something while another one holds something.
    """

    def __init__(self, time: Callable[[], float], *, only_one: bool) -> None:
        self._time = time
        self._only_one = only_one
        self.present: set[str] = set()
        self.left_at: dict[str, float] = {}
        self.taken: defaultdict[str, list[Input]] = defaultdict(list)
        self.held: defaultdict[str, set[tuple[str, Any]]] = defaultdict(set)

    def take(self, event: ViewerEvent) -> None:
        """The program has taken an event."""
        viewer, type = event.viewer, event.type
        if type == "viewer_joined":
            if viewer in self.present:
                raise Violation(f"{viewer} joins though it is there")
            self.present.add(viewer)
        elif type == "viewer_left":
            if viewer not in self.present:
                raise Violation(f"{viewer} leaves though it is not there")
            self.present.discard(viewer)
            self.left_at[viewer] = self._time()
            if held := self.held[viewer]:
                raise Violation(f"{viewer} has left and holds {sorted(map(str, held))}")
        elif type in DISCRETE:
            self._discrete(viewer, event)

    def _discrete(self, viewer: str, event: ViewerEvent) -> None:
        type, members = event.type, event.event.members
        if self._only_one:
            for other, held in self.held.items():
                if held and other != viewer:
                    raise Violation(f"{viewer}: {type} is taken while {other} holds {sorted(map(str, held))}")
        what = members.get("key", members.get("button"))
        if type in PRESSES:
            self._press(viewer, (PRESSES[type], None if PRESSES[type] == "pointer" else what))
        elif type in RELEASES:
            self._release(viewer, (RELEASES[type], None if RELEASES[type] == "pointer" else what))
        token = int(event.event.timestamp)
        if token < FIRST_TOKEN:
            return  # The server's own.
        taken = self.taken[viewer]
        if taken and token <= taken[-1].token:
            raise Violation(f"{viewer}: {type} {token} is taken after {taken[-1].token}")
        taken.append(Input(token, type, what))

    def _press(self, viewer: str, thing: tuple[str, Any]) -> None:
        if thing in self.held[viewer]:
            raise Violation(f"{viewer} presses {thing}, which is held down")
        self.held[viewer].add(thing)

    def _release(self, viewer: str, thing: tuple[str, Any]) -> None:
        if thing not in self.held[viewer]:
            raise Violation(f"{viewer} lets go of {thing}, which is not held down")
        self.held[viewer].discard(thing)


def check_order(session: SessionRecord, taken: list[Input], *, complete: bool = False, gaps: bool = False) -> None:
    """What was taken is the beginning of what was offered; all of it, where it is ``complete``.

    There are ``gaps`` where the control can be lost: what was done before the page heard of it counts for nothing.
    Releases may be missing: the server has let go by itself, and `ProgramRecord` sees to what is held.

    Raises:
        Violation: It is not.
    """
    tokens = {each.token for each in taken}
    last = taken[-1].token if taken else 0
    for each in () if gaps else session.offered:
        if each.token in tokens or released_by(each.type):
            continue
        if each.token < last:
            raise Violation(f"{session.viewer}: {each.type} {each.token} is lost, and {last} is taken")
        if complete:
            raise Violation(f"{session.viewer}: {each.type} {each.token} has not arrived")
    offered = {each.token for each in session.offered}
    if strange := tokens - offered:
        raise Violation(f"{session.viewer}: {sorted(strange)} are taken, and belong to another session")
