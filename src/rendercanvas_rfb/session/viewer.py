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
from ..protocol.chunk import Chunk, serial_less
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
    StreamStarted,
    View,
    ViewChanged,
    Welcome,
)
from ..protocol.negotiate import Choice, choose_tier
from .effects import Advise, Authenticate, Close, Effect, NeedPicture, SelectTier, Send, SendChunk, SetView, Submit
from .exact import STILL_FORMATS, Exactness, StillWish
from .held import HeldInput
from .levels import LEVELS, stand_ins, tier_at
from .meter import ViewerMeter
from .quality import QualityController
from .shown import ShownSize
from .turns import STALL_S, Room
from .window import Window

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

PING_AFTER_S = 3.0
"""Silence after which the other side is asked whether it is still there."""

SILENCE_LIMIT_S = 10.0
"""Silence after which it is not: three pings went unanswered."""

STATS_INTERVAL_S = 1.0
"""Seconds between two statistics messages."""

STALL_ROUND_TRIPS = 4
"""Round trips without an acknowledgement, where these are longer than `STALL_S`, after which a viewer stalls."""

QUICK_STILL_S = 0.15
"""Seconds on the wire up to which a still is sent as soon as the picture has settled."""

SLOW_STILL_S = 3.0
"""Seconds on the wire from which on none is sent: whoever acts meanwhile would wait for it."""

CALM_S = 2.0
"""Seconds without another picture before a still that takes longer than `QUICK_STILL_S`."""

PREVIEW_FORMATS = (PictureFormat.JPEG, PictureFormat.WEBP)
"""The formats of an image that is shown until there is a keyframe, the fastest first: JPEG takes a fifth of the time
of WebP."""

PREVIEW_REASON = "an image, until there is a keyframe"
"""Why a newcomer is sent an image, in words for the statistics panel."""

STILL_REASON = "the picture stands still: the exact pixels"
"""Why a viewer of video is sent an image, in words for the statistics panel."""


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
        self.view: View | None = None
        self.choice: Choice | None = None
        self.tier: Tier | None = None
        """The one whose chunks it is offered: that of the choice, or a slower one in its place."""
        self.window = Window()
        self.quality = QualityController(now)
        self._capabilities: Capabilities | None = None
        self._available: frozenset[Tier] = frozenset()
        self._adaptive = True
        self._wanted: Tier | None = None
        self._promised = False
        self._handshake_s = handshake_s
        self._held = HeldInput()
        self._meter = ViewerMeter(now)
        self._needs_keyframe = True
        self._exactness = Exactness()
        # The streams that the viewer knows: at most one of video and one of images.
        self._announced: dict[bool, int] = {}
        self._last_sequence: int | None = None
        self._last_heard = now
        self._last_ping = now
        self._opened_at: float | None = None
        self._stats_due: float | None = None
        self._shown = ShownSize()
        self._moved_at = now
        # Version of the picture whose still would hold up the link for too long, and whether it may be sent later.
        self._declined: tuple[int, bool] | None = None

    @property
    def visible(self) -> bool:
        """Whether somebody may be looking. A viewer without a screen always is."""
        return self.state is ViewerState.OPEN and (self.view is None or self.view.visible)

    @property
    def has_room(self) -> bool:
        """Whether a chunk that is offered now is sent, provided that it is of the right kind."""
        return self.visible and self.window.has_room

    def report(self) -> Room:
        """What the encoder of its tier has to know. Where it says that there is room, the next chunk will be taken."""
        self._promised = self.has_room
        oldest = self.window.oldest
        is_followed = oldest is not None and self.visible and not self._needs_keyframe
        patience = max(STALL_S, STALL_ROUND_TRIPS * self.window.floor)
        wait_until = oldest + patience if is_followed and oldest is not None else float("-inf")
        return Room(self._promised, wait_until, self.quality.bitrate)

    @property
    def needs_picture(self) -> bool:
        """Whether the viewer could show a picture and has no current one that the next delta could refer to."""
        return self.has_room and self._needs_keyframe

    @property
    def still_wish(self) -> StillWish | None:
        """The lossless still that the viewer would take now; None where it has one, or has something else to do.

        A still is for an idle link, where it delays nothing: all that was sent is on the screen.
        """
        frame = self._exactness.inexact_frame
        if frame is None or not self.visible or self._needs_keyframe or self.window.in_flight:
            return None
        if self._declined is not None and self._declined[0] == frame:
            return None
        images = () if self._capabilities is None else self._capabilities.images
        format = next((format for format in STILL_FORMATS if format in images), None)
        return None if format is None else StillWish(frame, format)

    @property
    def preview_format(self) -> PictureFormat | None:
        """What an image of the picture can be encoded as for a viewer of video that shows nothing yet; else None."""
        if self._last_sequence is not None or not self.needs_picture or not self._adaptive:
            return None
        if self._capabilities is None or self.tier is None or not self.tier.format.is_video:
            return None
        return next((format for format in PREVIEW_FORMATS if format in self._capabilities.images), None)

    @property
    def last_sequence(self) -> int | None:
        """Sequence number of the last chunk sent; None before the first."""
        return self._last_sequence

    def metrics(self, display: str, now: float) -> ViewerMetrics:
        """What is counted of it, for the one that watches the server."""
        tier = "" if self.tier is None else str(self.tier.full)
        numbers = self._meter.read(self.window, self.quality, now)
        return ViewerMetrics(display, self.id, tier, connected_s=now - self._meter.since, **numbers)

    def receive(self, message: ClientMessage, now: float) -> list[Effect]:
        """Take a message from the viewer.

        Raises:
            ProtocolError: The message is not allowed now; nothing was changed.
        """
        if not isinstance(message, _ACCEPTS[self.state]):
            name = type(message).__name__
            raise ProtocolError(f"unexpected {name} while {self.state.name.lower()}")
        effects = self._take(message, now)
        self._last_heard = now
        return effects

    def _take(self, message: ClientMessage, now: float) -> list[Effect]:
        match message:
            case Hello():
                self.state = ViewerState.AUTHENTICATING
                return [Authenticate(message)]
            case ViewChanged(view):
                return self._set_view(view)
            case Ack(sequence, decode_queue):
                return self._acknowledge(sequence, decode_queue, now)
            case KeyframeRequest():
                self._needs_keyframe = True
                return self._ask()
            case Capabilities():
                return self._select_tier(message, self._available)
            case InputEvent(event):
                self._held.follow(event)
                return [Submit(event, self._shown.current)]
            case Message(data, key):
                return [Submit(Event("message", now, {"key": key, "data": data}), self._shown.current)]
            case StatsRequest(enabled):
                self._stats_due = now if enabled else None
                return []
            case Ping(t):
                return [Send(Pong(t))]
            case Bye(reason):
                return self.close(CloseCode.NORMAL, reason)
            case Pong(t) if t == self._opened_at:
                self.window.heard_round_trip(now - t)
                return []
            case _:  # Pong: that it was heard is all there is to it.
                return []

    def accept(
        self, hello: Hello, welcome: Welcome, available: Collection[Tier], now: float, *, adaptive: bool = True
    ) -> list[Effect]:
        """Let the viewer in, after `Authenticate`.

        Args:
            hello: What it said.
            welcome: What it is answered.
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
        self.client = hello.client
        self._last_heard = now
        self.view = hello.view
        self._opened_at = now
        self._adaptive = adaptive
        return [
            Send(welcome),
            Send(Ping(now)),
            SetView(hello.view),
            *self._select_tier(hello.capabilities, available),
        ]

    def tiers_changed(self, available: Collection[Tier], *, served: bool, adaptive: bool = True) -> list[Effect]:
        """The display can be encoded in other tiers than before.

        Args:
            available: Those that it can be encoded in now.
            served: Whether chunks of the chosen tier are offered still. If not, it is to be selected again.
            adaptive: Whether it may be given a slower level of its tier.

        Raises:
            ProtocolError: There is no format in common any more.
        """
        if self._capabilities is None or self.state is not ViewerState.OPEN:
            return []
        if not served:
            self._wanted = None
        self._adaptive = adaptive
        return self._select_tier(self._capabilities, available)

    def given(self, tier: Tier) -> None:
        """Chunks of ``tier`` are offered from now on; that of the last `SelectTier`, or one of those in its place."""
        self.tier = tier

    def offer(self, chunk: Chunk, now: float) -> list[Effect]:
        """A chunk is there. It is sent now or never."""
        if self.state is not ViewerState.OPEN or self.choice is None or chunk.tier != self.tier:
            return []
        if self._last_sequence is not None and not serial_less(self._last_sequence, chunk.header.sequence):
            # The same keyframe a second time; or one that another tier's chunk has overtaken, which leaves the wish
            # for a picture open.
            return self._ask()
        usable = chunk.header.keyframe or not self._needs_keyframe
        # The window may have shrunk while the chunk that it had room for was being encoded.
        has_room, self._promised = self.has_room or (self.visible and self._promised), False
        if not (usable and has_room):
            if usable and self.visible:
                self.quality.missed(now)
            self._needs_keyframe = True
            self._meter.dropped += 1
            return self._follow_quality()
        self._needs_keyframe = False
        self._moved_at = now
        reason = f"{self.choice.reason}; {self.quality.reason}" if self.quality.reason else self.choice.reason
        return self._send(chunk, reason, now, still=False)

    def offer_still(self, chunk: Chunk, now: float) -> list[Effect]:
        """A lossless still is there. It is sent if the viewer wishes for it, else left out."""
        header = chunk.header
        if self.still_wish != StillWish(header.frame, header.format):
            return []
        if self._last_sequence is not None and not serial_less(self._last_sequence, header.sequence):
            return []
        if self.quality.bitrate is not None:
            seconds = 8 * len(chunk.message) / self.quality.bitrate
            if seconds > QUICK_STILL_S and (seconds > SLOW_STILL_S or now - self._moved_at < CALM_S):
                self._declined = (header.frame, seconds <= SLOW_STILL_S)
                return []
        return self._send(chunk, STILL_REASON, now, still=True)

    def offer_preview(self, chunk: Chunk, now: float) -> list[Effect]:
        """An image is there of the picture that the viewer waits for. It is sent if the viewer shows nothing yet."""
        if self.preview_format is not chunk.header.format:
            return []
        return self._send(chunk, PREVIEW_REASON, now, still=True)

    def tick(self, now: float, extra_stats: Mapping[str, float]) -> list[Effect]:
        """Let time pass; to be called about once a second. ``extra_stats`` go into the viewer's statistics."""
        if self.state is ViewerState.CLOSED:
            return []
        silence = now - self._last_heard
        if self.state is not ViewerState.OPEN:
            return self.close(CloseCode.TIMEOUT, "no hello in time") if silence > self._handshake_s else []
        if silence > SILENCE_LIMIT_S:
            return self.close(CloseCode.TIMEOUT, f"nothing heard for {SILENCE_LIMIT_S:g} s")
        if self._declined is not None and self._declined[1] and now - self._moved_at >= CALM_S:
            self._declined = None
        effects: list[Effect] = []
        if (bitrate := self.quality.take_hint(now)) is not None:
            effects.append(Advise(Event("downscale_hint", now, {"bitrate": bitrate})))
        if silence >= PING_AFTER_S and now - self._last_ping >= PING_AFTER_S:
            self._last_ping = now
            effects.append(Send(Ping(now)))
        if self._stats_due is not None and now >= self._stats_due:
            self._stats_due = now + STATS_INTERVAL_S
            effects.append(Send(Stats({**self._stats(now), **extra_stats})))
        return effects

    def close(self, code: int, reason: str) -> list[Effect]:
        """End the connection from this side. Once closed, nothing more comes out.

        Of ``reason``, what fits into a close frame is sent.
        """
        if self.state is ViewerState.CLOSED:
            return []
        self.state = ViewerState.CLOSED
        reason = truncate_reason(reason)
        return [Send(Bye(reason, int(code))), Close(int(code), reason)]

    def vanish(self, timestamp: float) -> list[Effect]:
        """The connection is gone.

        What the viewer's user held down is let go of. ``timestamp`` is that of the events.
        """
        self.state = ViewerState.CLOSED
        return [Submit(event, self._shown.current) for event in self._held.release(timestamp)]

    def _set_view(self, view: View) -> list[Effect]:
        self.view = view
        if not view.visible:
            self.window.clear()
        return [SetView(view), *self._ask()]

    def _stats(self, now: float) -> dict[str, float]:
        level = LEVELS[self.quality.level]
        pace = {"max_fps": level.max_fps or 0.0, "scale": 1 / level.shrink}
        return {**self._meter.read(self.window, self.quality, now), **pace}

    def _acknowledge(self, sequence: int, decode_queue: int, now: float) -> list[Effect]:
        if self._last_sequence is None or serial_less(self._last_sequence, sequence):
            raise ProtocolError(f"message.sequence {sequence} acknowledges a chunk that was not sent")
        overloaded, before = self.window.is_overloaded, self.window.bytes
        freed = self.window.acknowledged(sequence, now)
        self._meter.shown(freed, now)
        self._shown.acknowledged(sequence)
        if freed:
            self.quality.acknowledged(
                before - self.window.bytes,
                now,
                excess=self.window.excess,
                queueing=self.window.queueing,
                floor=self.window.floor,
                decode_queue=decode_queue,
                overloaded=overloaded,
            )
        return [*self._follow_quality(), *self._ask()]

    def _send(self, chunk: Chunk, reason: str, now: float, *, still: bool) -> list[Effect]:
        header = chunk.header
        effects: list[Effect] = []
        if self._announced.get(header.format.is_video) != header.stream:
            self._announced[header.format.is_video] = header.stream
            effects.append(Send(StreamStarted(header.stream, chunk.info, reason)))
        self._last_sequence = header.sequence
        self._exactness.sent(header)
        self._shown.sent(chunk)
        if not still:
            size = chunk.picture
            self.quality.sent(size.width * size.height, now, idle=not self.window.in_flight)
        self.window.sent(header.sequence, len(chunk.message), now)
        self._meter.sent(chunk, now, still=still)
        return [*effects, SendChunk(chunk)]

    def _select_tier(self, capabilities: Capabilities, available: Collection[Tier]) -> list[Effect]:
        self.choice = choose_tier(capabilities, available)
        self._capabilities, self._available = capabilities, frozenset(available)
        decodes = [tier for tier in capabilities.video if tier in self._available]
        tier = tier_at(self.quality.level, self.choice.tier, decodes) if self._adaptive else self.choice.tier
        if tier == self._wanted:
            return []
        self._wanted = self.tier = tier
        self._needs_keyframe = True
        instead = stand_ins(tier, decodes) if self._adaptive and tier.format.is_video else ()
        return [SelectTier(tier, instead), *self._ask()]

    def _follow_quality(self) -> list[Effect]:
        """Take the tier of the level that fits the link."""
        self.window.bitrate = self.quality.bitrate
        if self._capabilities is None:
            return []
        return self._select_tier(self._capabilities, self._available)

    def _ask(self) -> list[Effect]:
        return [NeedPicture()] if self.needs_picture else []
