"""Links that are simulated: viewers, their controllers and model encoders in virtual time, without threads or sockets.

Hours pass in seconds, and the same seed gives the same hours. What is simulated is the network, the browser and the
encoder's rate control; what decides is the product's own: `Viewer`, its window and quality controller, and `Turns`.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from ..protocol.chunk import Chunk, pack_chunk
from ..protocol.formats import BT709, Chroma, PictureFormat, StreamInfo, Tier
from ..protocol.messages import Ack, Capabilities, ChunkHeader, Hello, Ping, Pong, View, Welcome
from ..session.effects import Advise, Close, Effect, NeedPicture, SelectTier, Send, SendChunk
from ..session.levels import LEVELS
from ..session.turns import Turns
from ..session.viewer import Viewer

__all__ = ["Content", "Link", "Shown", "SimulatedViewer", "Simulation"]

RGB, YUV444, YUV420 = (Tier(PictureFormat.H264, chroma) for chroma in (Chroma.RGB, Chroma.YUV444, Chroma.YUV420))
WEBP = Tier(PictureFormat.WEBP)


@dataclass(frozen=True, slots=True)
class Content:
    """What an encoder makes of the pictures, in bytes, at 1280x720.

    The defaults are a panned line plot.

    Attributes:
        exact: Of a delta in RGB.
        full: Of a delta in full quality.
        least: Of a delta that the encoder cannot make smaller.
        keyframe: Of a keyframe over that of a delta in the same quality.
        image: Of a single image at the size of its level.
    """

    exact: int = 24_000
    full: int = 14_700
    least: int = 1_500
    keyframe: float = 3.0
    image: int = 6_000


@dataclass(slots=True)
class Link:
    """A TCP connection: in order, nothing is lost, and what has no room on the link waits without bound.

    Attributes:
        round_trip: Seconds, of an empty link.
        bandwidth: Bits per second towards the viewer, from each time on: pairs of (seconds, bits per second).
        jitter: Seconds by which a chunk may be late, at most.
        stalls: When nothing arrives, since a loss must be mended: pairs of (seconds, seconds).
    """

    round_trip: float
    bandwidth: Sequence[tuple[float, float]] = ((0.0, 1e9),)
    jitter: float = 0.0
    stalls: Sequence[tuple[float, float]] = ()
    _free: float = field(default=0.0, init=False)
    _last: float = field(default=0.0, init=False)

    def arrival(self, size: int, now: float, chance: random.Random) -> float:
        """When ``size`` bytes that are sent now have arrived."""
        time, bits = max(now, self._free), 8.0 * size
        while bits > 0:
            rate = next(rate for since, rate in reversed(self.bandwidth) if since <= time)
            until = min((since for since, _ in self.bandwidth if since > time), default=float("inf"))
            step = min(bits / rate, until - time)
            bits -= rate * step if step < bits / rate else bits
            time += step
        self._free = time
        for start, length in self.stalls:
            if start <= time < start + length:
                time = start + length
        arrival = time + self.round_trip / 2 + chance.uniform(0, self.jitter)
        self._last = max(self._last, arrival)
        return self._last


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture on a viewer's screen.

    Attributes:
        time: When its acknowledgement came, seconds.
        delay: Seconds since it was sent.
        size: Bytes.
        keyframe: Whether it is a keyframe.
        level: Of its tier.
    """

    time: float
    delay: float
    size: int
    keyframe: bool
    level: int


class SimulatedViewer:
    """A viewer at the end of a simulated link.

    Args:
        simulation: Where it is.
        link: How it is connected.
        tiers: What it decodes, best first.
        decode_s: Seconds that decoding and showing takes.

    Attributes:
        viewer: The state machine at the server's end.
        shown: What it has shown.
        levels: (time, level) whenever that changed.
        hints: Bits per second of each hint to the program.
        cut: When and why it was cut off; None while it was not.
    """

    def __init__(
        self, simulation: Simulation, link: Link, tiers: tuple[Tier, ...] = (YUV444, YUV420), decode_s: float = 0.004
    ) -> None:
        self._simulation = simulation
        self._decode_s = decode_s
        self.link = link
        self.tier: Tier | None = None
        self.viewer = Viewer("v", simulation.now)
        self.shown: list[Shown] = []
        self.levels: list[tuple[float, int]] = []
        self.hints: list[float] = []
        self.cut: tuple[float, Close] | None = None
        hello = Hello(Capabilities(tiers, (PictureFormat.WEBP,)), View(1280, 720, 1280, 720, 1.0, visible=True))
        self.viewer.receive(hello, simulation.now)
        welcome = Welcome("v", "plot", "0", {}, "s" * 32)
        self.apply(self.viewer.accept(hello, welcome, (*tiers, WEBP), simulation.now))
        simulation.later(1.0, self._tick)

    def offer(self, chunk: Chunk) -> None:
        """A chunk is there."""
        self.apply(self.viewer.offer(chunk, self._simulation.now))

    def apply(self, effects: list[Effect]) -> None:
        """Carry out what the state machine asks for."""
        simulation = self._simulation
        for effect in effects:
            match effect:
                case SelectTier(tier, instead):
                    self.tier = simulation.subscribe(self, tier, instead)
                    self.viewer.given(self.tier)
                    self.levels.append((simulation.now, self.tier.level))
                case NeedPicture() if self.tier is not None:
                    simulation.tiers[self.tier].turns.request_keyframe()
                case SendChunk(chunk):
                    self._send(chunk)
                case Send(Ping(t)):
                    simulation.later(self.link.round_trip, partial(self._pong, t))
                case Advise(event):
                    self.hints.append(event.members["bitrate"])
                case Close():
                    self.cut = (simulation.now, effect)
                case _:
                    pass
        if self.tier is not None:
            simulation.tiers[self.tier].turns.set_room(self, self.viewer.report())

    def _send(self, chunk: Chunk) -> None:
        now = self._simulation.now
        arrival = self.link.arrival(len(chunk.message), now, self._simulation.chance)
        back = arrival + self._decode_s + self.link.round_trip / 2
        self._simulation.later(back - now, lambda: self._acknowledge(chunk, now))

    def _acknowledge(self, chunk: Chunk, sent: float) -> None:
        now, header = self._simulation.now, chunk.header
        level = 0 if chunk.tier is None else chunk.tier.level
        self.shown.append(Shown(now, now - sent, len(chunk.message), header.keyframe, level))
        if self.cut is None:
            self.apply(self.viewer.receive(Ack(header.sequence), now))

    def _pong(self, t: float) -> None:
        self.apply(self.viewer.receive(Pong(t), self._simulation.now))

    def _tick(self) -> None:
        now = self._simulation.now
        if self.cut is not None:
            return
        self.viewer.receive(Pong(0.0), now)
        self.apply(self.viewer.tick(now, {}))
        self._simulation.later(1.0, self._tick)

    # What came of it.

    def during(self, start: float, end: float) -> list[Shown]:
        """What was shown in that time."""
        return [one for one in self.shown if start <= one.time < end]

    def fps(self, start: float, end: float) -> float:
        """Pictures shown per second in that time."""
        return len(self.during(start, end)) / (end - start)

    def queueing(self, start: float, end: float, part: float = 0.95) -> float:
        """Seconds above the empty link's round trip that ``part`` of the pictures kept to."""
        floor = self.link.round_trip + self._decode_s
        delays = sorted(max(0.0, one.delay - floor) for one in self.during(start, end))
        return delays[min(len(delays) - 1, int(part * len(delays)))] if delays else 0.0

    def keyframe_share(self, start: float, end: float) -> float:
        """Part of the pictures shown that were keyframes."""
        shown = self.during(start, end)
        return sum(one.keyframe for one in shown) / max(1, len(shown))


class SimulatedTier:
    """One encoder: as large as the content wants, as small as the bitrate asks for."""

    def __init__(self, simulation: Simulation, tier: Tier) -> None:
        self._simulation = simulation
        self.tier = tier
        together = tier.level > 0 and tier.format.is_video
        self.turns: Turns[SimulatedViewer] = Turns(LEVELS[tier.level].max_fps, together=together)
        self.pictures = 0
        self.keyframes = 0
        self._stream = simulation.number()
        self._last: float | None = None
        self._interval = 1 / simulation.fps

    def run(self, version: int) -> bool:
        """Make a picture, if it is time for one. Returns whether it was."""
        now = self._simulation.now
        keyframe = self.turns.turn(version, now)
        if keyframe is None:
            return False
        keyframe = keyframe or not self.pictures or not self.tier.format.is_video
        bitrate = self.turns.bitrate(now)
        self.turns.pick(version, now)
        chunk = self._make(version, self._size(bitrate, now, keyframe), keyframe)
        self.turns.made(version, now, keyframe=keyframe)
        viewers = self.turns.viewers
        for viewer in viewers:
            self.turns.offered(viewer, now)
        for viewer in viewers:
            if self.turns.delivered(viewer):
                viewer.offer(chunk)
        return True

    def _size(self, bitrate: float | None, now: float, keyframe: bool) -> int:
        content = self._simulation.content
        if self._last is not None and now - self._last < 0.2:
            self._interval += 0.1 * (now - self._last - self._interval)
        self._last = now
        if not self.tier.format.is_video:
            return int(content.image * self._simulation.chance.uniform(0.8, 1.2))
        exact = self.tier.chroma is Chroma.RGB and bitrate is None
        wanted = (content.exact if exact else content.full) / LEVELS[self.tier.level].shrink ** 2
        wanted *= self._simulation.chance.uniform(0.8, 1.2) * (content.keyframe if keyframe else 1)
        if bitrate is not None:
            # A keyframe may take more than its part, which the rate control's buffer allows.
            wanted = min(wanted, bitrate / 8 * self._interval * (content.keyframe if keyframe else 1))
        return int(max(content.least, wanted))

    def _make(self, version: int, size: int, keyframe: bool) -> Chunk:
        self.pictures += 1
        self.keyframes += keyframe
        sequence = self._simulation.number()
        header = ChunkHeader(self.tier.format, keyframe, False, sequence, self._stream, 1280, 720, 1.0, version, 0)
        info = StreamInfo(self.tier.full, "model", 1280, 720, BT709, "model")
        return Chunk(header, pack_chunk(header, bytes(size)), info, 0.0, self.tier)


class Simulation:
    """A display whose picture changes ``fps`` times a second, and its viewers.

    Args:
        fps: Pictures per second.
        content: What they take.
        seed: Of all that is left to chance.
        max_tiers: Encoders at once, where viewers can share.

    Attributes:
        now: Virtual time, seconds.
        tiers: The encoders.
        playing: Whether the picture changes.
    """

    def __init__(self, *, fps: float = 30.0, content: Content | None = None, seed: int = 1, max_tiers: int = 3) -> None:
        self.now = 0.0
        self.fps = fps
        self.content = Content() if content is None else content
        self.chance = random.Random(seed)
        self.tiers: dict[Tier, SimulatedTier] = {}
        self.playing = True
        self._max_tiers = max_tiers
        self._version = 0
        self._counter = itertools.count(1)
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self.later(0.0, self._frame)

    def number(self) -> int:
        """The next number of a chunk or a stream."""
        return next(self._counter)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Call ``action`` in so many seconds."""
        heapq.heappush(self._events, (self.now + seconds, self.number(), action))

    def add(self, link: Link, tiers: tuple[Tier, ...] = (YUV444, YUV420)) -> SimulatedViewer:
        """A viewer comes."""
        return SimulatedViewer(self, link, tiers)

    def subscribe(self, viewer: SimulatedViewer, tier: Tier, instead: tuple[Tier, ...]) -> Tier:
        """As `Pipeline.subscribe`."""
        for other, worker in list(self.tiers.items()):
            worker.turns.leave(viewer)
            if not worker.turns.viewers:
                del self.tiers[other]
        if tier not in self.tiers and len(self.tiers) >= self._max_tiers:
            tier = next((other for other in instead if other in self.tiers), tier)
        self.tiers.setdefault(tier, SimulatedTier(self, tier)).turns.join(viewer)
        return tier

    def run(self, until: float) -> None:
        """Let time pass."""
        while self._events and self._events[0][0] <= until:
            self.now, _, action = heapq.heappop(self._events)
            action()
            self._encode()
        self.now = until

    def _frame(self) -> None:
        self._version += self.playing
        self.later(1 / self.fps, self._frame)

    def _encode(self) -> None:
        for worker in list(self.tiers.values()):
            while self._version and worker.run(self._version):
                pass
            due = worker.turns.due_in(self._version, self.now)
            if due is not None and due < 1 / self.fps:
                self.later(due, lambda: None)
