"""The encode thread of one tier: waits for a frame and a viewer with room, encodes, hands the chunk to everybody.

Three kinds of threads meet here, and only here: the one that publishes frames, this one, and the I/O threads on which
viewers live. What they share is guarded by `TierWorker.changed`. Chunks go to viewers through ``post``, which runs a
function on their I/O thread; ``post`` is the only code of others that is called under the lock.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial

from .encoders.base import EncoderFactory
from .encoders.selection import Verdict
from .encoders.tier import Encoded, TierEncoder
from .errors import DeviceError, EncoderError
from .frames import Frame
from .memory import give_back
from .metrics import TierMeter, TierMetrics
from .protocol.chunk import Chunk, serial_less
from .protocol.formats import Tier
from .session.levels import LEVELS
from .session.turns import Room, Turns
from .session.watchdog import Watchdog
from .subscribing import ChunkNumbers, FrameSource, Post, Subscriber

__all__ = ["TierWorker"]

logger = logging.getLogger("rendercanvas_rfb")

SOON_S = 0.03
"""Seconds that a viewer without a picture waits for a keyframe, rather than be shown an image first: what the image
takes to encode, and a keyframe after it."""


class TierWorker(threading.Thread):
    """The encode thread of one tier.

    Args:
        tier: What it encodes.
        source: Where the frames are.
        open_encoder: Opens its encoder, whenever the size or the color space is another one.
        numbers: Counts the display's chunks and streams.
        failed: Called on this thread when the encoder is of no more use; the thread ends then.
        clock: Seconds of a monotonic clock.
        max_fps: Pictures per second, at most, keyframes that viewers wait for left out; None for no limit.
    """

    def __init__(
        self,
        tier: Tier,
        source: FrameSource,
        open_encoder: EncoderFactory,
        numbers: ChunkNumbers,
        failed: Callable[[TierWorker], None],
        clock: Callable[[], float],
        max_fps: float | None = None,
    ) -> None:
        super().__init__(name=f"rfb-encode-{tier}", daemon=True)
        self.tier = tier
        self._source = source
        self._numbers = numbers
        self._failed = failed
        self._clock = clock
        self._encoder = TierEncoder(tier, open_encoder, numbers.next_stream, clock)
        self._pausing = False
        self._was_unreadable = False
        # Below: shared between threads, guarded by this lock.
        self.changed = threading.Condition()
        self._turns: Turns[Subscriber] = Turns(
            slowest(max_fps, LEVELS[tier.level].max_fps),
            # Pictures that refer to no other one can be missed.
            together=tier.level > 0 and tier.format.is_video,
        )
        self._last: Chunk | None = None
        self._meter = TierMeter(clock())
        self._encoding = False
        self._stopped = False
        self._abandoned = False
        self._watchdog = Watchdog()
        # When the encode thread looks by itself, on the clock; None while it works or waits for a notice only.
        self._looks_at: float | None = None

    # Called from I/O threads and from the publishing thread.

    def join_viewer(self, subscriber: Subscriber) -> None:
        """Offer chunks to ``subscriber`` too."""
        with self.changed:
            self._turns.join(subscriber)

    def leave_viewer(self, subscriber: Subscriber) -> bool:
        """Returns whether it was the last one; then the thread ends."""
        with self.changed:
            if subscriber not in self._turns:
                return False
            self._turns.leave(subscriber)
            # The others may have waited for this one.
            self.changed.notify_all()
            if self._turns.viewers:
                return False
            self._stopped = True
            return True

    def set_room(self, subscriber: Subscriber, room: Room) -> bool:
        """Returns whether that makes the tier want a frame which it did not want before."""
        with self.changed:
            wanted = self._turns.can_go(self._clock())
            self._turns.set_room(subscriber, room)
            if room.open:
                self._notify_if_due()
            return not wanted and self._wants_frame()

    def need_picture(self, subscriber: Subscriber, after: int | None) -> bool:
        """Offer ``subscriber`` the last chunk, if that will do, else make a keyframe; see `Pipeline.need_picture`."""
        with self.changed:
            if self._turns.awaits_chunk(subscriber) and self._last is not None and self._last.header.keyframe:
                return False  # It is on its way.
            if (chunk := self._reusable(after)) is None:
                self._turns.request_keyframe()
                self.changed.notify_all()
                return self._turns.keyframe_due_in(self._clock()) > SOON_S
            # Under the lock, so that no delta that follows this keyframe can be posted before it.
            self._turns.offered(subscriber, self._clock())
            subscriber.post(partial(self._deliver, [subscriber], chunk))
            return False

    def wake(self) -> None:
        """There may be another frame."""
        with self.changed:
            self._notify_if_due()

    def wants_frame(self) -> bool:
        """Whether a frame that is published now would be encoded at once or next."""
        with self.changed:
            return self._wants_frame()

    def metrics(self, display: str) -> TierMetrics:
        """What is counted; ``display`` is its name."""
        with self.changed:
            now = self._clock()
            return self._meter.read(display, self.tier, len(self._turns.viewers), self._turns.bitrate(now), now)

    def wait_encoded(self, deadline: float | None) -> bool:
        """Wait until nothing is being encoded, nor about to be.

        Args:
            deadline: When to give up, in seconds of ``time.monotonic``; None for never.

        Returns:
            Whether it came to that.
        """
        with self.changed:
            timeout = None if deadline is None else max(0.0, deadline - time.monotonic())
            return self.changed.wait_for(
                lambda: self._stopped or not (self._encoding or self._job(self._clock())), timeout
            )

    def announce(self, notice: Callable[[Subscriber], None]) -> None:
        """Call ``notice`` for each viewer, on its I/O thread."""
        with self.changed:
            for viewer in self._turns.viewers:
                viewer.post(partial(notice, viewer))

    def dismiss(self, notice: Callable[[Subscriber], None]) -> None:
        """End, offer nothing more, and call ``notice`` for each viewer, on its I/O thread."""
        with self.changed:
            for viewer in self._turns.viewers:
                viewer.post(partial(notice, viewer))
            self._turns.clear()
        self.stop()

    def stop(self) -> None:
        """Have the thread end once it has encoded what it is at."""
        with self.changed:
            self._stopped = True
            self.changed.notify_all()

    def hangs(self, now: float) -> bool:
        """Whether one picture takes too long, see `Watchdog`. To be called about once a second."""
        with self.changed:
            return self._watchdog.hangs(now)

    def abandon(self, notice: Callable[[Subscriber], None]) -> None:
        """Leave the thread to itself, in whatever it hangs; and call ``notice`` for each viewer, as `dismiss` does."""
        with self.changed:
            self._abandoned = True
        self._encoder.abandon()
        self.dismiss(notice)

    @property
    def at(self) -> Verdict | None:
        """The encoder that is in use or being opened; None where there was no choice."""
        return self._encoder.at

    def reconsider(self) -> None:
        """Go on with a better encoder, if there is one now."""
        self._encoder.reconsider()

    def _notify_if_due(self) -> None:
        """Wake the encode thread where there is something to encode, or will be before it looks by itself.

        It costs the others the interpreter's lock, and each picture has several notices that come to nothing.
        """
        now = self._clock()
        if self._job(now) is None:
            due_in = self._due_in(now)
            if due_in is None or (self._looks_at is not None and self._looks_at <= now + due_in):
                return
        self.changed.notify_all()

    def _wants_frame(self) -> bool:
        latest = self._source.latest
        taken = latest is None or latest.version == self._turns.picked
        return not self._stopped and taken and self._turns.wants(self._clock())

    def _reusable(self, after: int | None) -> Chunk | None:
        chunk, latest = self._last, self._source.latest
        if chunk is None or latest is None or not chunk.header.keyframe or chunk.header.frame != latest.version:
            return None
        return chunk if after is None or serial_less(after, chunk.header.sequence) else None

    # On the I/O thread of these viewers.

    def _deliver(self, viewers: list[Subscriber], chunk: Chunk) -> None:
        with self.changed:
            viewers = [viewer for viewer in viewers if self._turns.delivered(viewer)]
        for viewer in viewers:
            viewer.offer(chunk)

    # The encode thread.

    def run(self) -> None:
        """Encode until there is no viewer left, or the encoder fails."""
        try:
            while (job := self._next_job()) is not None:
                self._publish(job[0].version, self._encode(*job))
                del job  # While the thread waits, it holds no frame: the memory of frames is used again.
        except EncoderError as error:
            self._give_up(error)
        except Exception as error:  # An encoder is foreign code; the display goes on with the other tiers.
            if not self._abandoned:
                logger.exception("encoder of %s crashed", self.tier)
            self._give_up(error)
        finally:
            self._encoder.close()
            give_back()

    def _next_job(self) -> tuple[Frame, bool, float | None] | None:
        """Wait until there is something to encode: the frame and whether as a keyframe.

        None when the thread shall end.
        """
        while True:
            with self.changed:
                if self._stopped:
                    return None
                now = self._clock()
                if (job := self._job(now)) is not None:
                    self._encoding = True
                    self._watchdog.begin()
                    self._pausing = self._turns.pick(job[0].version, now)
                    break
                if pause_over := self._pausing and self._turns.pause_over(now):
                    self._pausing = False
                else:
                    due_in = self._due_in(now)
                    self._looks_at = None if due_in is None else now + due_in
                    self.changed.wait(due_in)
                    self._looks_at = None
            if pause_over:
                self._source.demand_changed()
        self._source.demand_changed()
        return job

    def _job(self, now: float) -> tuple[Frame, bool, float | None] | None:
        frame = self._source.latest
        keyframe = self._turns.turn(None if frame is None else frame.version, now)
        return None if frame is None or keyframe is None else (frame, keyframe, self._turns.bitrate(now))

    def _due_in(self, now: float) -> float | None:
        """Seconds after which there may be something to encode though nobody has notified this thread."""
        latest = self._source.latest
        return self._turns.due_in(None if latest is None else latest.version, now)

    def _encode(self, frame: Frame, keyframe: bool, bitrate: float | None) -> list[Encoded]:
        try:
            made = self._encoder.feed(frame, keyframe=keyframe, bitrate=bitrate)
        except DeviceError as error:
            if not self._was_unreadable:
                logger.warning("%s goes on with the next picture that can be read: %s", self.tier, error)
            self._was_unreadable = True
            with self.changed:
                self._turns.pass_over(frame.version)
            return []
        self._was_unreadable = False
        return made

    def _publish(self, version: int, made: list[Encoded]) -> None:
        """Frame ``version`` went in, and these came out."""
        with self._numbers.in_order, self.changed:
            self._encoding = False
            self._watchdog.end()
            self.changed.notify_all()
            for encoded in made:
                self._hand_out(encoded)
            held = self._encoder.held
            shown = None if self._last is None else self._last.header.frame
            self._turns.fed(
                version,
                self._clock(),
                held=bool(held) and shown != version,
                keyframe=bool(held) and self._encoder.holds_keyframe,
            )

    def _hand_out(self, encoded: Encoded) -> None:
        chunk = encoded.numbered(self._numbers.next_sequence())
        self._last = chunk
        self._count(chunk)
        now = self._clock()
        header = chunk.header
        self._turns.made(header.frame, now, keyframe=header.keyframe, improvable=encoded.improvable)
        by_thread: defaultdict[Post, list[Subscriber]] = defaultdict(list)
        for viewer in self._turns.viewers:
            # Who takes this chunk has to say again that there is room for the next one.
            self._turns.offered(viewer, now)
            by_thread[viewer.post].append(viewer)
        for post, viewers in by_thread.items():
            post(partial(self._deliver, viewers, chunk))

    def _count(self, chunk: Chunk) -> None:
        self._meter.encoded(
            len(chunk.message),
            chunk.encode_s,
            self._clock(),
            held=chunk.held,
            keyframe=chunk.header.keyframe,
            encoder=chunk.info.encoder,
            encoder_reason=chunk.info.encoder_reason,
        )

    def _give_up(self, error: Exception) -> None:
        if self._abandoned:
            return  # Others have gone on without it.
        logger.warning("no more %s: %s", self.tier, error)
        self.stop()
        self._failed(self)


def slowest(*paces: float | None) -> float | None:
    """The smallest of some numbers of pictures per second, where None is no limit."""
    return min((pace for pace in paces if pace is not None), default=None)
