"""What one viewer is shown: which chunks it is sent, of which tier, and what it made of them.

Pure: no I/O, and time is an argument. The promises are those of `session.viewer`.
"""

from __future__ import annotations

from collections.abc import Collection

from ..errors import ProtocolError
from ..protocol.chunk import Chunk, serial_less
from ..protocol.formats import PictureFormat, Tier
from ..protocol.messages import Ack, Capabilities, StreamStarted
from ..viewer_event import PictureSize
from .effects import Effect, NeedPicture, SelectTier, Send, SendChunk
from .exact import StillWish
from .levels import IMAGES, LEVELS
from .meter import ViewerMeter
from .quality import QualityController
from .refinement import PREVIEW_REASON, STILL_REASON, Refinement, preview_format
from .retreat import CUT_AFTER_S, is_stalled
from .shown import ShownSize
from .tiers import TierSelection
from .turns import STALL_S, Room
from .window import Window

__all__ = ["Pictures"]

STALL_ROUND_TRIPS = 4
"""Round trips without an acknowledgement, where these are longer than `STALL_S`, after which a viewer stalls."""


class Pictures:
    """The pictures of one connection.

    Args:
        now: The time, in seconds of the monotonic clock that all other calls use too.

    Attributes:
        visible: Whether somebody may be looking; to be set by the caller.
        last_sequence: Sequence number of the last chunk sent; None before the first.
    """

    def __init__(self, now: float) -> None:
        self.visible = False
        self.last_sequence: int | None = None
        self.window = Window()
        self.quality = QualityController(now)
        self.tiers = TierSelection()
        self.meter = ViewerMeter(now)
        self._shown = ShownSize()
        self._refinement = Refinement(now)
        self._promised = False
        self._needs_keyframe = True
        # The streams that the viewer knows: at most one of video and one of images.
        self._announced: dict[bool, int] = {}

    @property
    def size(self) -> PictureSize:
        """Of the picture that is on the screen."""
        return self._shown.current

    @property
    def has_room(self) -> bool:
        """Whether a chunk that is offered now is sent, provided that it is of the right kind."""
        return self.visible and self.window.has_room

    @property
    def needs_picture(self) -> bool:
        """Whether the viewer could show a picture and has no current one that the next delta could refer to."""
        return self.has_room and self._needs_keyframe

    @property
    def still_wish(self) -> StillWish | None:
        """The lossless still that the viewer would take now; None where it has one, or has something else to do.

        A still is for an idle link, where it delays nothing: all that was sent is on the screen.
        """
        if not self.visible or self._needs_keyframe or self.window.in_flight:
            return None
        return self._refinement.wish(self.tiers.images)

    @property
    def preview_format(self) -> PictureFormat | None:
        """What an image of the picture can be encoded as for a viewer of video that shows nothing yet; else None."""
        if self.last_sequence is not None or not self.needs_picture:
            return None
        return preview_format(self.tiers.images) if self.tiers.adaptive and self.tiers.is_video else None

    def report(self) -> Room:
        """What the encoder of its tier has to know. Where it says that there is room, the next chunk will be taken."""
        self._promised = self.has_room
        oldest = self.window.oldest
        is_followed = oldest is not None and self.visible and not self._needs_keyframe
        patience = max(STALL_S, STALL_ROUND_TRIPS * self.window.floor)
        wait_until = oldest + patience if is_followed and oldest is not None else float("-inf")
        return Room(self._promised, wait_until, self.quality.bitrate)

    def stats(self, now: float) -> dict[str, float]:
        """The numbers of ``stats`` in ``docs/protocol.md``."""
        level = LEVELS[self.quality.level]
        pace = {"max_fps": level.max_fps or 0.0, "scale": 1 / level.shrink}
        return {**self.meter.read(self.window, self.quality, now), **pace}

    def select(self, capabilities: Capabilities, available: Collection[Tier] | None = None) -> list[Effect]:
        """The viewer decodes these formats, and the display can be encoded in these; as before, where none are given.

        Raises:
            ProtocolError: There is no format in common; nothing was changed.
        """
        tiers = self.tiers.available if available is None else available
        return self._selected(self.tiers.select(capabilities, tiers, self.quality.level))

    def renew(self, available: Collection[Tier], *, served: bool, adaptive: bool) -> list[Effect]:
        """The display can be encoded in other tiers; see `TierSelection.renew`."""
        return self._selected(self.tiers.renew(available, self.quality.level, served=served, adaptive=adaptive))

    def show(self, visible: bool) -> list[Effect]:
        """Somebody may be looking now, or nobody."""
        self.visible = visible
        if not visible:
            self.window.clear()
        return self._ask()

    def lose_reference(self) -> list[Effect]:
        """The viewer has no reference picture."""
        self._needs_keyframe = True
        self._refinement.lost()
        return self._ask()

    def offer(self, chunk: Chunk, now: float) -> list[Effect]:
        """A chunk is there. It is sent now or never."""
        choice = self.tiers.choice
        if choice is None or chunk.tier != self.tiers.tier:
            return []
        if self._is_overtaken(chunk):
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
            self.meter.dropped += 1
            return self._follow_quality()
        self._needs_keyframe = False
        self._refinement.moved(now)
        reason = f"{choice.reason}; {self.quality.reason}" if self.quality.reason else choice.reason
        return self._send(chunk, reason, now, still=False)

    def offer_still(self, chunk: Chunk, now: float) -> list[Effect]:
        """A lossless still is there. It is sent if the viewer wishes for it, else left out."""
        header = chunk.header
        if self.still_wish != StillWish(header.frame, header.format) or self._is_overtaken(chunk):
            return []
        if not self._refinement.fits(header.frame, len(chunk.message), self.quality.bitrate, now):
            return []
        return self._send(chunk, STILL_REASON, now, still=True)

    def offer_preview(self, chunk: Chunk, now: float) -> list[Effect]:
        """An image is there of the picture that the viewer waits for. It is sent if the viewer shows nothing yet."""
        if self.preview_format is not chunk.header.format:
            return []
        return self._send(chunk, PREVIEW_REASON, now, still=True)

    def acknowledge(self, ack: Ack, now: float) -> list[Effect]:
        """A chunk and all before it are presented or skipped.

        Raises:
            ProtocolError: It was not sent; nothing was changed.
        """
        sequence = ack.sequence
        if self.last_sequence is None or serial_less(self.last_sequence, sequence):
            raise ProtocolError(f"message.sequence {sequence} acknowledges a chunk that was not sent")
        overloaded, before = self.window.is_overloaded, self.window.bytes
        freed = self.window.acknowledged(sequence, now, ack.held_ms / 1000)
        self.meter.shown(freed, now)
        self._shown.acknowledged(sequence)
        if freed:
            self.quality.acknowledged(
                before - self.window.bytes,
                now,
                excess=self.window.excess,
                transit=self.window.transit,
                queueing=self.window.queueing,
                floor=self.window.floor,
                decode_queue=ack.decode_queue,
                overloaded=overloaded,
            )
        return [*self._follow_quality(), *self._ask()]

    def tick(self, now: float, *, heard: bool = False) -> list[Effect]:
        """Let time pass; ``heard`` says whether something was heard of the viewer a moment ago."""
        self._refinement.tick(now)
        if heard and self.tiers.adaptive:
            self.quality.look(self.window.oldest, self.window.floor, now)
        return self._follow_quality()

    def is_stuck(self, now: float, excused_until: float) -> bool:
        """Whether the viewer has shown nothing of what it was sent for so long that it is to be cut off.

        Until ``excused_until``, it could not have said so.
        """
        oldest = self.window.oldest
        return self.visible and oldest is not None and now - max(oldest, excused_until) > CUT_AFTER_S

    def carried(self, now: float, *, heard: bool) -> tuple[int, float | None]:
        """The level and the bitrate that another connection of the viewer had better begin with.

        ``heard`` is as for `tick`: a viewer that went while it was heard of, and while a picture was on the wire for
        seconds, went because of that.
        """
        stalled = heard and is_stalled(self.window.oldest, self.window.floor, now)
        return IMAGES if stalled and self.tiers.adaptive else self.quality.level, self.quality.bitrate

    def resume(self, level: int, bitrate: float | None, now: float) -> None:
        """Begin as the connection before says (`carried`); before `select`."""
        self.quality.resume(level, bitrate, now)
        self._follow_quality()

    def _is_overtaken(self, chunk: Chunk) -> bool:
        return self.last_sequence is not None and not serial_less(self.last_sequence, chunk.header.sequence)

    def _send(self, chunk: Chunk, reason: str, now: float, *, still: bool) -> list[Effect]:
        header = chunk.header
        effects: list[Effect] = []
        if self._announced.get(header.format.is_video) != header.stream:
            self._announced[header.format.is_video] = header.stream
            effects.append(Send(StreamStarted(header.stream, chunk.info, reason)))
        self.last_sequence = header.sequence
        self._refinement.sent(header)
        self._shown.sent(chunk)
        if not still:
            size = chunk.picture
            self.quality.sent(size.width * size.height, now, idle=not self.window.in_flight)
        self.window.sent(header.sequence, len(chunk.message), now)
        self.meter.sent(chunk, now, still=still)
        return [*effects, SendChunk(chunk)]

    def _selected(self, selection: SelectTier | None) -> list[Effect]:
        if selection is None:
            return []
        self._needs_keyframe = True
        return [selection, *self._ask()]

    def _follow_quality(self) -> list[Effect]:
        """Take the tier of the level that fits the link."""
        self.window.bitrate = self.quality.bitrate
        self.window.one_at_a_time = self.quality.level == IMAGES
        return self._selected(self.tiers.at_level(self.quality.level))

    def _ask(self) -> list[Effect]:
        return [NeedPicture()] if self.needs_picture else []
