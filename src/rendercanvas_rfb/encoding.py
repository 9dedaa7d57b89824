"""The encode thread of one tier: waits for a frame and a viewer with room, encodes, hands the chunk to everybody.

Three kinds of threads meet here, and only here: the one that publishes frames, this one, and the I/O threads on which
viewers live. What they share is guarded by `TierWorker.changed`. Chunks go to viewers through ``post``, which runs a
function on their I/O thread; ``post`` is the only code of others that is called under the lock.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from .encoders.base import Encoder, EncoderFactory
from .errors import EncoderError
from .frames import ColorSpace, Frame
from .metrics import TierMeter, TierMetrics
from .protocol.chunk import SERIAL_MODULUS, Chunk, pack_chunk, serial_less
from .protocol.formats import StreamInfo, Tier
from .protocol.messages import ChunkHeader
from .session.keyframes import KeyframeSchedule
from .session.pace import Pace

__all__ = ["ChunkNumbers", "Encoded", "FrameSource", "Post", "Subscriber", "TierWorker"]

logger = logging.getLogger("rendercanvas_rfb")

Post = Callable[[Callable[[], None]], None]


class FrameSource(Protocol):
    """Where the pipeline gets its frames from."""

    @property
    def latest(self) -> Frame | None:
        """The newest frame; None before the first."""
        ...

    def demand_changed(self) -> None:
        """A frame may be wanted now that was not before. Called from any thread."""
        ...


class Subscriber(Protocol):
    """A viewer, to the pipeline. ``offer`` and ``tier_failed`` are called on its I/O thread."""

    @property
    def post(self) -> Post:
        """Runs a function on the subscriber's I/O thread, soon.

        Callable from any thread; equal for those of one thread.
        """
        ...

    def offer(self, chunk: Chunk) -> None:
        """Take the chunk or leave it, then call `Pipeline.ready` if there is room for another."""
        ...

    def tiers_changed(self) -> None:
        """`Pipeline.tiers` has changed. Subscribers of a tier that is gone must choose another one."""
        ...


class ChunkNumbers:
    """Numbers the chunks and the streams of one display. Methods may be called from any thread.

    Attributes:
        in_order: To be held from taking a chunk's number until it is posted, so that a viewer is offered what several
            threads make in the order of the numbers. It is taken before the locks of workers.
    """

    def __init__(self) -> None:
        self.in_order = threading.Lock()
        self._sequences = itertools.count(1)
        self._streams = itertools.count(1)

    def next_sequence(self) -> int:
        """The next chunk's number."""
        return next(self._sequences) % SERIAL_MODULUS

    def next_stream(self) -> int:
        """The next stream's number."""
        return next(self._streams) % SERIAL_MODULUS


@dataclass(frozen=True, slots=True)
class Encoded:
    """A chunk without its number yet: what is encoded later may overtake it on the way to the viewers."""

    header: ChunkHeader
    payload: bytes
    info: StreamInfo
    encode_s: float

    def numbered(self, sequence: int) -> Chunk:
        """The chunk."""
        header = replace(self.header, sequence=sequence)
        return Chunk(header, pack_chunk(header, self.payload), self.info, self.encode_s)


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
        self._open_encoder = open_encoder
        self._numbers = numbers
        self._failed = failed
        self._clock = clock
        self._encoder: Encoder | None = None
        self._encoder_kind: tuple[int, int, ColorSpace] | None = None
        self._info: StreamInfo | None = None
        self._stream = 0
        self._pausing = False
        # Below: shared between threads, guarded by this lock.
        self.changed = threading.Condition()
        self._viewers: set[Subscriber] = set()
        self._ready: set[Subscriber] = set()
        # Chunks on their way to a viewer's thread: what it says about its room before it has them is out of date.
        self._offered: Counter[Subscriber] = Counter()
        self._keyframes = KeyframeSchedule()
        self._pace = Pace(max_fps)
        self._picked: int | None = None
        self._last: Chunk | None = None
        self._meter = TierMeter(clock())
        self._encoding = False
        self._stopped = False

    # Called from I/O threads and from the publishing thread.

    def join_viewer(self, subscriber: Subscriber) -> None:
        """Offer chunks to ``subscriber`` too."""
        with self.changed:
            self._viewers.add(subscriber)

    def leave_viewer(self, subscriber: Subscriber) -> bool:
        """Returns whether it was the last one; then the thread ends."""
        with self.changed:
            if subscriber not in self._viewers:
                return False
            self._viewers.discard(subscriber)
            self._ready.discard(subscriber)
            del self._offered[subscriber]
            if self._viewers:
                return False
            self._stopped = True
            self.changed.notify_all()
            return True

    def has_viewer(self, subscriber: Subscriber) -> bool:
        """Whether chunks are offered to ``subscriber``."""
        with self.changed:
            return subscriber in self._viewers

    def set_ready(self, subscriber: Subscriber, has_room: bool) -> bool:
        """Returns whether that makes the tier want a frame which it did not want before."""
        with self.changed:
            had_room = bool(self._ready)
            if has_room and subscriber in self._viewers and not self._offered[subscriber]:
                self._ready.add(subscriber)
                self.changed.notify_all()
            else:
                self._ready.discard(subscriber)
            return not had_room and self._wants_frame()

    def need_picture(self, subscriber: Subscriber, after: int | None) -> None:
        """Offer ``subscriber`` the last chunk, if that will do, else make a keyframe; see `Pipeline.need_picture`."""
        with self.changed:
            if (chunk := self._reusable(after)) is None:
                self._keyframes.request()
                self.changed.notify_all()
            else:
                # Under the lock, so that no delta that follows this keyframe can be posted before it.
                self._ready.discard(subscriber)
                self._offered[subscriber] += 1
                subscriber.post(partial(self._deliver, [subscriber], chunk))

    def wake(self) -> None:
        """There may be another frame."""
        with self.changed:
            self.changed.notify_all()

    def wants_frame(self) -> bool:
        """Whether a frame that is published now would be encoded at once or next."""
        with self.changed:
            return self._wants_frame()

    def metrics(self, display: str) -> TierMetrics:
        """What is counted; ``display`` is its name."""
        with self.changed:
            return self._meter.read(display, str(self.tier), len(self._viewers), self._clock())

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
            for viewer in self._viewers:
                viewer.post(partial(notice, viewer))

    def dismiss(self, notice: Callable[[Subscriber], None]) -> None:
        """End, offer nothing more, and call ``notice`` for each viewer, on its I/O thread."""
        with self.changed:
            for viewer in self._viewers:
                viewer.post(partial(notice, viewer))
            self._viewers.clear()
            self._ready.clear()
            self._offered.clear()
        self.stop()

    def stop(self) -> None:
        """Have the thread end once it has encoded what it is at."""
        with self.changed:
            self._stopped = True
            self.changed.notify_all()

    def _wants_frame(self) -> bool:
        latest = self._source.latest
        taken = latest is None or latest.version == self._picked
        return bool(self._ready) and not self._stopped and taken and not self._pace.due_in(self._clock())

    def _reusable(self, after: int | None) -> Chunk | None:
        chunk, latest = self._last, self._source.latest
        if chunk is None or latest is None or not chunk.header.keyframe or chunk.header.frame != latest.version:
            return None
        return chunk if after is None or serial_less(after, chunk.header.sequence) else None

    # On the I/O thread of these viewers.

    def _deliver(self, viewers: list[Subscriber], chunk: Chunk) -> None:
        with self.changed:
            viewers = [viewer for viewer in viewers if viewer in self._viewers]
            # Those who left and came back have no count for what was on its way before.
            self._offered.subtract(viewer for viewer in viewers if self._offered[viewer])
        for viewer in viewers:
            viewer.offer(chunk)

    # The encode thread.

    def run(self) -> None:
        """Encode until there is no viewer left, or the encoder fails."""
        try:
            while (job := self._next_job()) is not None:
                self._publish(self._encode(*job))
                del job  # While the thread waits, it holds no frame: the memory of frames is used again.
        except EncoderError as error:
            self._give_up(error)
        except Exception as error:  # An encoder is foreign code; the display goes on with the other tiers.
            logger.exception("encoder of %s crashed", self.tier)
            self._give_up(error)
        finally:
            self._close_encoder()

    def _next_job(self) -> tuple[Frame, bool] | None:
        """Wait until there is something to encode: the frame and whether as a keyframe.

        None when the thread shall end.
        """
        while True:
            with self.changed:
                if self._stopped:
                    return None
                now = self._clock()
                if (job := self._job(now)) is not None:
                    self._picked = job[0].version
                    self._encoding = True
                    self._pace.made(now)
                    self._pausing = self._pace.due_in(now) > 0
                    break
                if pause_over := self._pausing and not self._pace.due_in(now):
                    self._pausing = False
                else:
                    self.changed.wait(self._due_in(now))
            if pause_over:
                self._source.demand_changed()
        self._source.demand_changed()
        return job

    def _job(self, now: float) -> tuple[Frame, bool] | None:
        frame = self._source.latest
        if frame is None or not self._ready:
            return None
        keyframe = self._keyframes.due_in(now) == 0.0
        fresh = frame.version != self._picked and not self._pace.due_in(now)
        return (frame, keyframe) if keyframe or fresh else None

    def _due_in(self, now: float) -> float | None:
        """Seconds after which there may be something to encode though nobody has notified this thread."""
        if not self._ready:
            return None
        # Without a frame no keyframe can be made.
        keyframe = None if self._source.latest is None else self._keyframes.due_in(now)
        return min((seconds for seconds in (keyframe, self._pace.due_in(now)) if seconds), default=None)

    def _encode(self, frame: Frame, keyframe: bool) -> Encoded:
        started = self._clock()
        encoder = self._encoder_for(frame)
        picture = encoder.encode(frame, keyframe=keyframe)
        if encoder.info != self._info:
            # A new encoder, or one that has begun another stream, which it does with a keyframe.
            self._info, self._stream = encoder.info, self._numbers.next_stream()
        header = ChunkHeader(
            format=self.tier.format,
            keyframe=picture.keyframe,
            lossless=picture.lossless,
            sequence=0,
            stream=self._stream,
            width=frame.width,
            height=frame.height,
            pixel_ratio=frame.pixel_ratio,
            frame=frame.version,
            timestamp_us=frame.timestamp_us,
        )
        return Encoded(header, picture.payload, encoder.info, self._clock() - started)

    def _encoder_for(self, frame: Frame) -> Encoder:
        kind = (frame.width, frame.height, frame.color)
        if self._encoder is None or self._encoder_kind != kind:
            self._close_encoder()
            self._encoder = self._open_encoder(self.tier, frame.width, frame.height)
            self._encoder_kind = kind
            self._info = None
        return self._encoder

    def _publish(self, encoded: Encoded) -> None:
        with self._numbers.in_order, self.changed:
            chunk = encoded.numbered(self._numbers.next_sequence())
            self._last = chunk
            self._encoding = False
            self.changed.notify_all()
            self._count(chunk)
            # Who takes this chunk has to say again that there is room for the next one.
            self._ready.clear()
            if chunk.header.keyframe:
                self._keyframes.made(self._clock())
            by_thread: defaultdict[Post, list[Subscriber]] = defaultdict(list)
            for viewer in self._viewers:
                self._offered[viewer] += 1
                by_thread[viewer.post].append(viewer)
            for post, viewers in by_thread.items():
                post(partial(self._deliver, viewers, chunk))

    def _count(self, chunk: Chunk) -> None:
        keyframe, encoder = chunk.header.keyframe, chunk.info.encoder
        self._meter.encoded(len(chunk.message), chunk.encode_s, self._clock(), keyframe=keyframe, encoder=encoder)

    def _give_up(self, error: Exception) -> None:
        logger.warning("no more %s: %s", self.tier, error)
        self.stop()
        self._failed(self)

    def _close_encoder(self) -> None:
        encoder, self._encoder = self._encoder, None
        if encoder is not None:
            encoder.close()
