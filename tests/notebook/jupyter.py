"""A Jupyter server, and its notebooks in a browser."""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import nbformat
import numpy as np
from playwright.async_api import Page, expect

from rendercanvas_rfb.frames import Pixels
from tests.browser.pages import LOOK_S, decode_png
from tests.notebook.base import TIMEOUT_S, NotebookPage, NotebookServer
from tests.support import free_port, until

PREFIX = "/user/somebody/"
"""Below which JupyterHub would have the server."""

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"

VIEWS = "[...document.querySelectorAll('[data-lm-suppress-shortcuts]')].filter(host => host.view)"


class JupyterServer(NotebookServer):
    """JupyterLab and Notebook, in a folder of their own, without a window."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.token = secrets.token_hex(8)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}{PREFIX.rstrip('/')}"
        options = {
            "ServerApp.port": port,
            "ServerApp.base_url": PREFIX,
            "ServerApp.port_retries": "0",
            "ServerApp.open_browser": "False",
            "ServerApp.root_dir": str(folder),
            "IdentityProvider.token": self.token,
            "LabApp.news_url": "None",
            "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        }
        home = folder / ".home"
        home.mkdir(mode=0o700)
        settings = home / "@jupyter-widgets" / "jupyterlab-manager" / "plugin.jupyterlab-settings"
        settings.parent.mkdir(parents=True)
        settings.write_text(json.dumps({"saveState": True}))
        environment = {
            **os.environ,
            "JUPYTER_CONFIG_DIR": str(home),
            "JUPYTER_DATA_DIR": str(home),
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "RENDERCANVAS_RFB_NOTEBOOK_PROXY": "0",
        }
        environment.update(JUPYTERLAB_SETTINGS_DIR=str(home), JUPYTERLAB_WORKSPACES_DIR=str(home), IPYTHONDIR=str(home))
        command = [sys.executable, "-m", "jupyter", "lab", "--allow-root", *(f"--{k}={v}" for k, v in options.items())]
        super().__init__(command, f"{self.url}/api?token={self.token}", folder / "server.log", environment, folder)

    def write(self, name: str, *cells: str) -> None:
        """Make a notebook of code cells."""
        notebook = nbformat.v4.new_notebook()
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
        nbformat.write(notebook, self.folder / name)

    def read(self, name: str) -> Any:
        """The notebook as it was saved last."""
        return nbformat.read(self.folder / name, as_version=4)

    def saved_pictures(self, name: str) -> list[bytes]:
        """Of the widgets whose state is in the notebook as it was saved last."""
        states = self.read(name).metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
        buffers = [buffer for state in states.values() for buffer in state.get("buffers", [])]
        return [base64.b64decode(buffer["data"]) for buffer in buffers if buffer["path"] == ["picture"]]

    def ask(self, method: str, path: str) -> Any:
        """Ask its REST interface."""
        headers = {"Authorization": f"token {self.token}"}
        with urlopen(Request(f"{self.url}/api/{path}", method=method, headers=headers)) as response:
            return json.loads(response.read() or b"null")

    def kernel(self, name: str) -> str:
        """The id of a notebook's kernel."""
        (found,) = [each["kernel"]["id"] for each in self.ask("GET", "sessions") if each["path"] == name]
        return str(found)

    def end_kernels(self) -> None:
        """End all of them."""
        for session in self.ask("GET", "sessions"):
            self.ask("DELETE", f"sessions/{session['id']}")


class Notebook(NotebookPage):
    """A notebook in a page of JupyterLab or Notebook."""

    def __init__(self, page: Page, server: JupyterServer, name: str) -> None:
        super().__init__(page, server, VIEWS)
        self._jupyter = server
        self._name = name
        self._prompt = ""
        # Our module is loaded from a blob; what Lab itself throws is not looked at.
        page.on("pageerror", lambda error: self.errors.append(str(error)) if "blob:" in (error.stack or "") else None)

    async def open(self, app: str = "lab") -> None:
        """Open it in JupyterLab ("lab") or Notebook ("notebooks"), and wait for its kernel."""
        path = f"lab/tree/{self._name}" if app == "lab" else f"notebooks/{self._name}"
        await self.page.goto(f"{self._jupyter.url}/{path}?token={self._jupyter.token}&reset")
        await self.ready()

    async def ready(self) -> None:
        """Wait for the kernel."""
        await self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=1000 * TIMEOUT_S)
        await self.page.wait_for_selector(".jp-Spinner", state="detached", timeout=1000 * TIMEOUT_S)
        await self.page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", timeout=1000 * TIMEOUT_S)

    async def run(self, cell: int, *, wait: bool = True) -> None:
        """Run a cell, counted from 0; and wait for its end."""
        box = self.page.locator(".jp-Notebook .jp-CodeCell").nth(cell)
        self._prompt = await box.locator(".jp-InputPrompt").inner_text()
        editor = box.locator(".cm-content")
        # Lab moves the focus about while it loads, and takes the key for that of another cell then.
        for _ in range(5):
            await editor.press("Control+Enter")
            with suppress(AssertionError):
                await expect(box.locator(".jp-InputPrompt")).not_to_have_text(self._prompt, timeout=3000)
                break
        if wait:
            await self.ended(cell)

    async def ended(self, cell: int) -> None:
        """Wait until the cell that was run last has ended."""
        prompt = (
            f"document.querySelectorAll('.jp-Notebook .jp-CodeCell')[{cell}].querySelector('.jp-InputPrompt').innerText"
        )
        old = json.dumps(self._prompt)
        await self.until(f"/\\[\\d+\\]/.test({prompt}) && {prompt} !== {old}", f"the end of cell {cell}")

    async def output(self, cell: int) -> str:
        """The text that a cell has put out."""
        area = self.page.locator(".jp-Notebook .jp-CodeCell").nth(cell).locator(".jp-Cell-outputArea")
        return str(await area.inner_text()).strip()

    async def picture(self, view: int = 0) -> Pixels:
        """What is seen of a view."""
        await self.until("view?.frame", "a picture", view)
        host = await self.page.evaluate_handle(f"{VIEWS}[{view}]")
        element = host.as_element()
        assert element is not None
        await element.scroll_into_view_if_needed()
        return decode_png(await element.screenshot())

    async def drawn(self, view: int = 0) -> Pixels:
        """What a view has on its canvas."""
        data = await self.page.evaluate(
            f"{VIEWS}[{view}].view.screenshot().then(async (blob) => [...new Uint8Array(await blob.arrayBuffer())])"
        )
        return decode_png(bytes(data))

    async def says(self, cell: int, wanted: str) -> None:
        """Run a cell until it puts out a text."""

        async def run() -> bool:
            await self.run(cell)
            return (await self.output(cell)).endswith(wanted)

        await until(run, f"the output {wanted!r}", TIMEOUT_S, pause_s=LOOK_S, detail=lambda: self.output(cell))

    async def save(self) -> None:
        """Save the notebook."""
        saved = self._jupyter.folder / self._name
        # Looked at first: it may have been saved before the press of the key returns.
        before = saved.stat().st_mtime_ns
        await self.page.keyboard.press("Control+s")
        # The file is emptied before it is written.
        await until(
            lambda: saved.stat().st_mtime_ns != before and saved.read_text().rstrip().endswith("}"),
            "the saved notebook",
            TIMEOUT_S,
        )

    async def changed(self, before: Pixels, view: int = 0) -> None:
        """Wait until a view shows another picture of the same size."""

        async def is_another() -> bool:
            return bool(np.mean(await self.picture(view) != before) >= 0.01)

        await until(is_another, "another picture", TIMEOUT_S, pause_s=LOOK_S)
