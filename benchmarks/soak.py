"""Hours in minutes: viewers that come, stall, break off and resize, all the time, and what is left of them in the end.

    python -m benchmarks.soak [--minutes 20] [--viewers 20] [--seed 0]

``rendercanvas-rfb run`` shows two figures: one that stands still, and one that always changes. A crowd of viewers
behaves badly at random, while one behaves well and measures how old a picture is when it arrives. After the first
minute and at the end the crowd is sent away, the figures get back the size that they began with, and memory, threads
and file descriptors of the process are read from ``/proc`` (Linux only) once it is quiet. The command fails where they
have grown: memory by more than 5 %, threads or descriptors at all.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np

from benchmarks.background import running
from benchmarks.held import Held, held_by
from rendercanvas_rfb.client import Client, connect, view_of
from rendercanvas_rfb.errors import ConnectionClosed

FIGURES = Path(__file__).parent / "soak_figures.py"
SIZE = (640, 360)
FIRST_PHASE_S = 60.0
MAX_GROWTH = 1.05
QUIET_TIMEOUT_S = 30.0
"""Longest that the server may take to notice that everybody has gone: half-open viewers are given up after 10 s."""

SETTLING_S = 5.0
"""After the last viewer, for threads to end and memory to be freed."""


@dataclass(frozen=True)
class Sample:
    """What the server holds when nobody watches, and how old pictures were when they arrived, in ms."""

    held: Held
    latency_ms: float

    def __str__(self) -> str:
        return f"{self.held}, {self.latency_ms:.1f} ms from drawing to arrival (median)"


@asynccontextmanager
async def figures() -> AsyncIterator[tuple[int, tuple[str, str]]]:
    """Show both figures, as a user does: the process' number, and their addresses."""
    command = [sys.executable, "-m", "rendercanvas_rfb", "run", "--port", "0", str(FIGURES)]
    server = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    assert server.stderr is not None
    urls: list[str] = []
    while len(urls) < 2:
        line = (await server.stderr.readline()).decode()
        if not line:
            raise SystemExit(f"{FIGURES.name} ended with code {await server.wait()}")
        urls += re.findall(r"is at (\S+)", line)
    try:
        async with running(_pass_on(server.stderr)):
            yield server.pid, (urls[0], urls[1])
    finally:
        server.terminate()
        await server.wait()


async def _pass_on(log: asyncio.StreamReader) -> None:
    while line := await log.readline():
        sys.stderr.buffer.write(line)


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


async def phase(crowd: Crowd, urls: tuple[str, str], viewers: int, seconds: float, process: int) -> Sample:
    """Let the crowd in for so long, then see what is left of it."""
    ages: list[float] = []
    async with running(measure_latency(urls[1], ages), *(crowd.visit_for_ever() for _ in range(viewers))):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            print(f"\r{left:6.0f} s left, {crowd.visits} visits ", end="", file=sys.stderr, flush=True)
            await asyncio.sleep(min(1.0, left))
    for url in urls:
        await give_back_the_size(url)
    return Sample(await held_when_quiet(process), float(np.median(ages)))


async def give_back_the_size(url: str) -> None:
    """Be the viewer who has the control, until the figure has the size that it began with."""
    async with asyncio.timeout(QUIET_TIMEOUT_S), connect(url, view=view_of(*SIZE)) as client:
        while True:
            header, _ = await client.next_chunk()
            if (header.width, header.height) == SIZE:
                return


async def held_when_quiet(process: int) -> Held:
    """Wait until the server has no connection any more, and read what it holds."""
    deadline = time.monotonic() + QUIET_TIMEOUT_S
    held = held_by(process)
    while True:
        await asyncio.sleep(SETTLING_S)
        before, held = held, held_by(process)
        if held.descriptors == before.descriptors or time.monotonic() > deadline:
            return held


async def soak(minutes: float, viewers: int, seed: int) -> bool:
    """Soak, and say whether nothing was left behind."""
    async with figures() as (process, urls):
        crowd = Crowd(urls, Random(seed))
        first = await phase(crowd, urls, viewers, FIRST_PHASE_S, process)
        print(f"\rafter the first minute: {first}", flush=True)
        last = await phase(crowd, urls, viewers, max(60 * minutes - FIRST_PHASE_S, FIRST_PHASE_S), process)
        print(f"\rat the end: {last}")
        print(f"{crowd.visits} visits, {crowd.refused} of them ended by the server; seed {seed}")
    grown = what_has_grown(first.held, last.held)
    print(f"grown: {', '.join(grown)}" if grown else "nothing has grown")
    return not grown


def what_has_grown(first: Held, last: Held) -> list[str]:
    """What there is more of than there was, by name."""
    has_grown = {
        "memory": last.memory_mb > MAX_GROWTH * first.memory_mb,
        "threads": last.threads > first.threads,
        "descriptors": last.descriptors > first.descriptors,
    }
    return [name for name, grown in has_grown.items() if grown]


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
