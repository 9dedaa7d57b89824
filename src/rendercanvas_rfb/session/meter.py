"""What a viewer's statistics panel shows of its connection. Pure: time is an argument."""

from __future__ import annotations

from ..metrics import Rate
from ..protocol.chunk import Chunk
from .quality import QualityController
from .window import Window

__all__ = ["ViewerMeter"]


class ViewerMeter:
    """Counts what one viewer was sent and has shown. Times are seconds of any monotonic clock.

    Args:
        now: The time.

    Attributes:
        dropped: Chunks that it was not sent since there was no room.
        since: When counting began.
    """

    def __init__(self, now: float) -> None:
        self.dropped = 0
        self.since = now
        self._sent = self._keyframes = self._bytes = 0
        self._encode_s = 0.0
        self._held = 0
        self._frame_rate, self._bit_rate = Rate(now), Rate(now)

    def sent(self, chunk: Chunk, now: float, *, still: bool = False) -> None:
        """A chunk was sent. A ``still`` that refines a stream is none of its keyframes."""
        self._sent += 1
        self._keyframes += chunk.header.keyframe and not still
        self._bytes += len(chunk.message)
        self._bit_rate.add(8 * len(chunk.message), now)
        self._encode_s = chunk.encode_s
        self._held = chunk.held

    def shown(self, chunks: int, now: float) -> None:
        """So many chunks were acknowledged."""
        self._frame_rate.add(chunks, now)

    def read(self, window: Window, quality: QualityController, now: float) -> dict[str, float]:
        """The numbers of ``stats`` in ``docs/protocol.md``. Reading them changes nothing."""
        return {
            "fps": self._frame_rate.read(now),
            "bitrate": self._bit_rate.read(now),
            "round_trip_ms": 1000 * (window.delay or 0.0),
            "encode_ms": 1000 * self._encode_s,
            "held": self._held,
            "queueing_ms": 1000 * window.queueing,
            "level": quality.level,
            "target_bitrate": quality.bitrate or 0.0,
            "delivery_rate": quality.delivery.rate(now),
            "window": window.size,
            "in_flight": window.in_flight,
            "dropped": self.dropped,
            "keyframes": self._keyframes,
            "sent": self._sent,
            "bytes": self._bytes,
        }
