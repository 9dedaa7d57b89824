"""What a viewer's statistics panel shows of its connection. Pure: time is an argument."""

from __future__ import annotations

from ..protocol.chunk import Chunk
from .window import Window

__all__ = ["ViewerMeter"]


class ViewerMeter:
    """Counts what one viewer was sent and has shown. Times are seconds of any monotonic clock."""

    def __init__(self, now: float) -> None:
        self.dropped = 0
        self._keyframes = 0
        self._since = now
        self._bytes = 0
        self._shown = 0
        self._encode_s = 0.0

    def sent(self, chunk: Chunk) -> None:
        """A chunk was sent."""
        self._bytes += len(chunk.message)
        self._keyframes += chunk.header.keyframe
        self._encode_s = chunk.encode_s

    def shown(self, chunks: int) -> None:
        """So many chunks were acknowledged."""
        self._shown += chunks

    def read(self, window: Window, now: float) -> dict[str, float]:
        """The numbers of ``stats`` in ``docs/protocol.md``; rates are over the time since the last call."""
        elapsed = max(now - self._since, 1e-3)
        numbers = {
            "fps": self._shown / elapsed,
            "bitrate": 8 * self._bytes / elapsed,
            "round_trip_ms": 1000 * (window.delay or 0.0),
            "encode_ms": 1000 * self._encode_s,
            "window": window.size,
            "in_flight": window.in_flight,
            "dropped": self.dropped,
            "keyframes": self._keyframes,
        }
        self._since, self._bytes, self._shown = now, 0, 0
        return numbers
