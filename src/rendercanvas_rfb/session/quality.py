"""What one viewer's link carries, and how the picture must be made to fit: a pure controller.

Time is an argument, in seconds of any monotonic clock.

It looks at three things: how long chunks wait behind each other above the viewer's own floor (so a long round trip is
no congestion), how fast bytes are acknowledged while they do, and how many pictures wait for the viewer's decoder. A
queue counts only when it stands, for an interval, as in CoDel (RFC 8289): a lost segment or a large keyframe makes one
that goes away by itself. Nothing counts in the first second after stillness, when TCP, the radio and the processors
have to wake up.

The levers are those of `session.levels`, in order: bitrate, pace, size, and single images (`session.retreat`). The
bitrate is decreased to less than what was delivered, and increased slowly (additive increase and multiplicative
decrease in spirit; the factors are those of Google Congestion Control, Carlucci et al., 2016). A bitrate that congested
the link is not tried again for a while, and for twice as long after each time.
"""

from __future__ import annotations

from .delivery import Delivery
from .levels import IMAGES, LEVELS, REFERENCE_FPS, SLOWEST, level_for
from .retreat import Retreat, Way, is_stalled

__all__ = ["QualityController"]

STANDING_S = 0.040
"""Queueing that is too much where it stands. With the chunk in front, the whole delay stays under 100 ms."""

BUSY_S = 0.020
"""Queueing above which the link was busy: more than browsers' timers and screens add, 17 ms."""

INTERVAL_S = 0.2
"""Seconds for which a queue must stand, and a round trip: RFC 8289 has 0.1 s for packets, which here are pictures."""

GRACE_S = 1.0
"""Seconds after stillness in which nothing counts."""

STILL_S = 1.0
"""Seconds without a chunk that make stillness."""

BURST = 3.0
"""A picture of so many times the usual bytes is a burst, such as a keyframe."""

SIZE_WEIGHT = 0.1
"""Weight of the newest picture in the usual size."""

MAX_EXCUSE_S = 2.0
"""Seconds for which a burst excuses a queue, at most."""

DECREASE = 0.85
"""What remains of the delivered rate: the rest drains the queue (beta of Google Congestion Control)."""

MIN_BITRATE = 50_000.0
"""Bits per second, at least: with less, a picture at the slowest level takes over a second."""

INCREASE_PER_S = 1.25
"""Factor per second where the link has not been congested at such a bitrate: from 2 to 20 Mbit/s in ten seconds."""

PROBE_PER_S = 1.05
"""Factor per second near and above the bitrate that congested it last."""

NEAR = 0.9
"""Part of the bitrate that congested the link from which on increases are slow."""

HOLD_S = 4.0
MAX_HOLD_S = 20.0
"""Seconds in which a bitrate that congested the link is not tried again: the first time, and at most."""

TRIAL_S = 10.0
FUTILE_TRIAL_S = 40.0
MAX_TRIAL_S = 160.0
"""Seconds before the level above is tried where its encoder does not need the bitrate, so that nothing tells what
the link carries: the first time, the first time where its pictures were more than the link carried, and at most. A
trial that fails costs a second of queue and two keyframes."""

USED = 0.6
"""Part of the bitrate that must be delivered for it to be increased: what is not used proves nothing."""

HEADROOM = 1.3
"""Bitrate over what full quality needs from which on that is tried again."""

OVERLOAD_S = 2.0
"""Seconds of congestion in spite of lower bitrates after which the encoder is believed unable to keep to them."""

DECODE_QUEUE = 4
"""Pictures that wait for the decoder, from which on it is what cannot keep up: more than come in a lump."""

MISS_MEMORY_S = 5.0
"""Seconds within which two pictures that a viewer missed for lack of room make it too slow for the others."""

_LEAST_TRANSIT_S = 0.001
"""Seconds that an image is reckoned to take on the wire at least: clocks are no finer."""

HINT_AFTER_S = 5.0
"""Seconds for which even the slowest level must be too much before the program is told."""

HINT_INTERVAL_S = 30.0
"""Seconds between two hints."""


class QualityController:
    """Decides on the level and the bitrate of one viewer.

    Args:
        now: The time.

    Attributes:
        level: The level that fits, an index of `session.levels.LEVELS`.
        bitrate: Bits per second that may be sent; None for no limit.
        reason: Why it is not full quality, in words for the statistics panel; empty where it is.
        delivery: How fast the link delivers.
    """

    def __init__(self, now: float) -> None:
        self.level = 0
        self.bitrate: float | None = None
        self.reason = ""
        self.delivery = Delivery()
        self._retreat = Retreat()
        self._pixels = 0
        # When something was sent or acknowledged.
        self._active_at = float("-inf")
        self._grace_until = now + GRACE_S
        self._stands_since: float | None = None
        # Bytes of a picture that is no burst, smoothed.
        self._usual_size: float | None = None
        self._overload_since: float | None = None
        self._is_overload = False
        self._may_decrease_at = now
        self._updated = now
        # The bitrate that congested the link last, until when it is not tried again, and for how long the next time.
        self._ceiling = float("inf")
        self._hold_until = now
        self._hold = HOLD_S
        self._trial_at = now
        self._trial = TRIAL_S
        self._missed_at = float("-inf")
        self._starved_since: float | None = None
        self._hinted_at = float("-inf")
        self._why = ""

    def resume(self, level: int, bitrate: float | None, now: float) -> None:
        """Begin where the connection before has ended."""
        self._why = "the link was slow"
        self.bitrate = bitrate
        if level == IMAGES:
            self._retreat.begin(now, None)
        self._trial_at = now + self._trial
        self._set_level(level)

    def look(self, oldest: float | None, round_trip: float, now: float) -> None:
        """The viewer is heard of. The oldest chunk in flight was sent at ``oldest``, if there is one."""
        if self.level < IMAGES and is_stalled(oldest, round_trip, now):
            self._fall_back("pictures do not arrive", Way(self.level, self.bitrate), now)

    def sent(self, pixels: int, now: float, *, idle: bool) -> None:
        """A chunk is sent; the picture as drawn has so many ``pixels``. ``idle``: nothing else is on its way."""
        self._pixels = pixels
        if idle and now - self._active_at > STILL_S:
            self._grace_until = now + GRACE_S
            self._stands_since = self._overload_since = None
            self._updated = now
        self._active_at = now

    def missed(self, now: float) -> None:
        """A delta that the viewer needed was not sent for lack of room: its encoder serves faster ones."""
        repeated = now - self._missed_at < MISS_MEMORY_S
        self._missed_at = now
        if repeated and self.level == 0:
            self._why = "other viewers are faster"
            self._trial_at = now + self._trial
            self._set_level(1)
            if self.delivery.capacity is not None:
                self._limit(self.delivery.capacity, now, self._why)

    def acknowledged(
        self,
        size: int,
        now: float,
        *,
        excess: float,
        transit: float,
        queueing: float,
        floor: float,
        decode_queue: int,
        overloaded: bool,
    ) -> None:
        """``size`` bytes of chunks were acknowledged.

        Args:
            size: Bytes.
            now: The time.
            excess: Seconds that they took above the floor.
            transit: Seconds that they took above the least that was ever measured.
            queueing: Seconds that they waited behind others.
            floor: Seconds of the round trip.
            decode_queue: Pictures that wait for the decoder.
            overloaded: Whether as much was in flight as the link holds.
        """
        self._active_at = now
        busy = queueing > BUSY_S
        self.delivery.acknowledged(size, now, busy=busy)
        if self.level == IMAGES:
            self._shown_image(size, transit, now)
            return
        stands = queueing > STANDING_S or decode_queue >= DECODE_QUEUE
        if self.bitrate is None:
            # Without a bitrate, the window alone keeps the queue short, at the price of pictures.
            stands = stands or (busy and overloaded)
        self._excuse_burst(size, excess, now)
        if now < self._grace_until:
            return
        if not stands:
            self._stands_since = self._overload_since = None
            self._is_overload = False
            self._increase(now)
            return
        self._updated = now
        # A delay that stands while little is in flight is the viewer's, or its processor's; less would not help.
        self._is_overload = self._is_overload or overloaded or decode_queue >= DECODE_QUEUE
        if self._stands_since is None:
            self._stands_since = now
        elif self._is_overload and now - self._stands_since >= INTERVAL_S + floor:
            self._congested(now, floor, decode_queue)

    def take_hint(self, now: float) -> float | None:
        """Bits per second that the link has, if now is the time to tell the program that they are too few."""
        too_slow = self.level >= SLOWEST and self.bitrate is not None and self._pixels > 0
        if not too_slow or self.bitrate is None or self.bitrate >= LEVELS[SLOWEST].needs(self._pixels):
            self._starved_since = None
            return None
        if self._starved_since is None:
            self._starved_since = now
        if now - self._starved_since < HINT_AFTER_S or now - self._hinted_at < HINT_INTERVAL_S:
            return None
        self._hinted_at = now
        return self.bitrate

    def _excuse_burst(self, size: int, excess: float, now: float) -> None:
        """What was sent while a keyframe was on the wire waits behind it, and catches up in about the same time."""
        usual = size if self._usual_size is None else self._usual_size
        is_burst = self._usual_size is None or size >= BURST * usual
        # Where all pictures have become that large, they are no bursts after a few.
        self._usual_size = usual + SIZE_WEIGHT * (min(size, BURST * usual) - usual)
        if is_burst and excess > STANDING_S:
            self._grace_until = max(self._grace_until, now + min(excess, MAX_EXCUSE_S))
            self._stands_since = None

    def _congested(self, now: float, floor: float, decode_queue: int) -> None:
        if now < self._may_decrease_at:
            return
        delivered = self.delivery.capacity or self.delivery.rate(now)
        if delivered <= 0:
            return
        if self._overload_since is None:
            self._overload_since = now
        elif now - self._overload_since > OVERLOAD_S:
            if self.level == SLOWEST:
                self._fall_back("the link is slow", None, now)
                return
            self._overload_since = now
            self._set_level(self.level + 1)
        slow_decoder = decode_queue >= DECODE_QUEUE
        self._limit(delivered, now, "the viewer decodes slowly" if slow_decoder else "the link is slow")
        if slow_decoder:
            self._set_level(max(self.level, 2))
        self._may_decrease_at = now + INTERVAL_S + floor

    def _fall_back(self, why: str, back: Way | None, now: float) -> None:
        """Send images, one at a time."""
        self._why = why
        self._retreat.begin(now, back)
        self._set_level(IMAGES)

    def _shown_image(self, size: int, transit: float, now: float) -> None:
        """An image took ``transit`` seconds more than the round trip: nothing was in front of it."""
        rate = 8 * size / max(transit, _LEAST_TRANSIT_S)
        if not self._retreat.may_end(rate, HEADROOM * MIN_BITRATE, now):
            return
        back = self._retreat.back
        if back is None or rate < HEADROOM * LEVELS[1].needs(self._pixels):
            # The link is no better than it was, or was never known.
            bitrate = DECREASE * rate
            back = Way(level_for(bitrate, self._pixels), bitrate)
        self.bitrate = back.bitrate
        self._grace_until = now + GRACE_S
        self._stands_since = self._overload_since = None
        self._is_overload = False
        self._updated = now
        self._trial_at = now + self._trial
        self._set_level(back.level)

    def _limit(self, delivered: float, now: float, reason: str) -> None:
        before = self.bitrate
        if before is not None and abs(delivered - self._ceiling) < 0.25 * self._ceiling:
            self._hold = min(2 * self._hold, MAX_HOLD_S)
        elif before is not None:
            self._hold = HOLD_S
        delivered = max(delivered, MIN_BITRATE / DECREASE)
        if before is None and 8 * (self._usual_size or 0.0) * REFERENCE_FPS > delivered:
            self._trial = max(self._trial, FUTILE_TRIAL_S)
        self._ceiling = delivered
        self._hold_until = now + self._hold
        self._trial_at = now + self._trial
        self.bitrate = DECREASE * delivered if before is None else min(before, max(DECREASE * delivered, before / 2))
        self._updated = now
        self._why = reason
        self._set_level(max(self.level, level_for(self.bitrate, self._pixels)))

    def _increase(self, now: float) -> None:
        elapsed, self._updated = now - self._updated, now
        if self.bitrate is None:
            if self.level > 0 and now >= self._trial_at:
                self._try_better(now)
            return
        limit = max(self.bitrate, NEAR * self._ceiling) if now < self._hold_until else float("inf")
        if self.delivery.rate(now) > USED * self.bitrate:
            near = self.bitrate > NEAR * self._ceiling
            factor = PROBE_PER_S if near else INCREASE_PER_S
            self.bitrate = min(limit, self.bitrate * factor ** min(elapsed, 1.0))
            if self.bitrate > 1.2 * self._ceiling:
                self._ceiling, self._hold = float("inf"), HOLD_S
        elif now >= self._trial_at:
            self._try_better(now)
            return
        better = level_for(self.bitrate / HEADROOM, self._pixels)
        if better < self.level and now >= self._hold_until:
            self._set_level(better)

    def _try_better(self, now: float) -> None:
        """The encoder does not need the bitrate: the level above may fit."""
        self._trial = min(2 * self._trial, MAX_TRIAL_S)
        self._trial_at = now + self._trial
        self._set_level(self.level - 1)
        if self.level == 0:
            self.bitrate = None
            self._ceiling = float("inf")

    def _set_level(self, level: int) -> None:
        self.level = level
        self.reason = "" if level == 0 else f"{self._why}: {LEVELS[level].meaning}"
