"""One viewer as a state machine: what it may be sent, and what its messages ask for.

Pure: no I/O, and time is an argument.

The caller feeds it decoded messages, chunks and the time, and carries out the effects that it returns, in order. Its
promises:

- The first chunk of a stream that is sent is a keyframe, and its `StreamStarted` is sent before it.
- After a chunk of video that was not sent, none is sent until the next keyframe.
- A lossless still changes nothing for the chunks of the stream that come after it, whether or not it was sent; nor
  does the image that a newcomer is shown until there is a keyframe.
- There are never more chunks in flight than the window allows, or allowed when it was last reported.
- Nothing is queued here: what is not sent at once is left out, so that the next chunk sent is the latest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum, auto

from ..errors import CloseCode, ProtocolError, StateError, truncate_reason
from ..events import Event
from ..metrics import ViewerMetrics
from ..protocol.chunk import Chunk
from ..protocol.formats import PictureFormat, Tier
from ..protocol.messages import (
    Ack,
    Bye,
    Capabilities,
    ClientMessage,
    Hello,
    InputEvent,
    KeyframeRequest,
    Message,
    Ping,
    Pong,
    Stats,
    StatsRequest,
    ViewChanged,
    Welcome,
)
from ..protocol.negotiate import choose_tier
from .effects import Advise, Authenticate, Close, Effect, NeedPicture, SelectTier, Send, SendChunk, SetView, Submit
from .exact import StillWish
from .heartbeat import SILENCE_LIMIT_S, Heartbeat
from .ledger import InputLedger
from .pictures import Pictures
from .retreat import CUT_AFTER_S, STALLED_S
from .turns import Room
from .window import MAX_CHUNKS

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
    "Viewer",
    "ViewerState",
]

HANDSHAKE_TIMEOUT_S = 10.0
"""Seconds for the ``hello``: many times the round trip of a bad link, and the proof of its decoders before it, which
takes a browser well under a second."""

STATS_INTERVAL_S = 1.0
"""Seconds between two statistics messages."""


class ViewerState(Enum):
    """Where a connection stands."""

    OPENING = auto()
    AUTHENTICATING = auto()
    OPEN = auto()
    CLOSED = auto()


_ACCEPTS: Mapping[ViewerState, tuple[type, ...]] = {
    ViewerState.OPENING: (Hello,),
    ViewerState.AUTHENTICATING: (),
    ViewerState.OPEN: (
        ViewChanged,
        Ack,
        KeyframeRequest,
        Capabilities,
        InputEvent,
        Message,
        StatsRequest,
        Ping,
        Pong,
        Bye,
    ),
    ViewerState.CLOSED: (),
}


class Viewer:
    """The server's side of one connection.

    Args:
        viewer_id: Name of the viewer, unique in the display.
        now: The time, in seconds of the monotonic clock that all other calls use too.
        handshake_s: Seconds until it must be let in.
    """

    def __init__(self, viewer_id: str, now: float, *, handshake_s: float = HANDSHAKE_TIMEOUT_S) -> None:
        self.id = viewer_id
        self.state = ViewerState.OPENING
        self.client = ""
        self.resumable = False
        """Whether its session may go on over another connection: it was open, and nobody meant it to end."""
        self.pictures = Pictures(now)
        """What it is shown. Whoever has it may read; what changes it are the methods here."""
        self._handshake_s = handshake_s
        self._heartbeat = Heartbeat(now)
        self._ledger = InputLedger()
        self._stats_due: float | None = None

    @property
    def tier(self) -> Tier | None:
        """The one whose chunks it is offered: the best that it decodes, or a slower one in its place."""
        return self.pictures.tiers.tier

    @property
    def visible(self) -> bool:
        """Whether somebody may be looking. A viewer without a screen always is."""
        return self.pictures.visible

    @property
    def has_room(self) -> bool:
        """Whether a chunk that is offered now is sent, provided that it is of the right kind."""
        return self.pictures.has_room

    @property
    def needs_picture(self) -> bool:
        """Whether the viewer could show a picture and has no current one that the next delta could refer to."""
        return self.pictures.needs_picture

    @property
    def still_wish(self) -> StillWish | None:
        """The lossless still that the viewer would take now; None where it has one, or has something else to do."""
        return self.pictures.still_wish

    @property
    def preview_format(self) -> PictureFormat | None:
        """What an image of the picture can be encoded as for a viewer of video that shows nothing yet; else None."""
        return self.pictures.preview_format

    @property
    def last_sequence(self) -> int | None:
        """Sequence number of the last chunk sent; None before the first."""
        return self.pictures.last_sequence

    def report(self) -> Room:
        """What the encoder of its tier has to know. Where it says that there is room, the next chunk will be taken."""
        return self.pictures.report()

    @property
    def taken(self) -> int:
        """Number of the last numbered message that was taken."""
        return self._ledger.taken

    @property
    def input_counts(self) -> tuple[int, int]:
        """Numbered messages that were taken on this connection, and those that came again and were left out."""
        return self._ledger.accepted, self._ledger.repeated

    @property
    def confirm_at(self) -> float | None:
        """When `confirm` has something to say; None where the viewer knows what was taken."""
        return self._ledger.confirm_at if self.state is ViewerState.OPEN else None

    def metrics(self, display: str, now: float) -> ViewerMetrics:
        """What is counted of it, for the one that watches the server."""
        tier = "" if self.tier is None else str(self.tier.full)
        shown, meter = self.pictures, self.pictures.meter
        numbers = meter.read(shown.window, shown.quality, now)
        return ViewerMetrics(display, self.id, tier, connected_s=now - meter.since, **numbers)

    def receive(self, message: ClientMessage, now: float) -> list[Effect]:
        """Take a message from the viewer.

        Raises:
            ProtocolError: The message is not allowed now; nothing was changed.
        """
        if not isinstance(message, _ACCEPTS[self.state]):
            name = type(message).__name__
            raise ProtocolError(f"unexpected {name} while {self.state.name.lower()}")
        effects = self._take(message, now)
        self._heartbeat.heard(now)
        return effects

    def _take(self, message: ClientMessage, now: float) -> list[Effect]:
        match message:
            case Hello():
                self.state = ViewerState.AUTHENTICATING
                return [Authenticate(message)]
            case ViewChanged(view):
                return [SetView(view), *self.pictures.show(view.visible)]
            case Ack():
                return self.pictures.acknowledge(message, now)
            case KeyframeRequest():
                return self.pictures.lose_reference()
            case Capabilities():
                return self.pictures.select(message)
            case InputEvent(event, number):
                return self._submit(event, number, now)
            case Message(data, key, number):
                return self._submit(Event("message", now, {"key": key, "data": data}), number, now)
            case StatsRequest(enabled):
                self._stats_due = now if enabled else None
                return []
            case Ping(t):
                return [Send(Pong(t))]
            case Bye(reason):
                return self.close(CloseCode.NORMAL, reason)
            case Pong(t):
                # Of most of them, that they were heard is all there is to it.
                if (seconds := self._heartbeat.round_trip(t, now)) is not None:
                    self.pictures.window.heard_round_trip(seconds)
                return []

    def accept(
        self, hello: Hello, welcome: Welcome, available: Collection[Tier], now: float, *, adaptive: bool = True
    ) -> list[Effect]:
        """Let the viewer in, after `Authenticate`.

        Args:
            hello: What it said.
            welcome: What it is answered: it has its id, and begins with the number of the last message taken.
            available: The tiers that the display can be encoded in.
            now: The time.
            adaptive: Whether it may be given a slower level of its tier.

        Raises:
            ProtocolError: There is no format in common.
            StateError: No `Authenticate` is open.
        """
        if self.state is not ViewerState.AUTHENTICATING:
            raise StateError(f"accept() while {self.state.name.lower()}")
        choose_tier(hello.capabilities, available)
        self.state = ViewerState.OPEN
        self.id = welcome.viewer
        self.client = hello.client
        self.pictures.visible = hello.view is None or hello.view.visible
        self._ledger = InputLedger(welcome.taken)
        self._heartbeat.opened(now)
        self.pictures.tiers.adaptive = adaptive
        return [
            Send(welcome),
            Send(Ping(now)),
            SetView(hello.view),
            *self.pictures.select(hello.capabilities, available),
        ]

    def limit_window(self, chunks: int | None) -> None:
        """No more chunks than that may be in flight; None for as many as the link holds."""
        self.pictures.window.max_chunks = MAX_CHUNKS if chunks is None else chunks

    def tiers_changed(self, available: Collection[Tier], *, served: bool, adaptive: bool = True) -> list[Effect]:
        """The display can be encoded in other tiers than before.

        Args:
            available: Those that it can be encoded in now.
            served: Whether chunks of the chosen tier are offered still. If not, it is to be selected again.
            adaptive: Whether it may be given a slower level of its tier.

        Raises:
            ProtocolError: There is no format in common any more.
        """
        if self.state is not ViewerState.OPEN:
            return []
        return self.pictures.renew(available, served=served, adaptive=adaptive)

    def given(self, tier: Tier) -> None:
        """Chunks of ``tier`` are offered from now on; that of the last `SelectTier`, or one of those in its place."""
        self.pictures.tiers.tier = tier

    def offer(self, chunk: Chunk, now: float) -> list[Effect]:
        """A chunk is there. It is sent now or never."""
        return self.pictures.offer(chunk, now) if self.state is ViewerState.OPEN else []

    def offer_still(self, chunk: Chunk, now: float) -> list[Effect]:
        """A lossless still is there. It is sent if the viewer wishes for it, else left out."""
        return self.pictures.offer_still(chunk, now)

    def offer_preview(self, chunk: Chunk, now: float) -> list[Effect]:
        """An image is there of the picture that the viewer waits for. It is sent if the viewer shows nothing yet."""
        return self.pictures.offer_preview(chunk, now)

    def excuse(self, now: float) -> None:
        """Its silence until now means nothing: what it says could not get through."""
        self._heartbeat.excuse(now)

    def tick(self, now: float, extra_stats: Mapping[str, float]) -> list[Effect]:
        """Let time pass; to be called about once a second. ``extra_stats`` go into the viewer's statistics."""
        if self.state is ViewerState.CLOSED:
            return []
        if self.state is not ViewerState.OPEN:
            is_late = self._heartbeat.absence(now) > self._handshake_s
            return self.close(CloseCode.TIMEOUT, "no hello in time") if is_late else []
        if self._heartbeat.is_lost(now):
            return self.close(CloseCode.TIMEOUT, f"nothing heard for {SILENCE_LIMIT_S:g} s")
        heard = self._is_heard(now)
        if heard and self.pictures.is_stuck(now, self._heartbeat.excused_until):
            return self.close(CloseCode.TOO_SLOW, f"no picture was shown for {CUT_AFTER_S:g} s")
        effects: list[Effect] = [*self.confirm(now), *self.pictures.tick(now, heard=heard)]
        if (bitrate := self.pictures.quality.take_hint(now)) is not None:
            effects.append(Advise(Event("downscale_hint", now, {"bitrate": bitrate})))
        if self._heartbeat.take_ping(now):
            effects.append(Send(Ping(now)))
        if self._stats_due is not None and now >= self._stats_due:
            self._stats_due = now + STATS_INTERVAL_S
            effects.append(Send(Stats({**self.pictures.stats(now), **extra_stats})))
        return effects

    def close(self, code: int, reason: str) -> list[Effect]:
        """End the connection from this side. Once closed, nothing more comes out.

        Of ``reason``, what fits into a close frame is sent. A viewer that was not heard of in time is lost, and one
        that was too slow may have a better link soon: they may come back to their sessions.
        """
        if self.state is ViewerState.CLOSED:
            return []
        self._end(resumable=code in (CloseCode.TIMEOUT, CloseCode.TOO_SLOW))
        reason = truncate_reason(reason)
        return [Send(Bye(reason, int(code))), Close(int(code), reason)]

    def vanish(self, *, deliberate: bool = False) -> None:
        """The connection is gone; ``deliberate`` says whether the other side has closed it, rather than lost it."""
        self._end(resumable=not deliberate)

    def confirm(self, now: float) -> list[Effect]:
        """Tell the viewer which of its numbered messages were taken, if that is due; see `confirm_at`."""
        taken = self._ledger.confirm(now) if self.state is ViewerState.OPEN else None
        return [] if taken is None else [Send(taken)]

    def carried(self, now: float) -> tuple[int, float | None]:
        """The level and the bitrate that another connection of the viewer had better begin with."""
        return self.pictures.carried(now, heard=self._is_heard(now))

    def _is_heard(self, now: float) -> bool:
        return self._heartbeat.silence(now) < STALLED_S

    def _submit(self, event: Event, number: int | None, now: float) -> list[Effect]:
        if not self._ledger.take(number):
            return []
        return [Submit(event, self.pictures.size), *self.confirm(now)]

    def _end(self, *, resumable: bool) -> None:
        if self.state is ViewerState.OPEN:
            self.resumable = resumable
        self.state = ViewerState.CLOSED
        self.pictures.visible = False
