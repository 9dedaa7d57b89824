"""marimo with a real kernel, in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.notebook.base import TIMEOUT_S
from tests.notebook.marimo import HOSTS, MarimoPage, MarimoServer

ANOTHER_CELL = """@app.cell
def _(fig):
    fig.canvas
    return


"""
MAIN = 'if __name__ == "__main__":'

Start = Callable[..., MarimoServer]


@pytest.fixture
def start(tmp_path: Path, examples: Path) -> Iterator[Start]:
    """Starts ``marimo run`` or ``marimo edit``, with the figure in one cell or in two."""
    started: list[MarimoServer] = []

    def start(mode: str, *, twice: bool = False) -> MarimoServer:
        text = (examples / "figure_marimo.py").read_text()
        server = MarimoServer(tmp_path, text.replace(MAIN, ANOTHER_CELL + MAIN) if twice else text, mode)
        started.append(server)
        server.wait()
        return server

    yield start
    for server in started:
        server.stop()


@asynccontextmanager
async def opened(browser: Browser, server: MarimoServer) -> AsyncIterator[MarimoPage]:
    """The notebook in a tab."""
    context = await browser.new_context(viewport={"width": 1200, "height": 1300})
    context.set_default_timeout(1000 * TIMEOUT_S)
    page = MarimoPage(await context.new_page(), server)
    await page.page.goto(server.url)
    yield page
    await context.close()


async def test_a_figure_is_seen_panned_and_resized(start: Start, browser: Browser) -> None:
    async with opened(browser, start("run")) as page:
        await page.until("view?.frame", "a picture")
        version = await page.get("view.frame.frame")
        await page.drag(80, 40)
        await page.until(f"view.frame.frame > {version}", "a picture after panning")
        await page.resize(60, 80)
        await page.until("view.frame.width === 700 && view.frame.height === 440", "a picture of the new size")
        await page.page.reload()
        await page.until("view?.frame && view.status === 'connected' && view.frame.width !== 700", "another view")
        await page.until("view.state.viewers === 1", "the first view's end")


async def test_two_cells_show_one_figure_and_each_visitor_has_a_figure(start: Start, browser: Browser) -> None:
    server = start("run", twice=True)
    async with opened(browser, server) as page:
        for view in (0, 1):
            await page.until("view?.frame && view.state.viewers === 2", f"picture {view}", view)
        version = await page.get("view.frame.frame", 1)
        await page.drag(80, 40)
        await page.until(f"view.frame.frame > {version}", "what was done in the first view in the second one", 1)
        async with opened(browser, server) as other:
            await other.until("view?.frame && view.state.viewers === 2", "a picture in another tab")
            assert await page.get("view.state.viewers") == 2


async def test_in_the_editor_a_cell_that_runs_again_leaves_one_view(start: Start, browser: Browser) -> None:
    async with opened(browser, start("edit")) as page:
        await page.run_all()  # By default it runs no cell by itself.
        await page.until("view?.frame", "a picture")
        version = await page.get("view.frame.frame")
        await page.drag(80, 40)
        await page.until(f"view.frame.frame > {version}", "a picture after panning")
        await page.resize(-60, 40)
        await page.until("view.frame.width === 580 && view.frame.height === 400", "a picture of the new size")
        await page.page.evaluate("(host) => { host.isOld = true }", await page.page.evaluate_handle(f"{HOSTS}[0]"))
        await page.run_cell(1)
        await page.until(f"view?.frame && !{HOSTS}[0].isOld", "a picture after running the cell again")
        await page.until("view.state.viewers === 1", "the first view's end")
