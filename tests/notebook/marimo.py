"""A marimo server with one notebook, and the notebook in a browser."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from playwright.async_api import Page, TimeoutError

from tests.notebook.base import NotebookPage, NotebookServer
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


class MarimoServer(NotebookServer):
    """``marimo run`` or ``marimo edit``."""

    def __init__(self, folder: Path, notebook: str, mode: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/"
        copy = folder / "notebook.py"
        copy.write_text(notebook)
        environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_STATE_HOME": str(folder)}
        options = ["--headless", "--no-token", "--port", str(port)]
        command = [sys.executable, "-m", "marimo", mode, str(copy), *options]
        super().__init__(command, f"{self.url}health", folder / "server.log", environment, folder)


class MarimoPage(NotebookPage):
    """The notebook in a page of marimo."""

    def __init__(self, page: Page, server: MarimoServer) -> None:
        super().__init__(page, server, HOSTS)

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
