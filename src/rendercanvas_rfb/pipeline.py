"""One encoder per tier, however many viewers.

Takes the latest frame of a display, has it encoded once for each tier that has viewers, and hands the chunks to them.
All methods may be called from any thread. Locks are taken in the order pipeline, worker.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from .encoders.base import EncoderFactory
from .encoders.choosing import EncoderChooser
from .encoding import TierWorker
from .errors import StateError
from .metrics import TierMetrics
from .protocol.formats import PictureFormat, Tier
from .session.exact import StillWish
from .session.turns import Room
from .session.watchdog import WATCHDOG_S
from .settling import Previewer, PreviewTaker, Settler, StillTaker
from .subscribing import ChunkNumbers, FrameSource, Subscriber

__all__ = ["FrameSink", "Pipeline"]

logger = logging.getLogger("rendercanvas_rfb")

MAX_TIERS = 3
"""Encoders of one display at once, where viewers can share: each costs the processor as much as the first one."""

LOOK_S = 0.9
"""Seconds between two looks at the encoders, at least: each viewer asks for one a second, and one of them is enough."""

JOIN_TIMEOUT_S = 5.0
"""Seconds that closing waits for an encode thread: an 8K keyframe takes under one."""


class FrameSink(Protocol):
    """What takes the frames of a display besides its viewers, such as a recording."""

    def frame_published(self) -> None:
        """There is another frame. Must return at once."""
        ...

    def wants_frame(self) -> bool:
        """Whether a frame that is published now would be taken at once or next."""
        ...

    def close(self) -> None:
        """The display is closed. May be called more than once."""
        ...


class Pipeline:
    """The tiers of one display.

    Args:
        source: The display.
        open_encoder: Opens encoders.
        tiers: What it can open, best first.
        clock: Seconds of a monotonic clock.
        max_fps: Pictures per second of each tier, at most; None for no limit.
        open_still: Opens encoders of lossless stills; None for no stills.
        adaptive: Whether viewers that cannot keep up may be given less than what was asked for.
        max_tiers: Encoders at once, where viewers can share.
    """

    def __init__(
        self,
        source: FrameSource,
        open_encoder: EncoderFactory,
        tiers: tuple[Tier, ...],
        clock: Callable[[], float] = time.monotonic,
        max_fps: float | None = None,
        open_still: EncoderFactory | None = None,
        *,
        adaptive: bool = True,
        max_tiers: int = MAX_TIERS,
    ) -> None:
        self._adaptive = adaptive
        self._max_tiers = max_tiers
        self._source = source
        self._open_encoder = open_encoder
        self._clock = clock
        self._max_fps = max_fps
        self._lock = threading.Lock()
        self._tiers = tiers
        self._workers: dict[Tier, TierWorker] = {}
        # What each subscriber has joined. It may have ended since: then it is none of the workers.
        self._joined: dict[Subscriber, TierWorker] = {}
        self._ending: set[TierWorker] = set()
        self._sinks: tuple[FrameSink, ...] = ()
        self._numbers = ChunkNumbers()
        self._settler = Settler(source, open_still, self._numbers, clock)
        self._previewer = Previewer(source, self._numbers, clock)
        self._closed = False
        self._looks_at = float("-inf")
        self._stamp: tuple[int, int] | None = None
        # Tiers that fail though there are encoders for them, and the size of pictures that they failed with: another
        # encoder does not help, another size may.
        self._given_up: frozenset[Tier] = frozenset()
        self._given_up_size = (0, 0)
        if (chooser := self._chooser) is not None:
            chooser.prepare()

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The tiers that viewers can choose from, best first. Those whose encoder failed are not among them."""
        return self._tiers

    @property
    def adaptive(self) -> bool:
        """Whether viewers that cannot keep up may be given less than what was asked for."""
        return self._adaptive

    @property
    def active_tiers(self) -> tuple[Tier, ...]:
        """The tiers that have viewers, and thus an encoder."""
        return tuple(self._workers)

    def subscribe(self, subscriber: Subscriber, tier: Tier, instead: tuple[Tier, ...] = ()) -> Tier:
        """Offer chunks of ``tier`` to ``subscriber``, and of no other. It has no room until `ready` says so.

        Args:
            subscriber: The viewer.
            tier: What it wants.
            instead: What will do as well where there are `max_tiers` encoders already, nearest first.

        Returns:
            The tier that it is offered.
        """
        self.unsubscribe(subscriber)
        with self._lock:
            if self._closed:
                return tier
            if tier.full not in self._tiers:
                # It has gone since the viewer chose it.
                subscriber.post(subscriber.tiers_changed)
                return tier
            if tier not in self._workers and len(self._workers) >= self._max_tiers:
                tier = next((other for other in instead if other in self._workers), tier)
            worker = self._workers.get(tier)
            if worker is None:
                worker = self._workers[tier] = self._make_worker(tier)
                worker.start()
            # Under the lock, so that a worker that ends or fails meanwhile does not end without this one.
            worker.join_viewer(subscriber)
            self._joined[subscriber] = worker
            return tier

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Offer nothing more. The encoder of a tier without viewers is freed."""
        self._settler.forget(subscriber)
        self._previewer.forget(subscriber)
        with self._lock:
            worker = self._worker_of(subscriber)
            self._joined.pop(subscriber, None)
            if worker is not None and worker.leave_viewer(subscriber):
                del self._workers[worker.tier]
                self._ending = {worker, *(other for other in self._ending if other.is_alive())}

    def ready(self, subscriber: Subscriber, room: Room) -> None:
        """Whether ``subscriber`` would take a chunk now, and of which bitrate."""
        if (worker := self._worker_of(subscriber)) is not None and worker.set_room(subscriber, room):
            self._source.demand_changed()

    def need_picture(self, subscriber: Subscriber, after: int | None) -> bool:
        """``subscriber`` has room, and no reference picture.

        Offer it the last chunk, if that is a current keyframe and later than sequence number ``after``, else make a
        keyframe.

        Returns:
            Whether that takes so long that a viewer that shows nothing yet had better `wish_preview`.
        """
        worker = self._worker_of(subscriber)
        return worker is not None and worker.need_picture(subscriber, after)

    def wish_preview(self, taker: PreviewTaker, format: PictureFormat) -> None:
        """Offer ``taker`` an image of the latest frame, where such images can be made."""
        if Tier(format) in self._tiers:
            self._previewer.wish(taker, format, self._open_encoder)

    def wish_still(self, taker: StillTaker, wish: StillWish | None) -> None:
        """Which lossless still ``taker`` would take now, once the picture has settled; see `Settler`."""
        self._settler.wish(taker, wish)

    def input_came(self) -> None:
        """Something happened that may bring another frame soon: a lossless still has to wait."""
        self._settler.moved()

    def frame_published(self) -> None:
        """`FrameSource.latest` is another frame."""
        self._settler.moved()
        for worker in self._snapshot():
            worker.wake()
        for sink in self._sinks:
            sink.frame_published()

    def wait_encoded(self, deadline: float | None) -> bool:
        """Wait until each tier that could encode the latest frame now has done so; see `TierWorker.wait_encoded`."""
        return all(worker.wait_encoded(deadline) for worker in self._snapshot())

    def wants_frame(self) -> bool:
        """Whether a frame that is published now would be encoded at once or next."""
        workers, sinks = self._snapshot(), self._sinks
        return any(worker.wants_frame() for worker in workers) or any(sink.wants_frame() for sink in sinks)

    def reconfigure(
        self,
        open_encoder: EncoderFactory,
        tiers: tuple[Tier, ...],
        max_fps: float | None,
        open_still: EncoderFactory | None = None,
        *,
        adaptive: bool = True,
    ) -> None:
        """Encode in other ways from now on: the arguments are as for the class.

        All viewers choose again, and get the latest picture of a new encoder. A tier whose encoder failed before is
        tried again.

        Raises:
            StateError: The pipeline is closed.
        """
        with self._lock:
            if self._closed:
                raise StateError("the display is closed")
            self._open_encoder, self._tiers, self._max_fps = open_encoder, tiers, max_fps
            self._adaptive, self._given_up = adaptive, frozenset()
            workers, self._workers = list(self._workers.values()), {}
            self._ending = {*workers, *(other for other in self._ending if other.is_alive())}
        if (chooser := self._chooser) is not None:
            chooser.forgive()
            chooser.prepare()
        self._settler.reconfigure(open_still)
        for worker in workers:
            worker.dismiss(_choose_again)

    def look_after_encoders(self) -> None:
        """Go on without encoders that hang, and with better ones where there are some now.

        To be called about once a second while there are viewers. Returns at once.
        """
        now = self._clock()
        with self._lock:
            if self._closed or now < self._looks_at:
                return
            self._looks_at = now + LOOK_S
            workers = list(self._workers.values())
        for worker in workers:
            if worker.hangs(now):
                self._abandon(worker)
        chooser = self._chooser
        if chooser is None:
            return
        if self._given_up and self._size() != self._given_up_size:
            self._given_up, self._stamp = frozenset(), None
        if (stamp := chooser.stamp()) == self._stamp:
            return
        self._stamp = stamp
        chooser.prepare()
        self._renew_tiers(chooser)
        for worker in self._snapshot():
            worker.reconsider()

    def serves(self, subscriber: Subscriber) -> bool:
        """Whether chunks are offered to ``subscriber``."""
        return self._worker_of(subscriber) is not None

    def add_sink(self, sink: FrameSink) -> None:
        """Tell ``sink`` of the frames that are published from now on.

        Raises:
            StateError: The pipeline is closed.
        """
        with self._lock:
            if self._closed:
                raise StateError("the display is closed")
            self._sinks = (*self._sinks, sink)
        self._source.demand_changed()

    def remove_sink(self, sink: FrameSink) -> None:
        """Tell it no more. Does nothing where it is not among them."""
        with self._lock:
            self._sinks = tuple(other for other in self._sinks if other is not sink)

    def metrics(self, display: str) -> list[TierMetrics]:
        """What is counted of each active tier; ``display`` is the name of the display."""
        return [worker.metrics(display) for worker in self._snapshot()]

    def close(self) -> None:
        """End the encode threads and free the encoders. Waits for a picture that is being encoded, and for sinks."""
        with self._lock:
            self._closed = True
            workers = [*self._workers.values(), *self._ending]
            self._workers, self._ending = {}, set()
            sinks, self._sinks = self._sinks, ()
        for worker in workers:
            worker.stop()
        for sink in sinks:
            sink.close()
        for worker in workers:
            worker.join(JOIN_TIMEOUT_S)
        self._settler.close()
        self._previewer.close()

    def _make_worker(self, tier: Tier) -> TierWorker:
        return TierWorker(
            tier,
            self._source,
            self._open_encoder,
            self._numbers,
            self._tier_failed,
            self._clock,
            self._max_fps,
        )

    def _worker_of(self, subscriber: Subscriber) -> TierWorker | None:
        worker = self._joined.get(subscriber)
        return worker if worker is not None and self._workers.get(worker.tier) is worker else None

    def _snapshot(self) -> list[TierWorker]:
        with self._lock:
            return list(self._workers.values())

    @property
    def _chooser(self) -> EncoderChooser | None:
        """What opens encoders, where it can choose between several."""
        return self._open_encoder if isinstance(self._open_encoder, EncoderChooser) else None

    def _tier_failed(self, failed: TierWorker) -> None:
        chooser = self._chooser
        hopeless = chooser is not None and failed.tier.full in chooser.tiers()
        with self._lock:
            self._tiers = tuple(tier for tier in self._tiers if tier != failed.tier.full)
            if hopeless:
                self._given_up |= {failed.tier.full}
                self._given_up_size = self._size()
            concerned = {failed, *self._workers.values()}
            # Another one, where the viewers of the one that failed had left it and new ones came.
            current = self._workers.pop(failed.tier, failed)
            self._ending |= {failed, current}
        current.stop()
        for worker in concerned:
            worker.announce(_choose_again)

    def _size(self) -> tuple[int, int]:
        """Width and height of the latest picture, pixels."""
        latest = self._source.latest
        return (0, 0) if latest is None else (latest.width, latest.height)

    def _abandon(self, hung: TierWorker) -> None:
        """Go on without an encode thread that does not come back: its viewers choose again, and get another one."""
        logger.warning("the encoder of %s gives no output; its thread is left to itself", hung.tier)
        chooser, verdict = self._chooser, hung.at
        if chooser is not None and verdict is not None:
            chooser.hung(verdict, WATCHDOG_S)
        with self._lock:
            if self._workers.get(hung.tier) is not hung:
                return
            del self._workers[hung.tier]
            if chooser is None:
                self._tiers = tuple(tier for tier in self._tiers if tier != hung.tier.full)
        if chooser is not None:
            self._renew_tiers(chooser)
        hung.abandon(_choose_again)

    def _renew_tiers(self, chooser: EncoderChooser) -> None:
        """Encoders may have failed, have come back, or have proven themselves."""
        able = chooser.tiers()
        with self._lock:
            tiers = tuple(tier for tier in able if tier not in self._given_up)
            if self._closed or chooser is not self._open_encoder or tiers == self._tiers:
                return
            self._tiers = tiers
            workers = list(self._workers.values())
        for worker in workers:
            worker.announce(_choose_again)


def _choose_again(subscriber: Subscriber) -> None:
    subscriber.tiers_changed()
