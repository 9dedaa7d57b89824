"""What is measured, each of one system in one round: a function from a system to named numbers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from decoding import fidelity
from photon import input_to_photon
from processes import LinkProgram, ServerProgram, ViewersProgram
from stored import stored_frames
from viewers import Arrival, Log

WARM_UP_S = 2.0
"""The first keyframe, caches, and what a system finds out about its viewer."""

Numbers = dict[str, float]


@dataclass(frozen=True, slots=True)
class Timed:
    """What happened between two moments of a measurement."""

    started_at: float
    ended_at: float
    cpu_s: float

    def arrivals(self, log: Log) -> list[Arrival]:
        """The frames that came in between."""
        return [arrival for arrival in log.arrivals if self.started_at <= arrival.at < self.ended_at]

    def fps(self, log: Log) -> float:
        """Frames per second that came in between."""
        return len(self.arrivals(log)) / (self.ended_at - self.started_at)

    def bytes(self, log: Log) -> int:
        """Bytes that came in between, frames or not."""
        times = [at for at, _ in log.received_bytes]
        counts = [count for _, count in log.received_bytes]
        first, last = np.interp([self.started_at, self.ended_at], times, counts)
        return int(last - first)


def measure(server: ServerProgram, seconds: float) -> Timed:
    """Wait, and note the time and the processor time of the server."""
    started_at, cpu_s = time.monotonic(), server.cpu_s()
    time.sleep(seconds)
    return Timed(started_at, time.monotonic(), server.cpu_s() - cpu_s)


def stream(system: str, scene: str, size: str, seconds: float) -> Numbers:
    """Bytes, fidelity and processor time of a frame at 30 frames a second, one viewer."""
    path = stored_frames(scene, size)
    with ServerProgram(system, path) as server:
        viewers = ViewersProgram(system, server.url)
        server.tell("play 30")
        time.sleep(WARM_UP_S)
        timed = measure(server, seconds)
        (log,) = viewers.finish()
    arrivals = timed.arrivals(log)
    return {
        "kB": timed.bytes(log) / len(arrivals) / 1000,
        **fidelity(log.arrivals, np.load(path), len(arrivals)),
        "ms CPU": 1000 * timed.cpu_s / len(arrivals),
        "fps": timed.fps(log),
        "keyframes %": keyframe_share(arrivals),
    }


def many_viewers(system: str, size: str, seconds: float, count: int = 16) -> Numbers:
    """Processor time of 16 viewers over that of one, at 15 frames a second, and what the slowest of them gets."""
    with ServerProgram(system, stored_frames("lines", size)) as server:
        server.tell("play 15")
        first = ViewersProgram(system, server.url)
        time.sleep(WARM_UP_S)
        one = measure(server, seconds)
        others = ViewersProgram(system, server.url, count - 1)
        time.sleep(WARM_UP_S)
        all_of_them = measure(server, seconds)
        logs = [*others.finish(), *first.finish()]
    cpu = [timed.cpu_s / (timed.ended_at - timed.started_at) for timed in (one, all_of_them)]
    return {
        "CPU ratio": cpu[1] / cpu[0],
        "CPU % with 1": 100 * cpu[0],
        "CPU % with all": 100 * cpu[1],
        "slowest fps": min(all_of_them.fps(log) for log in logs),
    }


def unthrottled(system: str, size: str, seconds: float, ceiling_fps: float = 400) -> Numbers:
    """Frames per second that come where more are published than anybody takes."""
    with ServerProgram(system, stored_frames("lines", size)) as server:
        viewers = ViewersProgram(system, server.url)
        server.tell(f"play {ceiling_fps}")
        time.sleep(WARM_UP_S)
        timed = measure(server, seconds)
        (log,) = viewers.finish()
    return {"fps": timed.fps(log)}


def over_link(system: str, round_trip_ms: float, mbit_per_s: float | None, seconds: float) -> Numbers:
    """The panned plot at 30 frames a second over a link."""
    path = stored_frames("lines", "1280x720")
    bytes_per_s = None if mbit_per_s is None else mbit_per_s * 1e6 / 8
    with (
        ServerProgram(system, path) as server,
        LinkProgram(server.url, round_trip_ms / 1000, bytes_per_s) as link,
    ):
        viewers = ViewersProgram(system, link.url)
        server.tell("play 30")
        time.sleep(2 * WARM_UP_S)  # What adapts to a link gets the time for it.
        timed = measure(server, seconds)
        (log,) = viewers.finish()
    arrivals = timed.arrivals(log)
    if not arrivals:
        return {"fps": 0.0}
    return {
        "fps": timed.fps(log),
        **fidelity(log.arrivals, np.load(path), len(arrivals)),
        "keyframes %": keyframe_share(arrivals),
        "queued p95 ms": queueing_ms(log.arrivals, arrivals),
    }


def static(system: str, seconds: float) -> Numbers:
    """A figure that is drawn 30 times a second and never changes, after it has settled."""
    with ServerProgram(system, stored_frames("lines", "1280x720")) as server:
        server.tell("hold")
        idle = measure(server, seconds)
        viewers = ViewersProgram(system, server.url)
        time.sleep(3 * WARM_UP_S)
        timed = measure(server, seconds)
        (log,) = viewers.finish()
    return {
        "bytes/s": timed.bytes(log) / (timed.ended_at - timed.started_at),
        "fps": timed.fps(log),
        "CPU %": 100 * timed.cpu_s / (timed.ended_at - timed.started_at),
        "of it without a viewer %": 100 * idle.cpu_s / (idle.ended_at - idle.started_at),
    }


def first_picture(system: str, playing: bool, times: int = 5) -> Numbers:
    """From the open socket of a newcomer to its first whole picture, the median; another viewer is there already."""
    with ServerProgram(system, stored_frames("lines", "1280x720")) as server:
        server.tell("play 30")
        first = ViewersProgram(system, server.url)
        time.sleep(WARM_UP_S)
        if not playing:
            server.tell("pause")
            time.sleep(WARM_UP_S)
        before = time.monotonic()
        waits = []
        for _ in range(times):
            newcomer = ViewersProgram(system, server.url)
            time.sleep(0.5)
            (log,) = newcomer.finish()
            waits.append(log.arrivals[0].at - log.opened_at if log.arrivals else np.inf)
        (watching,) = first.finish()
    keyframes = sum(arrival.keyframe for arrival in watching.arrivals if arrival.at > before)
    return {"ms": 1000 * float(np.median(waits)), "keyframes of the other per newcomer": keyframes / times}


def memory(system: str, seconds: float, count: int = 16) -> Numbers:
    """Resident memory for each further viewer."""
    with ServerProgram(system, stored_frames("lines", "1280x720")) as server:
        server.tell("play 15")
        first = ViewersProgram(system, server.url)
        time.sleep(seconds)
        with_one = server.resident_bytes()
        others = ViewersProgram(system, server.url, count)
        time.sleep(seconds)
        with_all = server.resident_bytes()
        for viewers in (others, first):
            viewers.finish()
    return {"MB": (with_all - with_one) / count / 1e6}


def keyframe_share(arrivals: list[Arrival]) -> float:
    """Per cent."""
    return 100 * sum(arrival.keyframe for arrival in arrivals) / len(arrivals)


def queueing_ms(every: list[Arrival], measured: list[Arrival]) -> float:
    """How much later than the fastest frame of the connection the frames came, 95th percentile.

    The fastest one has met no queue: it took the encoder's time, its own bytes' and half the round trip.
    """
    floor = min(arrival.at - arrival.stamp for arrival in every)
    return 1000 * float(np.quantile([arrival.at - arrival.stamp - floor for arrival in measured], 0.95))


LINKS: dict[str, tuple[float, float | None]] = {
    "200 ms": (200, None),
    "100 ms": (100, None),
    "20 ms, 20 Mbit/s": (20, 20),
    "20 ms, 5 Mbit/s": (20, 5),
    "50 ms, 2 Mbit/s": (50, 2),
}
"""Round trip, milliseconds, and bandwidth, megabits per second."""

ALL = ("ours", "pdum", "http")
ADAPTING = ("ours", "pdum", "pdum-adaptive", "http")
WITH_JPEG = ("ours", "pdum", "pdum-jpeg", "http")

Row = tuple[str, tuple[str, ...], Callable[[str, float], Numbers]]
"""A title, the systems that are measured, and what measures one of them for so many seconds."""


def rows() -> dict[str, Row]:
    """All of them by the names that the command line gives them."""
    table: dict[str, Row] = {}
    for scene in ("lines", "heatmap", "mesh", "scatter"):
        title = f"{scene}, 1280x720, 30 fps"
        table[scene] = (title, WITH_JPEG, lambda system, s, scene=scene: stream(system, scene, "1280x720", s))
    table["cpu-1080p"] = ("lines, 1920x1080, 30 fps", ALL, lambda system, s: stream(system, "lines", "1920x1080", s))
    table["viewers"] = ("16 viewers over 1, 15 fps", ALL, lambda system, s: many_viewers(system, "1280x720", s))
    for name, size in (("720p", "1280x720"), ("1080p", "1920x1080")):
        title = f"unthrottled, {size}"
        table[f"fps-{name}"] = (title, ALL, lambda system, s, size=size: unthrottled(system, size, s))
    for name, link in LINKS.items():
        key = "link-" + name.replace(" ", "").replace(",", "-").replace("/", "")
        table[key] = (
            f"link of {name}",
            ADAPTING,
            lambda system, s, link=link: over_link(system, *link, seconds=1.5 * s),
        )
    table["static"] = ("static figure", ALL, static)
    table["first-paused"] = ("first picture, paused", WITH_JPEG, lambda system, _: first_picture(system, False))
    table["first-playing"] = ("first picture, playing", WITH_JPEG, lambda system, _: first_picture(system, True))
    for name, tuned in (("photon", False), ("photon-tuned", True)):
        title = f"input to photon, {'tuned' if tuned else 'at defaults'}"
        table[name] = (title, ALL, lambda system, s, tuned=tuned: input_to_photon(system, int(8 * s), tuned))
    table["memory"] = ("memory per further viewer", ALL, memory)
    return table
