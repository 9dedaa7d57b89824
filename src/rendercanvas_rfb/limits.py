"""What one server lets its viewers do, in numbers. Pure: time is an argument."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from .errors import CloseCode, ConfigurationError, ProtocolError
from .protocol.codec import MAX_MESSAGE_BYTES

__all__ = ["MessageLimiter", "ServerLimits", "TokenBucket"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """Limits of a server. A connection that exceeds one is closed with a code and a reason; no other one notices.

    Attributes:
        max_viewers: Viewers of all displays, at most; one more is closed with 4429. A viewer costs some MiB while it
            stalls, and the memory of 64 of those is that of one encoder.
        max_pending: Connections that are not let in yet, at most; one more is closed with 4429. Whoever has no
            credential can hold no more than these, for `handshake_s` each.
        max_pending_per_address: Of those, from one address, so that no single machine keeps all others out; one more is
            closed with 4429. Addresses of this machine may stand for a proxy, and have all of `max_pending`.
        handshake_s: Seconds from the connection to a good ``hello`` and the authenticator's answer, else 4408. Many
            times the round trip of a bad link, and the proof of its decoders, which takes a browser under a second.
        resume_s: Seconds for which a viewer whose connection was lost may come back to its session. A walk from one
            wireless network to the next, or a laptop that is shut for a moment.
        max_resumable: Sessions that wait for their viewers, at most; beyond that the oldest is forgotten, and its
            viewer begins a new one. Four times the viewers that there may be; each takes under a kilobyte, but for a
            display of its own, of which `Server.add_private` says how many there are.
        message_bytes: Of one message, else 4413. The longest of an input device is about 1 kB.
        messages_per_s: Messages of one viewer in the long run, else 4429. A screen of 240 Hz makes 240 pointer moves
            and 240 acknowledgements.
        message_burst: Messages at once, above that rate: what a browser sends when its tab was stopped for seconds.
        bytes_per_s: Bytes of one viewer's messages in the long run, else 4429. At 1000 messages of 300 bytes, three
            times what is needed.
        byte_burst: Bytes at once, above that rate.

    Raises:
        ConfigurationError: One of them is not a positive number; or ``message_bytes`` is more than the protocol's
            64 KiB, or more than ``byte_burst``.
    """

    max_viewers: int = 64
    max_pending: int = 64
    max_pending_per_address: int = 16
    handshake_s: float = 10.0
    resume_s: float = 120.0
    max_resumable: int = 256
    message_bytes: int = MAX_MESSAGE_BYTES
    messages_per_s: float = 1000.0
    message_burst: int = 4000
    bytes_per_s: float = 1024.0 * 1024.0
    byte_burst: int = 4 * 1024 * 1024

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
                raise ConfigurationError(f"{field.name} must be a positive number, not {value!r}")
        most = min(MAX_MESSAGE_BYTES, self.byte_burst)
        if self.message_bytes > most:
            raise ConfigurationError(f"message_bytes must be at most {most}, not {self.message_bytes}")


class TokenBucket:
    """Lets ``rate`` units a second pass in the long run, and ``burst`` at once.

    The generic cell rate algorithm (ITU-T I.371, annex A) with the level of a leaky bucket in place of its theoretical
    arrival time. Times are seconds of any monotonic clock.

    Args:
        rate: Units per second, > 0.
        burst: Units, > 0.
        now: The time; the bucket is full.
    """

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._level = float(burst)
        self._time = now

    def take(self, units: float, now: float) -> bool:
        """Whether ``units`` may pass; where they may not, none is taken."""
        self._level = min(self._burst, self._level + self._rate * max(0.0, now - self._time))
        self._time = max(self._time, now)
        if units > self._level:
            return False
        self._level -= units
        return True


class MessageLimiter:
    """Keeps one viewer within the limits for its messages.

    Args:
        limits: Those of the server.
        now: The time, in seconds of a monotonic clock.
    """

    def __init__(self, limits: ServerLimits, now: float) -> None:
        self._limits = limits
        self._messages = TokenBucket(limits.messages_per_s, limits.message_burst, now)
        self._bytes = TokenBucket(limits.bytes_per_s, limits.byte_burst, now)

    def check(self, size: int, now: float) -> None:
        """A message of ``size`` bytes came.

        Raises:
            ProtocolError: It is one too many, or too large.
        """
        limits = self._limits
        if size > limits.message_bytes:
            raise ProtocolError(f"a message must have at most {limits.message_bytes} bytes", CloseCode.TOO_LARGE)
        if not self._messages.take(1, now):
            raise ProtocolError(f"more than {limits.messages_per_s:g} messages per second", CloseCode.TOO_MANY)
        if not self._bytes.take(size, now):
            raise ProtocolError(f"more than {limits.bytes_per_s:g} bytes per second", CloseCode.TOO_MANY)
