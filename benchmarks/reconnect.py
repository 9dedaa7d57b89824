"""How long a page takes to show the present picture once a broken path is usable again, and how soon a loss is noticed.

    python -m benchmarks.reconnect [--cuts 100] [--restarts 10] [--half-open 10] [--seed 0]

A page in a real Chromium watches a display through a proxy, with the browser's own client.

- Cuts: at a random moment all connections are reset, and for a random time up to 2 s each new one is too. The time is
  from the end of that to a picture on the page that was published after it, with the right colour.
- Restarts: the server is stopped, and another one started on its port. The time is from when it listens.
- Half-open connections: nothing passes any more, not even their end. How long the page takes to show pictures over
  another connection, and, with Python viewers that do not come back, how long the server counts them.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from random import Random

import numpy as np

from rendercanvas_rfb.cli.bench_latency import ELEMENT, Page, chromium_path, opened_page
from rendercanvas_rfb.client import connect
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.server import Server
from rendercanvas_rfb.testing import TcpProxy

SIZE = (640, 480)
PERIOD_S = 0.05
"""Seconds between two pictures: less than what is measured."""

MAX_OUTAGE_S = 2.0
RESET_EVERY_S = 0.01
"""Seconds between two resets while the path is broken: no connection lives long enough to bring anything."""

MOMENTS_S = (0.3, 4.0)
"""Seconds between a recovery and the next cut: while the stream begins, and once the connection counts as good."""

TOLERANCE = 6
"""Of 255: what lossy video may differ."""

SHOWN = """
new Promise((done) => {
  const source = %s;
  const copy = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const look = () => {
    const view = document.querySelector('rfb-view').view;
    if (view.status !== 'connected' || !(view.frame?.frame >= %d)) return setTimeout(look, 4);
    copy.drawImage(source, Math.floor(source.width / 2), Math.floor(source.height / 2), 1, 1, 0, 0, 1, 1);
    done(`${view.frame.frame} ${copy.getImageData(0, 0, 1, 1).data[0]}`);
  };
  look();
})
"""
"""The number and the grey of a picture that the page shows, once it is connected and that is no older than a number."""


class Film:
    """Pictures in one grey each, by which the page can be told whether it shows the right one."""

    def __init__(self, server: Server) -> None:
        self.display: Display = server.add("plot")
        self.greys: dict[int, int] = {}

    async def play(self) -> None:
        """Publish until cancelled."""
        step = 0
        while True:
            step += 1
            self.publish(40 + step * 37 % 180)
            await asyncio.sleep(PERIOD_S)

    def publish(self, grey: int) -> int:
        """Another picture; returns its number."""
        version = self.display.publish(np.full((*SIZE[::-1], 3), grey, np.uint8))
        self.greys[version] = grey
        return version


async def shown(page: Page, film: Film) -> None:
    """Wait until the page shows, rightly, a picture that is published from now on."""
    latest = film.display.latest
    number = 1 if latest is None else latest.version + 1
    while True:
        version, grey = map(int, str(await page.evaluate(SHOWN % (ELEMENT, number))).split())
        # What is read may be a picture later than what was said to be shown.
        later = [film.greys[n] for n in range(version, version + 4) if n in film.greys]
        if any(abs(grey - right) <= TOLERANCE for right in later):
            return
        await asyncio.sleep(0.004)


async def cuts(page: Page, film: Film, proxy: TcpProxy, count: int, random: Random) -> list[float]:
    """Seconds from each time that the path is usable again."""
    times = []
    for _ in range(count):
        await asyncio.sleep(random.uniform(*MOMENTS_S))
        end = time.monotonic() + random.uniform(0, MAX_OUTAGE_S)
        proxy.reset()
        while time.monotonic() < end:
            proxy.reset()
            await asyncio.sleep(RESET_EVERY_S)
        started = time.monotonic()
        await shown(page, film)
        times.append(time.monotonic() - started)
    return times


async def half_open(page: Page, film: Film, proxy: TcpProxy, count: int) -> list[float]:
    """Seconds from each time that the connection is abandoned, to a picture over another one."""
    times = []
    for _ in range(count):
        await asyncio.sleep(MOMENTS_S[1])
        started = time.monotonic()
        proxy.half_open()
        await asyncio.sleep(0.5)  # What was on its way has arrived.
        await shown(page, film)
        times.append(time.monotonic() - started)
        proxy.reset()
    return times


async def ghosts(server: Server, count: int) -> list[float]:
    """Seconds for which the server counts viewers that it cannot reach any more."""
    display = server.add("ghosts")
    display.publish(np.zeros((64, 64), np.uint8))
    times: list[float] = []
    async with TcpProxy("127.0.0.1", server.port) as proxy, AsyncExitStack() as stack:
        for _ in range(count):
            client = await stack.enter_async_context(connect(f"http://127.0.0.1:{proxy.port}/ghosts/"))
            await client.next_chunk()
            # So that they are not all lost at the same moment of the server's clock.
            await asyncio.sleep(1 / count)
        started = time.monotonic()
        proxy.half_open()
        while len(times) < count:
            gone = count - display.state["viewers"]
            times += [time.monotonic() - started] * (gone - len(times))
            await asyncio.sleep(0.01)
        proxy.reset()
        stack.pop_all()
    return times


async def restarts(page: Page, server: Server, film: Film, count: int) -> tuple[list[float], Server]:
    """Seconds from each time that another server listens on the port; and the last one."""
    times, port = [], server.port
    for _ in range(count):
        await asyncio.sleep(MOMENTS_S[1])
        await asyncio.to_thread(server.stop)
        await asyncio.sleep(0.5)
        server = Server(port=port)
        server.start()
        film.display, film.greys = server.add("plot"), {}
        started = time.monotonic()
        await shown(page, film)
        times.append(time.monotonic() - started)
    return times, server


def row(what: str, times: Sequence[float]) -> str:
    """A line of the table."""
    median, p95, most = np.median(times), np.quantile(times, 0.95), max(times)
    return f"| {what} | {len(times)} | {median:.2f} s | {p95:.2f} s | {most:.2f} s |"


async def measure(options: argparse.Namespace) -> None:
    """Measure, and print a line for each."""
    chromium = chromium_path()
    if chromium is None:
        raise SystemExit("no Chromium: set CHROMIUM to its path, or install it")
    print("| what | times | median | p95 | most |\n| --- | --- | --- | --- | --- |", flush=True)
    server = Server(port=0)
    server.start()
    film = Film(server)
    playing = asyncio.create_task(film.play())
    try:
        if options.half_open:
            times = await ghosts(server, options.half_open)
            print(row("half-open: until the server counts the viewer out", times), flush=True)
        async with (
            TcpProxy("127.0.0.1", server.port) as proxy,
            opened_page(chromium, f"http://127.0.0.1:{proxy.port}/plot/", SIZE) as page,
        ):
            await shown(page, film)
            if options.cuts:
                times = await cuts(page, film, proxy, options.cuts, Random(options.seed))
                print(row("cut: until the present picture is shown", times), flush=True)
            if options.half_open:
                times = await half_open(page, film, proxy, options.half_open)
                print(row("half-open: until the page shows the present picture", times), flush=True)
            if options.restarts:
                times, server = await restarts(page, server, film, options.restarts)
                print(row("restart of the server: until the present picture is shown", times), flush=True)
    finally:
        playing.cancel()
        server.stop()


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cuts", type=int, default=100)
    parser.add_argument("--restarts", type=int, default=10)
    parser.add_argument("--half-open", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
