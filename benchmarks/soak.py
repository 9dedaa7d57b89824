"""Hours in minutes: viewers that come, stall, break off and resize, all the time, and what is left of them in the end.

    python benchmarks/soak.py [--minutes 20] [--viewers 20] [--seed 0]

A server in a process of its own shows a picture that stands still, though it is published thirty times a second, and
one that always changes. A crowd of viewers behaves badly at random, while one behaves well and measures how old a
picture is when it arrives. After the first minute and at the end the crowd is sent away, and the server's memory,
threads and file descriptors are read from ``/proc`` (Linux only) once it is quiet. The command fails where they have
grown: memory by more than 5 %, threads or descriptors at all.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import multiprocessing
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

import numpy as np

from rendercanvas_rfb import serve
from rendercanvas_rfb.client import Client, connect, view_of
from rendercanvas_rfb.errors import ConnectionClosed
from rendercanvas_rfb.testing.patterns import line_plot

SIZE = (640, 360)
FPS = 30.0
FIRST_PHASE_S = 60.0
MAX_GROWTH = 1.05
QUIET_TIMEOUT_S = 30.0
"""Longest that the server may take to notice that everybody has gone: half-open viewers are given up after 10 s."""

SETTLING_S = 5.0
"""After the last viewer, for threads to end and memory to be freed."""


@dataclass(frozen=True)
class Sample:
    """What the server holds when nobody watches, and how old pictures were when they arrived, in ms."""

    memory_mb: float
    threads: int
    descriptors: int
    latency_ms: float

    def __str__(self) -> str:
        return (
            f"{self.memory_mb:8.1f} MB  {self.threads:3} threads  {self.descriptors:4} descriptors"
            f"  {self.latency_ms:6.1f} ms from drawing to arrival (median)"
        )


def serve_both(pipe: Connection) -> None:
    """The server's process: send the addresses, then publish until something comes back."""
    width, height = SIZE
    moving = [np.ascontiguousarray(line_plot(width, height, 3.0 * step)[..., :3]) for step in range(30)]
    with serve(width, height, port=0, name="static") as static, serve(width, height, port=0, name="busy") as busy:
        pipe.send((static.url, busy.url))
        due, number = time.monotonic(), 0
        while not pipe.poll():
            static.publish(moving[0])
            busy.publish(moving[number % len(moving)])
            static.poll_events()
            busy.poll_events()
            number += 1
            if number % 900 == 0:
                gc.collect()
            due = max(due + 1 / FPS, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))


class Crowd:
    """Viewers that behave badly.

    Args:
        urls: Where to watch.
        random: Decides what they do.
    """

    def __init__(self, urls: tuple[str, ...], random: Random) -> None:
        self._urls = urls
        self._random = random
        self.visits = 0
        self.refused = 0

    async def visit_for_ever(self) -> None:
        """One viewer after the other."""
        while True:
            try:
                await self._visit()
            except ConnectionClosed:
                self.refused += 1
            except OSError:
                await asyncio.sleep(0.1)

    async def _visit(self) -> None:
        random = self._random
        video = {} if random.random() < 0.8 else {"video": ()}
        view = view_of(random.randint(200, 900), random.randint(150, 700), pixel_ratio=random.choice((1, 2)))
        async with connect(random.choice(self._urls), view=view, **video) as client:
            self.visits += 1
            for _ in range(random.randint(1, 6)):
                await self._act(client)
            if random.random() < 0.3:
                # No goodbye, as when a laptop is closed.
                client._socket.transport.abort()

    async def _act(self, client: Client) -> None:
        random = self._random
        match random.randrange(5):
            case 0 | 1:
                await _watch(client, random.uniform(0.2, 3.0))
            case 2:  # It takes what comes and acknowledges nothing, as a page that hangs.
                await _watch(client, random.uniform(0.2, 5.0), acknowledge=False)
            case 3:
                width, height = random.randint(100, 900), random.randint(100, 700)
                await client.set_view(view_of(width, height, visible=random.random() < 0.8))
            case _:
                await client.send_event("pointer_down", x=5.0, y=5.0, button=1, buttons=(1,))
                await client.send_event("key_down", key="a")


async def _watch(client: Client, seconds: float, *, acknowledge: bool = True) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                await client.next_chunk(acknowledge=acknowledge)


async def measure_latency(url: str, ages: list[float]) -> None:
    """Watch, and note how old each picture is when it arrives, in ms."""
    async with connect(url) as client:
        while True:
            header, _ = await client.next_chunk()
            ages.append(1000 * time.monotonic() - header.timestamp_us / 1000)


@asynccontextmanager
async def running(*coroutines: object) -> AsyncIterator[None]:
    """Run them until the block ends."""
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for error in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(error, Exception):
                raise error


async def phase(crowd: Crowd, urls: tuple[str, str], viewers: int, seconds: float, process: int) -> Sample:
    """Let the crowd in for so long, then see what is left of it."""
    ages: list[float] = []
    async with running(measure_latency(urls[1], ages), *(crowd.visit_for_ever() for _ in range(viewers))):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            print(f"\r{left:6.0f} s left, {crowd.visits} visits ", end="", file=sys.stderr, flush=True)
            await asyncio.sleep(min(1.0, left))
    await until_quiet(process)
    return sample(process, float(np.median(ages)))


async def until_quiet(process: int) -> None:
    """Wait until the server has no connection any more."""
    deadline = time.monotonic() + QUIET_TIMEOUT_S
    before = -1
    while (count := len(os.listdir(f"/proc/{process}/fd"))) != before and time.monotonic() < deadline:
        before = count
        await asyncio.sleep(SETTLING_S)


def sample(process: int, latency_ms: float) -> Sample:
    """Read the server's memory, threads and descriptors."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    memory_mb = int(status["VmRSS"].split()[0]) / 1024
    return Sample(memory_mb, int(status["Threads"]), len(os.listdir(f"/proc/{process}/fd")), latency_ms)


async def soak(minutes: float, viewers: int, seed: int) -> bool:
    """Soak, and say whether nothing was left behind."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve_both, args=(there,))
    server.start()
    try:
        urls = await asyncio.to_thread(here.recv)
        assert server.pid is not None
        crowd = Crowd(urls, Random(seed))
        first = await phase(crowd, urls, viewers, FIRST_PHASE_S, server.pid)
        print(f"\rafter the first minute: {first}")
        last = await phase(crowd, urls, viewers, max(60 * minutes - FIRST_PHASE_S, FIRST_PHASE_S), server.pid)
        print(f"\rat the end:             {last}")
        print(f"{crowd.visits} visits, {crowd.refused} of them ended by the server; seed {seed}")
    finally:
        here.send(None)
        server.join()
    grown = [
        name
        for name, has_grown in (
            ("memory", last.memory_mb > MAX_GROWTH * first.memory_mb),
            ("threads", last.threads > first.threads),
            ("descriptors", last.descriptors > first.descriptors),
        )
        if has_grown
    ]
    print(f"grown: {', '.join(grown)}" if grown else "nothing has grown")
    return not grown


def main() -> None:
    """Read the command line, and soak."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    sys.exit(0 if asyncio.run(soak(options.minutes, options.viewers, options.seed)) else 1)


if __name__ == "__main__":
    main()
