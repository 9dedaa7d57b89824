"""How long a page of each app framework takes to show its figure: the examples, as their users start them.

    python -m benchmarks.first_picture [FRAMEWORK ...]

The time is from the navigation to the first frame of Chromium's screen recorder in which the figure is. A corner of the
page is repainted all the time, 20 times a second, without which the recorder may omit that frame. ``first`` is the
first page of a process that has just begun to listen: most frameworks make the figures then, which loads fastplotlib
and starts the GPU, and Reflex has Vite transform the page's modules. ``again`` is a further page, in a browser context
of its own with nothing in its cache: median of five, and the longest. With FastAPI, Starlette, Flask and Django the
HTML brings the present picture along then, which is seen before the live one.

Run it in the environments that the sessions of ``nox -s tests_apps`` make: ``all`` has most of the frameworks,
``preswald`` and ``reflex`` have those. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from playwright.async_api import Browser, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from benchmarks.push_or_poll.screen import Screen, keep_repainting
from tests.apps.starting import START_TIMEOUT_S, end_app, start_app
from tests.apps.test_apps import APPS
from tests.support import free_port

NAMES = {
    "fastapi": "FastAPI",
    "starlette": "Starlette",
    "flask": "Flask",
    "django": "Django",
    "streamlit": "Streamlit",
    "preswald": "Preswald",
    "panel": "Panel",
    "dash": "Dash",
    "gradio": "Gradio",
    "nicegui": "NiceGUI",
    "solara": "Solara",
    "reflex": "Reflex",
    "html": "Plain HTML",
}
"""In the table."""

PAGES = 5
SIZE = 900
"""Of the page, CSS pixels each way."""

TIMEOUT_S = 90.0
"""Longest wait for a picture."""


@contextmanager
def running(framework: str) -> Iterator[str]:
    """Run the example; gives its address."""
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        process = start_app(APPS[framework], port, Path(name), subprocess.DEVNULL)
        try:
            _wait_for(port, process)
            # Not by that name: some of them listen on its IPv4 address only.
            yield f"http://127.0.0.1:{port}/"
        finally:
            end_app(process)


async def measure(browser: Browser, framework: str) -> str:
    """A row of the table."""
    try:
        with running(framework) as address:
            first = await _look(browser, address)
            again = [await _look(browser, address) for _ in range(PAGES)]
    except (TimeoutError, PlaywrightTimeoutError):
        return f"| {NAMES[framework]} | no picture in {TIMEOUT_S:g} s | |"
    return f"| {NAMES[framework]} | {first:.1f} s | {statistics.median(again):.1f} s (≤ {max(again):.1f}) |"


async def _look(browser: Browser, address: str) -> float:
    page = await browser.new_page(viewport={"width": SIZE, "height": SIZE})
    page.set_default_timeout(1000 * TIMEOUT_S)
    await keep_repainting(page)
    screen = Screen(await page.context.new_cdp_session(page))
    await screen.start(SIZE, SIZE)
    try:
        began = time.time()
        await page.goto(address, wait_until="commit")
        return await screen.until(True, False, timeout_s=TIMEOUT_S) - began
    finally:
        await page.close()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    # Asking for the page would make the figure.
    deadline = time.monotonic() + START_TIMEOUT_S
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
