"""The messages of the wire protocol as types. What they mean is in ``docs/protocol.md``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..events import Event
from .formats import PictureFormat, StreamInfo, Tier

__all__ = [
    "PROTOCOL_VERSION",
    "Ack",
    "Bye",
    "Capabilities",
    "ChunkHeader",
    "ClientMessage",
    "Hello",
    "InputEvent",
    "KeyframeRequest",
    "Message",
    "Ping",
    "Pong",
    "ServerMessage",
    "StateChanged",
    "Stats",
    "StatsRequest",
    "StreamStarted",
    "Taken",
    "View",
    "ViewChanged",
    "Welcome",
]

PROTOCOL_VERSION = 1


@dataclass(frozen=True, slots=True)
class View:
    """What a viewer can show: its size in logical and in device pixels, and whether anybody can see it."""

    width: float
    height: float
    physical_width: int
    physical_height: int
    pixel_ratio: float
    visible: bool


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a viewer can decode, best first, and why it cannot decode video where ``video`` is empty."""

    video: tuple[Tier, ...]
    images: tuple[PictureFormat, ...]
    no_video: str | None = None


@dataclass(frozen=True, slots=True)
class Hello:
    """Opens a connection.

    A viewer without a screen has no ``view``. ``session`` is that of an earlier connection's `Welcome`, to go on with.
    """

    capabilities: Capabilities
    view: View | None = None
    token: str | None = None
    client: str = ""
    session: str | None = field(default=None, repr=False)
    protocol: int = PROTOCOL_VERSION


@dataclass(frozen=True, slots=True)
class ViewChanged:
    """The viewer's size, pixel ratio or visibility is another."""

    view: View


@dataclass(frozen=True, slots=True)
class Ack:
    """The chunk ``sequence`` and all before it are presented or skipped.

    ``held_ms`` is how long the viewer had it before that, decoding and waiting for the screen.
    """

    sequence: int
    decode_queue: int = 0
    held_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class KeyframeRequest:
    """The viewer has no reference picture."""

    reason: str


@dataclass(frozen=True, slots=True)
class InputEvent:
    """One input event, with its ``number`` in the session where it has one: from 1, of events and messages together."""

    event: Event
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A JSON value of the application's, to a viewer or from one; ``key`` says of what it is the present value.

    From a viewer it may have a ``number``, as an `InputEvent` may.
    """

    data: Any
    key: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class StatsRequest:
    """Starts or ends a `Stats` message each second."""

    enabled: bool


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a `Pong` with the same number."""

    t: float


@dataclass(frozen=True, slots=True)
class Pong:
    """Answers a `Ping`."""

    t: float


@dataclass(frozen=True, slots=True)
class Bye:
    """Announces a deliberate close."""

    reason: str
    code: int = 1000


@dataclass(frozen=True, slots=True)
class Welcome:
    """Answers a `Hello`.

    ``state`` is all of the retained state, ``session`` what a later connection goes on with, ``resumed`` whether this
    one does so, and ``taken`` the number of the last numbered message that was taken in the session.
    """

    viewer: str
    name: str
    server: str
    state: Mapping[str, Any]
    session: str = field(repr=False)
    resumed: bool = False
    taken: int = 0
    protocol: int = PROTOCOL_VERSION


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The members of the retained state that changed."""

    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """All numbered messages up to ``number`` are on their way to the program."""

    number: int


@dataclass(frozen=True, slots=True)
class StreamStarted:
    """Describes the chunks that carry the number ``stream``; ``reason`` says why it has this format."""

    stream: int
    info: StreamInfo
    reason: str


@dataclass(frozen=True, slots=True)
class Stats:
    """Numbers for the statistics panel."""

    stats: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ChunkHeader:
    """The fixed header in front of an encoded picture."""

    format: PictureFormat
    keyframe: bool
    lossless: bool
    sequence: int
    stream: int
    width: int
    height: int
    pixel_ratio: float
    frame: int
    timestamp_us: int


ClientMessage = (
    Hello | ViewChanged | Ack | KeyframeRequest | Capabilities | InputEvent | Message | StatsRequest | Ping | Pong | Bye
)
ServerMessage = Welcome | Taken | StateChanged | StreamStarted | Message | Stats | Ping | Pong | Bye
