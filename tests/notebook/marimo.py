"""A marimo server with one notebook, and the notebook in a browser."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from playwright.async_api import Page, TimeoutError

from tests.notebook.jupyter import TIMEOUT_S
from tests.support import free_port

HOSTS = """(() => {
  const found = [];
  const walk = (root) => {
    for (const each of root.querySelectorAll("*")) {
      if (each.view && each.dataset.lmSuppressShortcuts) found.push(each);
      if (each.shadowRoot) walk(each.shadowRoot);
    }
  };
  walk(document);
  return found;
})()"""
"""The elements of the views; marimo has them in shadow roots."""


class MarimoServer:
    """``marimo run`` or ``marimo edit``."""

    def __init__(self, folder: Path, notebook: str, mode: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/"
        copy = folder / "notebook.py"
        copy.write_text(notebook)
        environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_STATE_HOME": str(folder)}
        options = ["--headless", "--no-token", "--port", str(port)]
        self._log = (folder / "server.log").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "marimo", mode, str(copy), *options],
            stdout=self._log,
            stderr=self._log,
            env=environment,
            cwd=folder,
        )

    def wait(self) -> None:
        """Until it answers."""
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            try:
                with urlopen(f"{self.url}health"):
                    return
            except OSError:
                assert self._process.poll() is None, self.log
                assert time.monotonic() < deadline, self.log
                time.sleep(0.1)

    @property
    def log(self) -> str:
        """What it has printed."""
        self._log.seek(0)
        return self._log.read()

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(TIMEOUT_S)
        self._log.close()


class MarimoPage:
    """The notebook in a page."""

    def __init__(self, page: Page, server: MarimoServer) -> None:
        self.page = page
        self._server = server

    async def get(self, expression: str, view: int = 0) -> Any:
        """The value of an expression in which ``view`` is an `RfbView` of the page, counted from 0."""
        return await self.page.evaluate(f"(() => {{ const view = {HOSTS}[{view}]?.view; return {expression} }})()")

    async def until(self, expression: str, what: str, view: int = 0) -> None:
        """Wait until an expression is true."""
        deadline = time.monotonic() + TIMEOUT_S
        while not await self.get(f"Boolean({expression})", view):
            if time.monotonic() > deadline:
                detail = await self.get("JSON.stringify([view?.statusDetail, view?.state, view?.stats])", view)
                raise AssertionError(f"{what} did not come: {detail}, {self._server.log[-2000:]}")
            await asyncio.sleep(0.05)

    async def run_all(self) -> None:
        """Have the editor run what has not run yet."""
        button = self.page.locator("[data-testid=chrome-controls-bottom-right] [data-testid=run-button]")
        # Before it has its kernel, the editor takes no notice.
        for _ in range(10):
            with suppress(TimeoutError):
                async with self.page.expect_response("**/api/kernel/run", timeout=5000):
                    await button.click()
                return
        raise AssertionError(f"the editor ran nothing: {self._server.log[-2000:]}")

    async def run_cell(self, cell: int) -> None:
        """Have the editor run a cell, counted from 0."""
        editor = self.page.locator(".cm-content").nth(cell)
        await editor.click()
        await editor.press("Control+Enter")

    async def drag(self, corner: bool, dx: int, dy: int) -> None:
        """Drag the middle of the view, or its lower right corner."""
        left, top, right, bottom = await self.page.evaluate(
            f"(r => [r.left, r.top, r.right, r.bottom])({HOSTS}[0].getBoundingClientRect())"
        )
        x, y = (right - 6, bottom - 6) if corner else ((left + right) / 2, (top + bottom) / 2)
        await self.page.mouse.move(x, y)
        await self.page.mouse.down()
        await self.page.mouse.move(x + dx / 2, y + dy / 2, steps=4)
        await self.page.mouse.move(x + dx, y + dy, steps=4)
        await self.page.mouse.up()
