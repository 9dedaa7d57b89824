"""What the servers of JupyterLab and marimo, and their notebooks in a browser, have in common."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.browser.pages import LOOK_S
from tests.programs import wait_for_answer
from tests.support import until

TIMEOUT_S = 120.0
"""Longest wait for anything: kernels import wgpu and fastplotlib, and compile shaders on a processor."""


class NotebookServer:
    """A server in a process of its own, which answers at ``health`` once it runs."""

    def __init__(self, command: list[str], health: str, log: Path, environment: dict[str, str], folder: Path) -> None:
        self._health = health
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output, env=environment, cwd=folder)

    def wait(self) -> None:
        """Until it answers."""
        wait_for_answer(self._health, self._process, lambda: self.log, TIMEOUT_S)

    @property
    def log(self) -> str:
        """What it has printed."""
        return self._log.read_text(errors="replace")

    def stop(self) -> None:
        """End it, and its kernels."""
        self._process.terminate()
        self._process.wait(TIMEOUT_S)


class NotebookPage:
    """A notebook in a page.

    Attributes:
        page: The page.
        views: JavaScript expression for the list of the elements that are views.
    """

    def __init__(self, page: Page, server: NotebookServer, views: str) -> None:
        self.page = page
        self.views = views
        self.errors: list[str] = []
        self._server = server

    async def get(self, expression: str, view: int = 0) -> Any:
        """The value of an expression in which ``view`` is an `RfbView` of the page, counted from 0."""
        return await self.page.evaluate(f"(() => {{ const view = {self.views}[{view}]?.view; return {expression} }})()")

    async def until(self, expression: str, what: str, view: int = 0) -> None:
        """Wait until an expression is true."""

        async def situation() -> tuple[object, ...]:
            told = await self.get("JSON.stringify([view?.statusDetail, view?.state, view?.stats])", view)
            return told, self.errors, self._server.log[-2000:]

        def look() -> Any:
            return self.get(f"Boolean({expression})", view)

        await until(look, what, TIMEOUT_S, pause_s=LOOK_S, detail=situation)

    async def drag(self, dx: int, dy: int, view: int = 0) -> None:
        """Drag in the middle of a view."""
        left, top, right, bottom = await self._edges(view)
        await self._drag((left + right) / 2, (top + bottom) / 2, dx, dy)

    async def resize(self, dx: int, dy: int, view: int = 0) -> None:
        """Drag the lower right corner of a view."""
        _, _, right, bottom = await self._edges(view)
        await self._drag(right - 6, bottom - 6, dx, dy)

    async def _edges(self, view: int) -> list[float]:
        edges: list[float] = await self.page.evaluate(
            f"(r => [r.left, r.top, r.right, r.bottom])({self.views}[{view}].getBoundingClientRect())"
        )
        return edges

    async def _drag(self, x: float, y: float, dx: int, dy: int) -> None:
        await self.page.mouse.move(x, y)
        await self.page.mouse.down()
        await self.page.mouse.move(x + dx / 2, y + dy / 2, steps=4)
        await self.page.mouse.move(x + dx, y + dy, steps=4)
        await self.page.mouse.up()
