"""Measures what it takes to keep a line in a page up to date: polled, as data, and as a stream.

    python -m benchmarks.push_or_poll [--points 1e4,1e5,1e6,1e7] [--updates 5] [--timeout 60] [--way NAME ...]

All values of a line change, from the upper half of its axes to the lower one and back. For each way and number of
points, in a real Chromium and with a server of its own:

- ``latency``: from the change to the first picture on the screen that has it, by the time that Chromium's screen
  recorder gives; median and largest.
- ``a change each s``: without the recorder, once a second or as often as it keeps up with. Bytes both ways for each of
  these changes, and processor time, of the server process and of all processes of Chromium.
- the same while nothing changes; 100 % is one core.

Linux only. Run it in the environment of ``nox -s tests_apps``, with nothing else running.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from benchmarks.push_or_poll.screen import Screen, chromium_s, process_s
from benchmarks.push_or_poll.ways import HEIGHT, WAYS, WIDTH
from benchmarks.rerun_cost import Relay

CALM_S = 4.0
"""Until what is at rest is refined, and a page that was loaded is done."""

IDLE_S = 5.0
"""Seconds over which nothing changes."""

SHORTEST_PAUSE_S = 1.0
"""Between two changes, when processor time is counted."""

LONG_PAUSE_S, FEW_UPDATES = 5.0, 2
"""Where changes take that long, fewer are counted, so that the command ends in minutes."""

COLUMNS = (
    "way", "points", "first picture s", "latency ms", "a change each s", "kB each", "server ms each", "browser ms each",
    "at rest kB/s", "server %", "browser %",
)  # fmt: skip


class ChangingServer:
    """A way as a process."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self._process = process
        self.url = url

    async def change(self) -> float:
        """Have all values change; the time at which they did, in seconds since the epoch."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(await asyncio.to_thread(_line, self._process))

    def processor_s(self) -> float:
        """Its processor time so far."""
        return process_s(self._process.pid)


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    if line := process.stdout.readline().strip():
        return line
    raise RuntimeError(f"the server has ended with {process.wait()}")


@contextmanager
def serving(way: str, points: int) -> Iterator[ChangingServer]:
    """Run a way's server."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.push_or_poll.ways", way, str(points)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield ChangingServer(process, _line(process))
    finally:
        process.kill()
        process.wait()


@dataclass(frozen=True, slots=True)
class Sample:
    """Readings that only grow."""

    bytes: int
    server_s: float
    browser_s: float

    @classmethod
    def now(cls, relay: Relay, server: ChangingServer) -> Sample:
        """The present ones."""
        return cls(relay.bytes, server.processor_s(), chromium_s())

    def since(self, before: Sample) -> Sample:
        """What has come since then."""
        return Sample(self.bytes - before.bytes, self.server_s - before.server_s, self.browser_s - before.browser_s)


async def measure(browser: Browser, way: str, points: int, updates: int, timeout_s: float) -> list[str]:
    """The cells of one row, after the first two."""
    with serving(way, points) as server:
        address = urlsplit(server.url)
        relay = Relay(address.port or 80)
        async with await asyncio.start_server(relay.hand_on, "127.0.0.1", 0) as listener:
            page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.set_default_timeout(1000 * timeout_s)
            port = listener.sockets[0].getsockname()[1]
            try:
                url = address._replace(netloc=f"127.0.0.1:{port}").geturl()
                return await _look(page, url, server, relay, updates, timeout_s)
            finally:
                await page.close()


async def _look(
    page: Page, url: str, server: ChangingServer, relay: Relay, updates: int, timeout_s: float
) -> list[str]:
    screen = Screen(await page.context.new_cdp_session(page))
    await screen.start(WIDTH // 2, HEIGHT // 2)
    began = await page.evaluate("Date.now() / 1000")
    cells: list[str] = []
    try:
        await page.goto(url, wait_until="commit")
        cells.append(f"{await screen.until(True, timeout_s=timeout_s) - began:.1f}")
        await asyncio.sleep(CALM_S)
        latencies = []
        for number in range(updates):
            changed = await server.change()
            latencies.append(await screen.until(number % 2 == 1, timeout_s=timeout_s) - changed)
    except (TimeoutError, PlaywrightTimeoutError):
        return [*cells, f"none within {timeout_s:g} s"]
    except PlaywrightError as error:
        return [*cells, str(error).splitlines()[0]]
    await screen.stop()
    median = statistics.median(latencies)
    cells.append(f"{1000 * median:.0f} (≤ {1000 * max(latencies):.0f})")
    await asyncio.sleep(CALM_S)

    pause_s = max(SHORTEST_PAUSE_S, 1.5 * max(latencies))
    updates = updates if pause_s < LONG_PAUSE_S else min(updates, FEW_UPDATES)
    before = Sample.now(relay, server)
    for _ in range(updates):
        await server.change()
        await asyncio.sleep(pause_s)
    each = Sample.now(relay, server).since(before)
    cells += [f"{pause_s:.1f}", f"{each.bytes / 1000 / updates:.1f}"]
    cells += [f"{1000 * seconds / updates:.0f}" for seconds in (each.server_s, each.browser_s)]
    await asyncio.sleep(CALM_S)
    before = Sample.now(relay, server)
    await asyncio.sleep(IDLE_S)
    rest = Sample.now(relay, server).since(before)
    cells += [f"{rest.bytes / 1000 / IDLE_S:.1f}"]
    return cells + [f"{100 * seconds / IDLE_S:.0f}" for seconds in (rest.server_s, rest.browser_s)]


async def run(ways: list[str], points: list[int], updates: int, timeout_s: float) -> None:
    """Print the table, row by row."""
    print(f"| {' | '.join(COLUMNS)} |")
    print("| --- " * len(COLUMNS) + "|")
    async with async_playwright() as playwright:
        for count in points:
            for way in ways:
                # WebGL without a GPU, for Plotly.js; the same for all.
                browser = await playwright.chromium.launch(
                    executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
                    args=["--no-sandbox", "--enable-unsafe-swiftshader"],
                )
                try:
                    cells = await measure(browser, way, count, updates, timeout_s)
                except RuntimeError as error:
                    cells = [str(error)]
                cells += [""] * (len(COLUMNS) - 2 - len(cells))
                print(f"| {way} | {count:.0e} | {' | '.join(cells)} |", flush=True)
                await browser.close()


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", default="1e4,1e5", help="numbers of points (%(default)s)")
    parser.add_argument("--updates", type=int, default=5, help="changes that are measured (%(default)s)")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds that a change may take (%(default)g)")
    parser.add_argument("--way", action="append", choices=WAYS, help="all of them by default")
    options = parser.parse_args()
    points = [int(float(word)) for word in options.points.split(",")]
    asyncio.run(run(options.way or list(WAYS), points, options.updates, options.timeout))


if __name__ == "__main__":
    main()
