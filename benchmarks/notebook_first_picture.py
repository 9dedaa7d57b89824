"""How long notebooks take to show a figure: in JupyterLab, in Notebook and in a page of ``marimo run``.

    python -m benchmarks.notebook_first_picture [APP ...] [--runs 3]

The time is until a view in the page has put a picture on its canvas, looked at every 0.02 s: from the key that runs
``fig.show()``, in a cell after the one that imports fastplotlib and makes the figure; from a reload of that page; and
in marimo, which runs all cells when a page is loaded, from the navigation. Beside it is what of that time it takes
until the cell has ended, and until the notebook is there with its kernel idle. Each run has a server, a kernel and a
browser context of its own, so that nothing is in a cache, but for the page that is reloaded and for marimo's further
page: its server has fastplotlib loaded then, for its kernels are threads. Median of the runs, and the longest.

Run it in the environment of ``nox -s tests_notebook``.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeVar

import nbformat
from playwright.async_api import Browser, Page, async_playwright

from tests.notebook.base import TIMEOUT_S, NotebookPage, NotebookServer
from tests.notebook.jupyter import JupyterServer, Notebook
from tests.notebook.marimo import MarimoPage, MarimoServer

EXAMPLES = Path(__file__).parents[1] / "examples" / "notebooks"
APPS = {"lab": "JupyterLab", "notebooks": "Notebook", "marimo": "`marimo run`"}
"""Of which the first two are named as in Jupyter's addresses."""

KEY = "the key that runs `fig.show()`"
RELOAD = "a reload of the page"
FIRST_PAGE = "the first page of a server"
FURTHER_PAGE = "a further page"

PRESSED = """
addEventListener("keydown", (event) => {
  if (event.key === "Enter") window.pressedAt = (performance.timeOrigin + event.timeStamp) / 1000;
}, true);
"""
"""Notes when a cell was told to run, in seconds since the epoch."""

Server = TypeVar("Server", bound=NotebookServer)
Times = dict[str, tuple[float, ...]]
"""Seconds until the picture, and those of its parts, by where they are counted from."""

PARTS = {KEY: "until the cell has ended", RELOAD: "until the notebook is there"}


async def measure_jupyter(browser: Browser, app: str) -> Times:
    """Run the example's cells in a new server."""
    with _folder() as folder, _stopped(JupyterServer(folder)) as server:
        await asyncio.to_thread(server.wait)
        example = nbformat.read(EXAMPLES / "figure.ipynb", as_version=4)
        make, show = (cell.source for cell in example.cells if cell.cell_type == "code")
        server.write("figure.ipynb", make, show)
        async with _page(browser) as page:
            await page.add_init_script(PRESSED)
            notebook = Notebook(page, server, "figure.ipynb")
            await notebook.open(app)
            await notebook.run(0)
            await notebook.run(1, wait=False)
            ended, seen = await asyncio.gather(_time_after(notebook.ended(1)), _picture(notebook))
            pressed = await page.evaluate("window.pressedAt")
            await notebook.save()  # without which there is no output after the reload
            reloaded = time.time()
            await page.reload(wait_until="commit")
            ready, seen_again = await asyncio.gather(_time_after(notebook.ready()), _picture(notebook))
    return {KEY: (seen - pressed, ended - pressed), RELOAD: (seen_again - reloaded, ready - reloaded)}


async def measure_marimo(browser: Browser) -> Times:
    """Load two pages of a new server."""
    example = (EXAMPLES / "figure_marimo.py").read_text(encoding="utf-8")
    times: Times = {}
    with _folder() as folder, _stopped(MarimoServer(folder, example, "run")) as server:
        await asyncio.to_thread(server.wait)
        for which in (FIRST_PAGE, FURTHER_PAGE):
            async with _page(browser) as page:
                began = time.time()
                await page.goto(server.url, wait_until="commit")
                times[which] = (await _picture(MarimoPage(page, server)) - began,)
    return times


async def _picture(notebook: NotebookPage) -> float:
    return await _time_after(notebook.until("view?.frame", "a picture"))


async def _time_after(awaitable: Awaitable[None]) -> float:
    """When it was done, in seconds since the epoch."""
    await awaitable
    return time.time()


@asynccontextmanager
async def _page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1200, "height": 1000})
    context.set_default_timeout(1000 * TIMEOUT_S)
    try:
        yield await context.new_page()
    finally:
        await context.close()


@contextmanager
def _folder() -> Iterator[Path]:
    # Kernels may still write into it when their server has ended.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def _stopped(server: Server) -> Iterator[Server]:
    """A server that ends with the block."""
    try:
        yield server
    finally:
        server.stop()


def rows(app: str, runs: list[Times]) -> Iterator[str]:
    """Those of the table, of an app."""
    for which in runs[0]:
        picture, *parts = zip(*(times[which] for times in runs), strict=True)
        part = f"{statistics.median(parts[0]):.1f} s {PARTS[which]}" if parts else ""
        yield f"| {APPS[app]} | {which} | {statistics.median(picture):.1f} s (≤ {max(picture):.1f}) | {part} |"


async def run(apps: list[str], count: int) -> None:
    """Print the table."""
    print("| app | from | to the first picture | of that |\n| --- | --- | --- | --- |")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=["--no-sandbox"]
        )
        for app in apps:
            runs = []
            for _ in range(count):
                runs.append(await (measure_marimo(browser) if app == "marimo" else measure_jupyter(browser, app)))
            print(*rows(app, runs), sep="\n", flush=True)
        await browser.close()


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("app", nargs="*", choices=[[], *APPS], help="all of them by default")
    parser.add_argument("--runs", type=int, default=3, help="with a server each (%(default)s)")
    options = parser.parse_args()
    asyncio.run(run(options.app or list(APPS), options.runs))


if __name__ == "__main__":
    main()
