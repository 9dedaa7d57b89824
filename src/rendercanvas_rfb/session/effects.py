"""What the state machine of a viewer asks its caller to do."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..events import Event
from ..protocol.chunk import Chunk
from ..protocol.formats import Tier
from ..protocol.messages import Hello, ServerMessage, View
from ..viewer_event import SPARE, PictureSize

__all__ = [
    "Advise",
    "Authenticate",
    "Close",
    "Effect",
    "NeedPicture",
    "SelectTier",
    "Send",
    "SendChunk",
    "SetView",
    "Submit",
]


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Decide about this viewer, then call `Viewer.accept` or close."""

    hello: Hello


@dataclass(frozen=True, slots=True)
class Send:
    """Send a control message."""

    message: ServerMessage


@dataclass(frozen=True, slots=True)
class SendChunk:
    """Send a chunk."""

    chunk: Chunk


@dataclass(frozen=True, slots=True)
class SelectTier:
    """Have chunks of this tier offered from now on, and of no other; then call `Viewer.given`.

    Attributes:
        tier: The tier.
        instead: Those that will do where there are too many encoders already; nearest first.
    """

    tier: Tier
    instead: tuple[Tier, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class NeedPicture:
    """Have a chunk offered that needs no other.

    The last one of the tier, if it is a keyframe and current, else a new keyframe.
    """


@dataclass(frozen=True, slots=True)
class Submit:
    """Hand an event to the display. The viewer was looking at a picture of this size, if at any."""

    event: Event
    picture: PictureSize = SPARE


@dataclass(frozen=True, slots=True)
class Advise:
    """Hand an event of the server's own to the display, whoever has the control."""

    event: Event


@dataclass(frozen=True, slots=True)
class SetView:
    """The viewer's size or visibility is another."""

    view: View | None


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection."""

    code: int
    reason: str


Effect = Advise | Authenticate | Send | SendChunk | SelectTier | NeedPicture | Submit | SetView | Close
