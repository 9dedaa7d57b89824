"""What a server counts, and how it is told to programs that watch it. Pure: time is an argument."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Generic, TypeVar

from .protocol.formats import Tier

__all__ = ["EncoderFailures", "Rate", "ServerMetrics", "SessionMetrics", "TierMeter", "TierMetrics", "ViewerMetrics"]

RATE_WINDOW_S = 2.0
"""Seconds over which rates are taken: two updates of the statistics panel, so that its numbers are calm."""

_SHORTEST_S = 0.1
"""Seconds that a rate is taken over at least: the first picture is not a stream of a thousand a second."""


class Rate:
    """Something per second, over the last `RATE_WINDOW_S`. Reading it changes nothing.

    Args:
        now: The time, in seconds of any monotonic clock.
    """

    def __init__(self, now: float) -> None:
        self._since = now
        self._sum = 0.0
        self._amounts: deque[tuple[float, float]] = deque()

    def add(self, amount: float, now: float) -> None:
        """So much more."""
        self._forget(now)
        self._amounts.append((now, amount))
        self._sum += amount

    def read(self, now: float) -> float:
        """Per second."""
        self._forget(now)
        return self._sum / min(max(now - self._since, _SHORTEST_S), RATE_WINDOW_S)

    def _forget(self, now: float) -> None:
        while self._amounts and self._amounts[0][0] <= now - RATE_WINDOW_S:
            self._sum -= self._amounts.popleft()[1]
        if not self._amounts:
            self._sum = 0.0  # What rounding has left.


@dataclass(frozen=True, slots=True)
class TierMetrics:
    """One encoder at work.

    Attributes:
        display: Name of its display.
        tier: What it makes, such as ``h264/444``.
        level: 0 for full quality; above it, what is left out for slow links, as `session.levels.LEVELS` lists.
        target_bitrate: Bits per second that the slowest of its viewers can take; 0 for no limit.
        encoder: Its name; empty before its first picture.
        encoder_reason: Why it is this one, and why each other one is not; empty likewise, and without a choice.
        viewers: How many it makes it for.
        fps: Pictures per second now.
        bitrate: Bits per second now, for one viewer.
        encode_ms: Milliseconds from when the last picture's frame went in until it came out, conversion too.
        held: Frames that went in meanwhile: what a pipelined encoder costs in latency, 0 for one in, one out.
        encode_s: The sum of these times in seconds, since it was opened for its first viewer; so are all below.
        frames: Pictures.
        keyframes: Those that need no other.
        bytes: Of all pictures.
    """

    display: str
    tier: str
    level: int
    target_bitrate: float
    encoder: str
    encoder_reason: str
    viewers: int
    fps: float
    bitrate: float
    encode_ms: float
    held: int
    encode_s: float
    frames: int
    keyframes: int
    bytes: int


@dataclass(frozen=True, slots=True)
class ViewerMetrics:
    """One viewer.

    Attributes:
        display: Name of the display that it watches.
        viewer: Its id.
        tier: What it is sent; empty before that is decided.
        connected_s: Seconds since it connected.
        fps: Pictures per second that it shows now.
        bitrate: Bits per second that it is sent now.
        round_trip_ms: Latency: milliseconds from sending a picture to hearing that it is on the screen, smoothed.
        encode_ms: Milliseconds that its last picture took to encode.
        held: Frames that went into the encoder meanwhile.
        queueing_ms: Milliseconds that the last picture waited behind others on the way.
        level: 0 for full quality; above it, what is left out for a slow link, as `session.levels.LEVELS` lists.
        target_bitrate: Bits per second that it may be sent; 0 for no limit.
        delivery_rate: Bits per second that arrive at it.
        window: Pictures that may be on their way to it.
        in_flight: Those that are.
        dropped: Pictures that it was not sent since there was no room.
        keyframes: Pictures that it was sent and that need no other.
        sent: All pictures that it was sent.
        bytes: Of those.
    """

    display: str
    viewer: str
    tier: str
    connected_s: float
    fps: float
    bitrate: float
    round_trip_ms: float
    encode_ms: float
    held: float
    queueing_ms: float
    level: float
    target_bitrate: float
    delivery_rate: float
    window: float
    in_flight: float
    dropped: float
    keyframes: float
    sent: float
    bytes: float


@dataclass(frozen=True, slots=True)
class SessionMetrics:
    """The sessions of a server, since it was made. A session outlives its connection for a while.

    Attributes:
        waiting: Those whose viewers were cut off, and may come back.
        begun: New ones.
        resumed: How often a viewer came back to one.
        expired: Those that nobody came back to in time, and those that had to make room.
        input_taken: Numbered messages of viewers that were taken.
        input_repeated: Those that were sent again over another connection although they had been taken, and were left
            out.
    """

    waiting: int = 0
    begun: int = 0
    resumed: int = 0
    expired: int = 0
    input_taken: int = 0
    input_repeated: int = 0


class TierMeter:
    """Counts what one encoder makes.

    Args:
        now: The time, in seconds of any monotonic clock.
    """

    def __init__(self, now: float) -> None:
        self._encoder = self._encoder_reason = ""
        self._frames = self._keyframes = self._bytes = 0
        self._encode_s = self._last_encode_s = 0.0
        self._held = 0
        self._frame_rate, self._bit_rate = Rate(now), Rate(now)

    def encoded(
        self,
        size: int,
        encode_s: float,
        now: float,
        *,
        keyframe: bool,
        encoder: str,
        encoder_reason: str = "",
        held: int = 0,
    ) -> None:
        """A picture of ``size`` bytes took ``encode_s`` seconds, in which ``held`` other frames went in."""
        self._encoder, self._encoder_reason = encoder, encoder_reason
        self._frames += 1
        self._keyframes += keyframe
        self._bytes += size
        self._encode_s += encode_s
        self._last_encode_s = encode_s
        self._held = held
        self._frame_rate.add(1, now)
        self._bit_rate.add(8 * size, now)

    def read(self, display: str, tier: Tier, viewers: int, target_bitrate: float | None, now: float) -> TierMetrics:
        """The numbers now."""
        return TierMetrics(
            display=display,
            tier=str(tier.full),
            level=tier.level,
            target_bitrate=target_bitrate or 0.0,
            encoder=self._encoder,
            encoder_reason=self._encoder_reason,
            viewers=viewers,
            fps=self._frame_rate.read(now),
            bitrate=self._bit_rate.read(now),
            encode_ms=1000 * self._last_encode_s,
            held=self._held,
            encode_s=self._encode_s,
            frames=self._frames,
            keyframes=self._keyframes,
            bytes=self._bytes,
        )


@dataclass(frozen=True, slots=True)
class EncoderFailures:
    """How often an encoder failed while it was in use, in this process.

    Attributes:
        encoder: Its name.
        reason: ``error`` where it raised, ``busy`` where it had no session or memory, ``no_output`` where it did not
            come back.
        count: How often.
    """

    encoder: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class ServerMetrics:
    """All that a server tells of itself.

    Attributes:
        uptime_s: Seconds since it was made.
        displays: Names of its displays.
        tiers: The encoders at work.
        viewers: The viewers.
        encoder_failures: The encoders that failed.
        sessions: What is counted of sessions.
    """

    uptime_s: float
    displays: Sequence[str]
    tiers: Sequence[TierMetrics]
    viewers: Sequence[ViewerMetrics]
    encoder_failures: Sequence[EncoderFailures] = ()
    sessions: SessionMetrics = SessionMetrics()

    def as_json(self) -> dict[str, Any]:
        """For ``json.dumps``: the members by name, and those of each tier and viewer by name."""
        return asdict(self)

    def as_prometheus(self) -> str:
        """In Prometheus' text exposition format, version 0.0.4: base units, and counters that end in ``_total``."""
        families = [
            *_families("tier", ("display", "tier", "level"), _TIER_FAMILIES, self.tiers),
            *_families("viewer", ("display", "viewer", "tier"), _VIEWER_FAMILIES, self.viewers),
        ]
        head = [
            _family("uptime_seconds", "gauge", "Seconds since the server was made.", [("", self.uptime_s)]),
            _family("displays", "gauge", "Displays that can be watched.", [("", len(self.displays))]),
            _family("viewers", "gauge", "Viewers that are connected.", [("", len(self.viewers))]),
        ]
        chosen = [(_labels(tier, _CHOICE_LABELS), 1.0) for tier in self.tiers]
        failed = [(_labels(one, ("encoder", "reason")), one.count) for one in self.encoder_failures]
        encoders = [
            _family("tier_encoder_info", "gauge", "Which encoder makes it, and why no other; always 1.", chosen),
            _family("encoder_failures_total", "counter", "How often an encoder failed while it was in use.", failed),
            *(
                _family(name, kind, text, [("", getattr(self.sessions, member))])
                for member, name, kind, text in _SESSION_FAMILIES
            ),
        ]
        return "".join([*head, *families, *encoders])


T = TypeVar("T", TierMetrics, ViewerMetrics)


@dataclass(frozen=True, slots=True)
class _Family(Generic[T]):
    name: str
    kind: str
    help: str
    value: Callable[[T], float]


_SESSION_FAMILIES = (
    ("waiting", "sessions_waiting", "gauge", "Sessions whose viewers were cut off, and may come back."),
    ("begun", "sessions_begun_total", "counter", "New sessions."),
    ("resumed", "sessions_resumed_total", "counter", "How often a viewer came back to its session."),
    ("expired", "sessions_expired_total", "counter", "Sessions that nobody came back to."),
    ("input_taken", "input_taken_total", "counter", "Numbered input that was taken."),
    ("input_repeated", "input_repeated_total", "counter", "Input that came again, and was left out."),
)

_TIER_FAMILIES: tuple[_Family[TierMetrics], ...] = (
    _Family("viewers", "gauge", "Viewers that one encoder serves.", lambda m: m.viewers),
    _Family("fps", "gauge", "Pictures per second.", lambda m: m.fps),
    _Family("bits_per_second", "gauge", "Bits per second, for one viewer.", lambda m: m.bitrate),
    _Family(
        "target_bits_per_second", "gauge", "What its slowest viewer takes; 0 without limit.", lambda m: m.target_bitrate
    ),
    _Family("encode_last_seconds", "gauge", "Time that the last picture took.", lambda m: m.encode_ms / 1000),
    _Family("encode_held_frames", "gauge", "Frames that went in before the last picture was out.", lambda m: m.held),
    _Family("encode_seconds_total", "counter", "Time spent encoding.", lambda m: m.encode_s),
    _Family("frames_total", "counter", "Pictures encoded.", lambda m: m.frames),
    _Family("keyframes_total", "counter", "Keyframes encoded.", lambda m: m.keyframes),
    _Family("bytes_total", "counter", "Bytes encoded.", lambda m: m.bytes),
)

_VIEWER_FAMILIES: tuple[_Family[ViewerMetrics], ...] = (
    _Family("connected_seconds", "gauge", "Time since the viewer connected.", lambda m: m.connected_s),
    _Family("fps", "gauge", "Pictures per second on the screen.", lambda m: m.fps),
    _Family("bits_per_second", "gauge", "Bits per second sent.", lambda m: m.bitrate),
    _Family("latency_seconds", "gauge", "From sending to the screen and back.", lambda m: m.round_trip_ms / 1000),
    _Family("encode_last_seconds", "gauge", "Time that the last picture took.", lambda m: m.encode_ms / 1000),
    _Family("encode_held_frames", "gauge", "Frames that the encoder held back.", lambda m: m.held),
    _Family("queueing_seconds", "gauge", "What the last picture waited on the way.", lambda m: m.queueing_ms / 1000),
    _Family("level", "gauge", "What is left out for a slow link; 0 for nothing.", lambda m: m.level),
    _Family("target_bits_per_second", "gauge", "What it may be sent; 0 without limit.", lambda m: m.target_bitrate),
    _Family("delivered_bits_per_second", "gauge", "What arrives.", lambda m: m.delivery_rate),
    _Family("window_frames", "gauge", "Pictures that may be on their way.", lambda m: m.window),
    _Family("in_flight_frames", "gauge", "Pictures that are on their way.", lambda m: m.in_flight),
    _Family("dropped_frames_total", "counter", "Pictures left out for lack of room.", lambda m: m.dropped),
    _Family("keyframes_total", "counter", "Keyframes sent.", lambda m: m.keyframes),
    _Family("frames_total", "counter", "Pictures sent.", lambda m: m.sent),
    _Family("bytes_total", "counter", "Bytes of pictures sent.", lambda m: m.bytes),
)

_CHOICE_LABELS = ("display", "tier", "level", "encoder", "encoder_reason")

_PREFIX = "rendercanvas_rfb_"


def _families(
    kind: str, label_names: tuple[str, ...], families: Iterable[_Family[T]], metrics: Sequence[T]
) -> Iterable[str]:
    labels = [_labels(one, label_names) for one in metrics]
    for family in families:
        samples = [(label, family.value(one)) for label, one in zip(labels, metrics, strict=True)]
        yield _family(f"{kind}_{family.name}", family.kind, family.help, samples)


def _family(name: str, kind: str, help: str, samples: Iterable[tuple[str, float]]) -> str:
    lines = [f"# HELP {_PREFIX}{name} {help}", f"# TYPE {_PREFIX}{name} {kind}"]
    # Seventeen digits are all that a double has; counters must not lose their last one.
    lines += [f"{_PREFIX}{name}{labels} {value:.17g}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _labels(metrics: TierMetrics | ViewerMetrics | EncoderFailures, names: tuple[str, ...]) -> str:
    assert set(names) <= {field.name for field in fields(metrics)}
    return "{" + ",".join(f'{name}="{_escape(str(getattr(metrics, name)))}"' for name in names) + "}"


def _escape(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
