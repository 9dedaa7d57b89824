"""Many viewers, slow ones and stalled ones: what each of them gets.

    python -m benchmarks.load [stalled] [connections] [slow] [--seconds 20]

- ``stalled``: 20 viewers of a panned 720p plot, alone and beside one that has stopped reading, in turns.
- ``connections``: 200 viewers at once.
- ``slow``: one viewer behind 1 Mbit/s with 200 ms of round trip, while the plot is panned and then at rest.

The server is a process of its own, and so are the viewers; frames are rendered before anything is measured. Times are
from publishing to arrival, on one clock. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.background import running
from benchmarks.figure_server import FigureServer, figure_server
from rendercanvas_rfb.client import connect
from rendercanvas_rfb.errors import ConnectionClosed
from rendercanvas_rfb.testing import TcpProxy

WIDTH, HEIGHT, FPS = 1280, 720, 30.0
FAST_VIEWERS, MANY_VIEWERS = 20, 200
MANY_FPS = 5.0
"""Pictures per second for 200 viewers: 1000 messages a second, which Python's clients can take on a core."""

WARM_UP_S = 3.0
"""Seconds that nothing is counted: slow start, and the controllers, have found the link by then."""

SLOW_BYTES_PER_S, SLOW_ROUND_TRIP_S = 125_000, 0.2
STILL_TIMEOUT_S = 30.0
ROUNDS = 3


@dataclass
class Tally:
    """What one viewer got."""

    frames: int = 0
    bytes: int = 0
    ages_ms: list[float] = field(default_factory=list)


async def watch(url: str, tally: Tally) -> None:
    """Watch and count, until cancelled."""
    async with connect(url) as client:
        while True:
            header, payload = await client.next_chunk()
            tally.frames += 1
            tally.bytes += len(payload)
            tally.ages_ms.append(1000 * time.monotonic() - header.timestamp_us / 1000)


async def stall(url: str) -> None:
    """Watch a little, then read nothing any more, again and again."""
    while True:
        with suppress(ConnectionClosed, OSError):
            async with connect(url) as client:
                for _ in range(10):
                    await client.next_chunk()
                client._socket.transport.pause_reading()
                await client._socket.wait_closed()


def percentile(values: Sequence[float], part: float) -> float:
    """``part`` in percent."""
    return float(np.percentile(values, part)) if values else float("nan")


async def crowd(
    url: str, count: int, seconds: float, *others: Coroutine[Any, Any, object]
) -> tuple[list[Tally], float]:
    """What so many viewers get in that time; and the seconds that it was."""
    tallies = [Tally() for _ in range(count)]
    async with running(*(watch(url, tally) for tally in tallies), *others):
        while not all(tally.frames for tally in tallies):
            await asyncio.sleep(0.05)
        await asyncio.sleep(WARM_UP_S)
        for tally in tallies:
            tally.frames, tally.bytes = 0, 0
            tally.ages_ms.clear()
        started = time.monotonic()
        await asyncio.sleep(seconds)
        return tallies, time.monotonic() - started


def rates(tallies: Sequence[Tally], seconds: float) -> tuple[float, float]:
    """Mean pictures per second of a viewer, and the 95th percentile of the ages, ms."""
    fps = float(np.mean([tally.frames / seconds for tally in tallies]))
    return fps, percentile([age for tally in tallies for age in tally.ages_ms], 95)


async def stalled(server: FigureServer, seconds: float) -> list[str]:
    """One stalled viewer beside twenty, against twenty alone."""
    server.play(FPS)
    results: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    for _ in range(ROUNDS):
        for beside in (False, True):
            others = [stall(server.url)] if beside else []
            results[beside].append(rates(*await crowd(server.url, FAST_VIEWERS, seconds / ROUNDS, *others)))
    server.rest()
    means = {beside: np.mean(values, axis=0) for beside, values in results.items()}
    change = 100 * (means[True][0] / means[False][0] - 1)
    return [
        f"| {FAST_VIEWERS} viewers alone | {means[False][0]:.1f} fps, p95 {means[False][1]:.0f} ms |",
        f"| {FAST_VIEWERS} viewers beside a stalled one | {means[True][0]:.1f} fps, p95 {means[True][1]:.0f} ms |",
        f"| change of their frame rate | {change:+.1f} % |",
    ]


async def connections(server: FigureServer, seconds: float) -> list[str]:
    """Two hundred at once."""
    before = server.held()
    server.play(MANY_FPS)
    started = time.monotonic()
    connected: list[float] = []

    async def look() -> None:
        while server.viewers() < MANY_VIEWERS:
            await asyncio.sleep(0.1)
        connected.append(time.monotonic() - started)

    tallies, took = await crowd(server.url, MANY_VIEWERS, seconds, look())
    during = server.held()
    server.rest()
    frames = [tally.frames for tally in tallies]
    _, p95 = rates(tallies, took)
    least, median = min(frames) / took, np.median(frames) / took
    return [
        f"| {MANY_VIEWERS} connections, all connected after | {connected[0]:.1f} s |",
        f"| of {MANY_FPS:g} fps, what each got: least, median | {least:.1f}, {median:.1f} |",
        f"| pictures in all, p95 of their age | {sum(frames)}, {p95:.0f} ms |",
        f"| memory of the server before, with them | {before.memory_mb:.0f} MB, {during.memory_mb:.0f} MB |",
        f"| threads before, with them | {before.threads}, {during.threads} |",
    ]


async def slow(server: FigureServer, seconds: float) -> list[str]:
    """One viewer on a slow and long link."""
    async with TcpProxy("127.0.0.1", server.port) as proxy:
        proxy.to_client.bytes_per_s = SLOW_BYTES_PER_S
        proxy.set_round_trip(SLOW_ROUND_TRIP_S)
        server.play(FPS)
        started = time.monotonic()
        async with connect(f"http://127.0.0.1:{proxy.port}/plot/") as client:
            first, shown, ages = 0.0, set(), []
            while (now := time.monotonic()) < started + WARM_UP_S + seconds:
                picture = await client.next_picture()
                first = first or now - started
                if now >= started + WARM_UP_S:
                    shown.add(picture.header.frame)
                    ages.append(1000 * time.monotonic() - picture.header.timestamp_us / 1000)
            final = server.rest()
            rested = time.monotonic()
            with suppress(TimeoutError):
                async with asyncio.timeout(STILL_TIMEOUT_S):
                    while not np.array_equal(picture.pixels, final[..., :3]):
                        picture = await client.next_picture()
            exact = np.array_equal(picture.pixels, final[..., :3])
            waited = time.monotonic() - rested
    fps, p95 = len(shown) / seconds, percentile(ages, 95)
    still = f"after {waited:.1f} s" if exact else f"not within {STILL_TIMEOUT_S:g} s"
    return [
        f"| 1 Mbit/s, 200 ms: first picture | after {first:.1f} s |",
        f"| pictures while it is panned | {fps:.1f} fps, p95 of their age {p95:.0f} ms |",
        f"| exact at rest | {still} |",
    ]


PARTS = {"stalled": stalled, "connections": connections, "slow": slow}


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; all by default")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each measurement")
    parser.add_argument("--scene", default="lines", help="what is panned: lines, scatter, heatmap, mesh")
    options = parser.parse_args()
    print("| what | figure |\n| --- | --- |")
    for part in options.parts or PARTS:
        with figure_server(options.scene, WIDTH, HEIGHT) as server:
            print("\n".join(asyncio.run(PARTS[part](server, options.seconds))), flush=True)


if __name__ == "__main__":
    main()
