"""A real Chromium, and canvases that it looks at. All of it runs on one asyncio loop for the whole session."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.pages import OpenPage
from tests.canvases import MakeCanvas, Painter

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A host that is not this machine, to the browser: pages from there are no secure context.
    "--host-resolver-rules=MAP plot.test 127.0.0.1",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, and have them share a loop."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, from ``CHROMIUM`` or the path."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "no Chromium: set CHROMIUM to its path, or install it (on Debian: apt-get install chromium)"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """Opens pages; they must not have logged an error when the test ends."""
    opener = OpenPage(browser)
    yield opener
    await opener.finish()


@pytest_asyncio.fixture(loop_scope="session")
async def make_canvas() -> AsyncIterator[MakeCanvas]:
    """Makes canvases that are closed when the test ends."""
    make = MakeCanvas()
    yield make
    await make.finish()


@pytest.fixture
def painter() -> type[Painter]:
    """Makes a canvas draw one colour through its bitmap context, and counts the draws."""
    return Painter
