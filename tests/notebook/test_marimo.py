"""marimo with a real kernel, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.notebook.marimo import MarimoPage, MarimoServer


@pytest.fixture
def marimo(tmp_path: Path, examples: Path) -> Iterator[MarimoServer]:
    server = MarimoServer(tmp_path, examples / "figure_marimo.py", "run")
    server.wait()
    yield server
    server.stop()


async def test_a_figure_is_seen_panned_and_resized(marimo: MarimoServer, browser: Browser) -> None:
    context = await browser.new_context(viewport={"width": 1200, "height": 900})
    page = MarimoPage(await context.new_page(), marimo)
    await page.page.goto(marimo.url)
    await page.until("view?.frame", "a picture")
    version = await page.get("view.frame.frame")
    await page.drag(False, 80, 40)
    await page.until(f"view.frame.frame > {version}", "a picture after panning")
    await page.drag(True, 60, 80)
    await page.until("view.frame.width === 700 && view.frame.height === 440", "a picture of the new size")
    await page.page.reload()
    await page.until("view?.frame && view.status === 'connected' && view.frame.width !== 700", "another view")
    await page.until("view.state.viewers === 1", "the first view's end")
    await context.close()
