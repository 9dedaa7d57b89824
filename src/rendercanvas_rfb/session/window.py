"""How much a viewer may have in flight: what its link holds without a queue building up.

Pure: time is an argument.

A chunk is in flight from the moment it is sent until the viewer acknowledges that it is on the screen. The delay
between the two has a floor, which is the round trip plus decoding; delay above the floor is queueing. The window
begins with a slow start, as TCP does (RFC 5681): while it is the limit and there is no queue, it doubles with each
round trip. After that it grows by one chunk a round, and shrinks when there is a queue, as in TCP Vegas (Brakmo and
Peterson, 1995). Where the bandwidth of the link is known, the bytes in flight are bounded too: to what the link holds,
the product of bandwidth and delay, and a short queue.

Routes change, so a floor that no delay has come near for a while is measured anew; the window is smallest meanwhile,
as in the ProbeRTT phase of BBR (Cardwell et al., 2016): otherwise a queue that never drains would pass for a longer
route, and the window would grow on top of it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

__all__ = ["Window"]

INITIAL_CHUNKS = 4
"""At 30 frames a second, a link with 130 ms of round trip is filled from the start."""

MIN_CHUNKS = 2
"""One on the wire while one is decoded."""

MAX_CHUNKS = 32
"""At 60 frames a second, half a second of round trip: more than any usable link has."""

INITIAL_BYTES = 128 * 1024
"""Unacknowledged bytes at first, before an acknowledgement has shown how fast the link is: a keyframe of a plot and
some deltas. They take 0.2 seconds at 5 Mbit/s."""

MAX_BYTES = 4 * 1024 * 1024
"""Unacknowledged bytes, at most, unless a single chunk is larger. Bounds what a viewer that stalls can hold in
queues."""

GROW_BELOW_S = 0.030
"""Queueing under which the window may grow: about a frame at 30 frames a second."""

SHRINK_ABOVE_S = 0.080
"""Queueing above which it shrinks: a person notices 100 ms between hand and picture."""

SHRINK_FACTOR = 0.7

QUEUE_S = 0.060
"""Seconds of queue that the bytes in flight may make on a link whose bandwidth is known: two frames at 30 frames a
second, so that the link does not run dry between them. The chunk that passes the limit comes on top."""

SHOWING_S = 0.03
"""Seconds that decoding and showing a picture adds to a round trip, before that is measured: two frames of a screen."""

FLOOR_MEMORY_S = 10.0
"""How long the smallest delay is believed while every delay is longer, by `GROW_BELOW_S` at least."""

SMOOTHING = 0.125
"""Weight of the newest delay in the smoothed one, as in RFC 6298."""


@dataclass(frozen=True, slots=True)
class _Sent:
    sequence: int
    size: int
    time: float


class Window:
    """Chunks in flight to one viewer. Times are seconds of any monotonic clock."""

    def __init__(self) -> None:
        self._sent: deque[_Sent] = deque()
        self._bytes = 0
        self._size = float(INITIAL_CHUNKS)
        self._max_bytes = INITIAL_BYTES
        self._floor = float("inf")
        self._floor_time = 0.0
        self._was_full = False
        self._is_starting = True
        self._round_ends_at: int | None = None
        self.delay: float | None = None
        """Smoothed time from sending to showing, seconds; None before the first acknowledgement."""
        self.bitrate: float | None = None
        """Bits per second that the link carries; None where that is not known. Set by whoever finds out."""
        self.one_at_a_time = False
        """Whether the next chunk waits until the one before is acknowledged; may be set at any time."""
        self.max_chunks = MAX_CHUNKS
        """Chunks in flight, at most, 1 to `MAX_CHUNKS`; may be set at any time."""
        self.excess = 0.0
        """What the last acknowledged chunk took on the link above the floor, seconds: its own time on the wire, and
        queueing."""
        self.queueing = 0.0
        """What the last acknowledged chunk waited behind others on the link, seconds."""
        self.transit = 0.0
        """What the last acknowledged chunk took on the link above the least that was ever measured, seconds: as
        `excess`, but on a link that has become slow it does not get used to that."""
        self._link_floor = self._least_on_link = float("inf")
        # What it waited behind others anywhere, on the link or in the viewer.
        self._waited = 0.0

    @property
    def size(self) -> int:
        """Chunks that may be in flight now."""
        return min(int(self._size), self.max_chunks)

    @property
    def in_flight(self) -> int:
        """Chunks that are."""
        return len(self._sent)

    @property
    def bytes(self) -> int:
        """Bytes of those."""
        return self._bytes

    @property
    def floor(self) -> float:
        """The smallest delay, seconds: the round trip and decoding. 0 before the first acknowledgement."""
        return 0.0 if self._floor == float("inf") else self._floor

    @property
    def oldest(self) -> float | None:
        """When the oldest chunk in flight was sent; None where there is none."""
        return self._sent[0].time if self._sent else None

    @property
    def max_bytes(self) -> float:
        """Bytes in flight from which on there is no room."""
        if self.bitrate is None:
            return self._max_bytes
        return min(MAX_BYTES, self.bitrate / 8 * (self.floor + QUEUE_S))

    @property
    def is_overloaded(self) -> bool:
        """Whether as much is in flight as the link holds; of a link that is not known, whether there is no room."""
        return not self.has_room if self.bitrate is None else self._bytes >= self.max_bytes

    def heard_round_trip(self, seconds: float) -> None:
        """A message without a picture took so long, there and back.

        The first picture may be a keyframe that takes a second on the wire, which must not pass for the floor.
        """
        self._floor = min(self._floor, seconds + SHOWING_S)
        self._link_floor = min(self._link_floor, seconds)
        self._least_on_link = min(self._least_on_link, seconds)

    @property
    def has_room(self) -> bool:
        """Whether one more may be sent."""
        if not self._sent or self.one_at_a_time:
            return not self._sent
        return len(self._sent) < self.size and self._bytes < self.max_bytes

    def sent(self, sequence: int, size: int, now: float) -> None:
        """A chunk of ``size`` bytes was sent. Sequences increase."""
        self._sent.append(_Sent(sequence, size, now))
        self._bytes += size
        self._was_full = self._was_full or len(self._sent) >= self.size

    def acknowledged(self, sequence: int, now: float, held: float = 0.0) -> int:
        """The viewer has shown ``sequence`` and every chunk before it. Returns how many that frees.

        A number that is no longer in flight frees nothing: acknowledgements cross with `clear` on the way. For
        ``held`` seconds of the time until now, the viewer had the chunk already.
        """
        if not any(chunk.sequence == sequence for chunk in self._sent):
            return 0
        freed = 0
        while True:
            chunk = self._sent.popleft()
            self._bytes -= chunk.size
            # Doubles with each round trip, as the slow start of TCP does.
            self._max_bytes = min(MAX_BYTES, self._max_bytes + chunk.size)
            freed += 1
            if chunk.sequence == sequence:
                self._measure(now - chunk.time, held, chunk.size, now)
                self._adapt(freed, now)
                return freed

    def clear(self) -> None:
        """Forget what is in flight: the viewer stopped looking."""
        self._sent.clear()
        self._bytes = 0
        self._round_ends_at = None

    def _measure(self, delay: float, held: float, size: int, now: float) -> None:
        self.delay = delay if self.delay is None else self.delay + SMOOTHING * (delay - self.delay)
        on_link = max(0.0, delay - held)
        self._floor, self._link_floor = min(self._floor, delay), min(self._link_floor, on_link)
        # A chunk's own time on the wire is no queue.
        own = 0.0 if self.bitrate is None else 8 * size / self.bitrate
        self.excess = on_link - self._link_floor
        self._least_on_link = min(self._least_on_link, on_link)
        self.transit = on_link - self._least_on_link
        self.queueing = max(0.0, self.excess - own)
        self._waited = max(0.0, delay - self._floor - own)
        if self._waited < GROW_BELOW_S:
            self._floor_time = now

    def _adapt(self, freed: int, now: float) -> None:
        if self._is_starting and self._was_full and self._waited < GROW_BELOW_S:
            self._size = min(MAX_CHUNKS, self._size + freed)
        # Once per round: what was in flight at the last change must be through before its effect can be seen.
        if self._round_ends_at is not None and any(chunk.sequence == self._round_ends_at for chunk in self._sent):
            return
        if now - self._floor_time > FLOOR_MEMORY_S:
            self._size = MIN_CHUNKS
            self._floor = self._link_floor = float("inf")
        elif self._waited > SHRINK_ABOVE_S and self.bitrate is None:
            self._size = max(MIN_CHUNKS, self._size * SHRINK_FACTOR)
            self._is_starting = False
        elif self._waited < GROW_BELOW_S and self._was_full and not self._is_starting:
            self._size = min(MAX_CHUNKS, self._size + 1)
        self._was_full = False
        self._round_ends_at = self._sent[-1].sequence if self._sent else None
