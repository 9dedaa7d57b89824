"""How long a page of each app framework takes to show its figure: the examples, as their users start them.

    python -m benchmarks.first_picture [FRAMEWORK ...]

The time is from the navigation to the first frame of Chromium's screen recorder in which the figure is. ``first`` is
the first page of a process that has just begun to listen: most frameworks make the figures then, which loads
fastplotlib and starts the GPU. ``again`` is a further page, in a browser context of its own with nothing in its cache:
median of five.

Run it in an environment with the frameworks, as the sessions of ``nox -s tests_apps`` make them. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from benchmarks.push_or_poll.screen import Screen
from tests.apps.test_apps import APPS
from tests.support import free_port

EXAMPLES = Path(__file__).parents[1] / "examples" / "apps"
PAGES = 5
SIZE = 900
"""Of the page, CSS pixels each way."""

TIMEOUT_S = 90.0
"""Longest wait for an app to answer, and for a picture."""


@contextmanager
def running(framework: str) -> Iterator[str]:
    """Run the example; gives its address."""
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        process = subprocess.Popen(
            [sys.executable, *(word.format(port=port) for word in APPS[framework])],
            # A copy, for some of them write into their folder.
            cwd=shutil.copytree(EXAMPLES, Path(name, "apps")),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(port, process)
            # Not by that name: some of them listen on its IPv4 address only.
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.kill()
            process.wait()


async def measure(browser: Browser, framework: str) -> str:
    """A row of the table."""
    with running(framework) as address:
        first = await _look(browser, address)
        again = [await _look(browser, address) for _ in range(PAGES)]
    return f"| {framework} | {first:.1f} s | {statistics.median(again):.1f} s (≤ {max(again):.1f}) |"


async def _look(browser: Browser, address: str) -> float:
    page = await browser.new_page(viewport={"width": SIZE, "height": SIZE})
    screen = Screen(await page.context.new_cdp_session(page))
    await screen.start(SIZE, SIZE)
    began = time.time()
    await page.goto(address, wait_until="commit")
    seen = await screen.until(True, False, timeout_s=TIMEOUT_S)
    await page.close()
    return seen - began


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    # Asking for the page would make the figure.
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"nothing answers at port {port}")
        time.sleep(0.1)


async def run(frameworks: list[str]) -> None:
    """Print the table."""
    print("| framework | first | again |\n| --- | --- | --- |")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=["--no-sandbox"]
        )
        for framework in frameworks:
            print(await measure(browser, framework), flush=True)
        await browser.close()


def main() -> None:
    """Read the arguments."""
    there = [name for name in APPS if name == "html" or find_spec(name) is not None]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("framework", nargs="*", choices=[[], *there], help="all that are installed by default")
    asyncio.run(run(parser.parse_args().framework or there))


if __name__ == "__main__":
    main()
