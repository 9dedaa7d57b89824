"""Exact pixels once the picture stands still: one lossless still for all viewers that have a lossy picture.

Viewers say what they wish for (`StillWish`). When the picture has not changed for `SETTLE_S`, it is encoded once for
each image format that is wished for, on a thread of its own, so that no new picture waits for a still. One that is no
longer current when it is done goes to nobody. A viewer that comes later gets what is encoded already.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Protocol

from .encoders.base import EncoderFactory
from .encoders.tier import Encoded, TierEncoder
from .errors import DeviceError, EncoderError
from .events import Event
from .frames import Frame
from .protocol.chunk import Chunk
from .protocol.formats import PictureFormat, StreamInfo, Tier
from .protocol.messages import ChunkHeader
from .session.exact import StillWish
from .subscribing import ChunkNumbers, FrameSource, Post

__all__ = ["SETTLE_S", "PreviewTaker", "Previewer", "Settler", "StillTaker", "is_gesture"]

logger = logging.getLogger("rendercanvas_rfb")

SETTLE_S = 0.3
"""Seconds without another picture, and without input that may bring one, after which the picture counts as settled.
Longer than the pauses of a hand that drags, and shorter than it takes to look closely."""

JOIN_TIMEOUT_S = 5.0
"""Seconds that closing waits for a still that is being encoded: an 8K plot takes about one."""


class StillTaker(Protocol):
    """A viewer, to the settler. ``offer_still`` is called on its I/O thread."""

    @property
    def post(self) -> Post:
        """See `Subscriber.post`."""
        ...

    def offer_still(self, chunk: Chunk) -> None:
        """Take the still or leave it, then say by `Settler.wish` what is wished for now."""
        ...


class Settler:
    """Makes the stills of one display. Methods may be called from any thread; none of them waits for an encoder.

    The thread runs while somebody wishes for something.

    Args:
        source: Where the frames are.
        open_still: Opens an encoder for a still image, which must be lossless; None for no stills.
        numbers: Counts the display's chunks and streams.
        clock: Seconds of a monotonic clock.
    """

    def __init__(
        self,
        source: FrameSource,
        open_still: EncoderFactory | None,
        numbers: ChunkNumbers,
        clock: Callable[[], float],
    ) -> None:
        self._source = source
        self._open_still = open_still
        self._numbers = numbers
        self._clock = clock
        self._streams: dict[PictureFormat, tuple[StreamInfo, int]] = {}
        # Below: shared between threads, guarded by this lock.
        self._changed = threading.Condition()
        self._wishes: dict[StillTaker, StillWish] = {}
        self._moved_at = clock()
        # What is encoded of the latest frame; None where that failed.
        self._stills: dict[StillWish, Encoded | None] = {}
        self._thread: threading.Thread | None = None
        self._closed = False

    def wish(self, taker: StillTaker, wish: StillWish | None) -> None:
        """What ``taker`` would take now, in the place of what it wished for before."""
        with self._changed:
            if wish is None or not self._can_make(wish):
                self._wishes.pop(taker, None)
                return
            self._wishes[taker] = wish
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="rfb-still", daemon=True)
                self._thread.start()

    def forget(self, taker: object) -> None:
        """It wishes for nothing any more."""
        with self._changed:
            self._wishes = {other: wish for other, wish in self._wishes.items() if other is not taker}

    def reconfigure(self, open_still: EncoderFactory | None) -> None:
        """Make stills with other encoders from now on, or none."""
        with self._changed:
            self._open_still = open_still
            self._stills.clear()
            if open_still is None:
                self._wishes.clear()

    def moved(self) -> None:
        """There is another frame, or input that may bring one: a still has to wait again."""
        with self._changed:
            self._moved_at = self._clock()
            self._forget_old()

    def close(self) -> None:
        """End the thread. Waits for a still that is being encoded."""
        with self._changed:
            self._closed = True
            self._wishes.clear()
            self._stills.clear()
            thread = self._thread
            self._changed.notify_all()
        if thread is not None:
            thread.join(JOIN_TIMEOUT_S)

    def _can_make(self, wish: StillWish) -> bool:
        has_failed = wish in self._stills and self._stills[wish] is None
        return self._open_still is not None and not self._closed and not has_failed

    def _forget_old(self) -> None:
        latest = self._source.latest
        version = None if latest is None else latest.version
        # Who wished for the still of an earlier frame wishes anew once it has been sent the latest.
        self._wishes = {taker: wish for taker, wish in self._wishes.items() if wish.frame == version}
        self._stills = {wish: still for wish, still in self._stills.items() if wish.frame == version}

    # The thread.

    def _run(self) -> None:
        while (job := self._next_job()) is not None:
            self._serve(*job)
            del job  # While the thread waits, it holds no frame: the memory of frames is used again.

    def _next_job(self) -> tuple[Frame, StillWish] | None:
        """Wait until the picture has settled: the frame, and a wish for it. None ends the thread."""
        with self._changed:
            while self._wishes and not self._closed:
                remaining = self._moved_at + SETTLE_S - self._clock()
                if remaining > 0:
                    self._changed.wait(remaining)
                    continue
                self._forget_old()
                if self._wishes and (frame := self._source.latest) is not None:
                    return frame, next(iter(self._wishes.values()))
            self._thread = None
            return None

    def _serve(self, frame: Frame, wish: StillWish) -> None:
        if wish.frame != frame.version:
            return  # There is another one since it was looked at.
        with self._changed:
            is_made, still = wish in self._stills, self._stills.get(wish)
        if not is_made:
            still = self._encode(frame, wish.format)
        with self._numbers.in_order, self._changed:
            latest = self._source.latest
            if self._closed or latest is None or latest.version != wish.frame:
                return
            self._stills[wish] = still
            takers = [taker for taker, theirs in self._wishes.items() if theirs == wish]
            for taker in takers:
                del self._wishes[taker]
            if still is not None:
                self._offer(still.numbered(self._numbers.next_sequence()), takers)

    def _offer(self, chunk: Chunk, takers: list[StillTaker]) -> None:
        by_thread: defaultdict[Post, list[StillTaker]] = defaultdict(list)
        for taker in takers:
            by_thread[taker.post].append(taker)
        for post, theirs in by_thread.items():
            post(partial(_deliver, theirs, chunk))

    def _encode(self, frame: Frame, format: PictureFormat) -> Encoded | None:
        started = self._clock()
        with self._changed:
            open_still = self._open_still
        if open_still is None:
            return None
        try:
            encoder = open_still(Tier(format), frame.width, frame.height)
            try:
                picture, info = encoder.encode(frame, keyframe=True), encoder.info
            finally:
                encoder.close()
        except (EncoderError, DeviceError) as error:
            logger.warning("no lossless still of %dx%d pixels: %s", frame.width, frame.height, error)
            return None
        except Exception:  # An encoder is foreign code; the display goes on without stills of this picture.
            logger.exception("encoder of a lossless %s crashed", format.value)
            return None
        header = ChunkHeader(
            format=format,
            keyframe=True,
            lossless=True,
            sequence=0,
            stream=self._stream_of(info),
            width=frame.width,
            height=frame.height,
            pixel_ratio=frame.pixel_ratio,
            frame=frame.version,
            timestamp_us=frame.timestamp_us,
        )
        return Encoded(header, picture.payload, info, self._clock() - started)

    def _stream_of(self, info: StreamInfo) -> int:
        """The stream's number: that of the last still of this format, where it was of the same kind."""
        format = info.tier.format
        if format not in self._streams or self._streams[format][0] != info:
            self._streams[format] = (info, self._numbers.next_stream())
        return self._streams[format][1]


class PreviewTaker(Protocol):
    """A viewer, to the previewer. ``offer_preview`` is called on its I/O thread."""

    @property
    def post(self) -> Post:
        """See `Subscriber.post`."""
        ...

    def offer_preview(self, chunk: Chunk) -> None:
        """Take the image or leave it."""
        ...


class Previewer:
    """Makes images of the latest frame for viewers that show nothing yet, once for all that wait for the same one.

    A keyframe costs all viewers of a tier bytes, so there are few of them; an image is for those who need it only.
    Methods may be called from any thread, and none waits for an encoder. The thread runs while somebody waits.

    Args:
        source: Where the frames are.
        numbers: Counts the display's chunks and streams.
        clock: Seconds of a monotonic clock.
    """

    def __init__(self, source: FrameSource, numbers: ChunkNumbers, clock: Callable[[], float]) -> None:
        self._source = source
        self._numbers = numbers
        self._clock = clock
        # Below: shared between threads, guarded by this lock.
        self._lock = threading.Lock()
        self._wishes: dict[PreviewTaker, tuple[PictureFormat, EncoderFactory]] = {}
        self._thread: threading.Thread | None = None
        self._closed = False

    def wish(self, taker: PreviewTaker, format: PictureFormat, open_encoder: EncoderFactory) -> None:
        """``taker`` would take an image of this format, which ``open_encoder`` opens encoders for."""
        with self._lock:
            if self._closed:
                return
            self._wishes[taker] = (format, open_encoder)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="rfb-preview", daemon=True)
                self._thread.start()

    def forget(self, taker: object) -> None:
        """It wishes for nothing any more."""
        with self._lock:
            self._wishes = {other: wish for other, wish in self._wishes.items() if other is not taker}

    def close(self) -> None:
        """End the thread. Waits for an image that is being encoded."""
        with self._lock:
            self._closed = True
            self._wishes.clear()
            thread = self._thread
        if thread is not None:
            thread.join(JOIN_TIMEOUT_S)

    def _run(self) -> None:
        while True:
            with self._lock:
                frame = self._source.latest
                if not self._wishes or frame is None:
                    self._thread = None
                    return
                format, open_encoder = next(iter(self._wishes.values()))
            encoded = self._encode(frame, format, open_encoder)
            with self._numbers.in_order, self._lock:
                takers = [taker for taker, wish in self._wishes.items() if wish[0] is format]
                for taker in takers:
                    del self._wishes[taker]
                if encoded is not None:
                    chunk = encoded.numbered(self._numbers.next_sequence())
                    for taker in takers:
                        taker.post(partial(taker.offer_preview, chunk))

    def _encode(self, frame: Frame, format: PictureFormat, open_encoder: EncoderFactory) -> Encoded | None:
        encoder = TierEncoder(Tier(format), open_encoder, self._numbers.next_stream, self._clock)
        try:
            return encoder.encode(frame, keyframe=True, bitrate=None)
        except (EncoderError, DeviceError) as error:
            logger.warning("no %s of %dx%d pixels: %s", format.value, frame.width, frame.height, error)
        except Exception:  # An encoder is foreign code; the viewer waits for its keyframe.
            logger.exception("encoder of a %s crashed", format.value)
        finally:
            encoder.close()
        return None


def _deliver(takers: list[StillTaker], chunk: Chunk) -> None:
    for taker in takers:
        taker.offer_still(chunk)


def is_gesture(event: Event) -> bool:
    """Whether an event may well bring another picture: a press, a drag, a wheel or a key, but no mere hovering."""
    is_drag = event.type == "pointer_move" and bool(event.members.get("buttons"))
    return is_drag or event.type in ("pointer_down", "double_click", "wheel", "key_down")
