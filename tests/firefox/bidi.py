"""A Firefox, driven through WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), which it speaks by itself."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import websockets

from rendercanvas_rfb.frames import Pixels
from tests.browser.pages import LOOK_S, decode_png
from tests.support import TIMEOUT_S, until

__all__ = ["FirefoxPage", "open_firefox"]

START_TIMEOUT_S = 60.0
"""A first start with a new profile takes seconds, and many on a machine that is busy."""

PREFERENCES = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
}
"""It shall ask nobody anything."""


class FirefoxPage:
    """One page. Made by `open_firefox`."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._context = ""

    async def open(self, url: str, width: int, height: int) -> None:
        """Show ``url`` in a viewport of so many CSS pixels."""
        tree = await self.call("browsingContext.getTree")
        self._context = tree["contexts"][0]["context"]
        viewport = {"width": width, "height": height}
        await self.call("browsingContext.setViewport", context=self._context, viewport=viewport)
        await self.call("browsingContext.navigate", context=self._context, url=url, wait="complete")

    async def get(self, expression: str) -> Any:
        """The value of a JavaScript expression, in which ``view`` is the `RfbView` of the page."""
        view = "const view = document.querySelector('rfb-view')?.view"
        body = f"JSON.stringify((() => {{ {view}; return {expression} ?? null; }})())"
        answer = await self.call(
            "script.evaluate", expression=body, target={"context": self._context}, awaitPromise=True
        )
        assert answer["type"] == "success", answer
        text = answer["result"].get("value")
        return None if text is None else json.loads(text)

    async def until(self, expression: str) -> None:
        """Wait until a JavaScript expression is true."""
        await until(lambda: self.get(f"Boolean({expression})"), expression, pause_s=LOOK_S)

    async def pixels(self) -> Pixels:
        """The page as a person sees it: uint8 array of shape (height, width, 3)."""
        shot = await self.call("browsingContext.captureScreenshot", context=self._context)
        return decode_png(base64.b64decode(shot["data"]))

    async def drag(self, begin: tuple[int, int], end: tuple[int, int]) -> None:
        """Press the left button at a point, move, and release it at another one."""
        moves = [{"type": "pointerMove", "x": x, "y": y, "duration": 50} for x, y in (begin, end)]
        press, release = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        source = {"type": "pointer", "id": "mouse", "actions": [moves[0], press, moves[1], release]}
        await self.call("input.performActions", context=self._context, actions=[source])

    async def type(self, key: str) -> None:
        """Press a key and release it."""
        actions = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        await self.call("input.performActions", context=self._context, actions=[source])

    async def call(self, method: str, **params: Any) -> Any:
        """A command of the protocol, and its result."""
        number = next(self._numbers)
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                answer = json.loads(await self._socket.recv())
                if answer.get("id") == number:
                    assert answer["type"] == "success", answer
                    return answer["result"]


@asynccontextmanager
async def open_firefox(
    url: str, width: int, height: int, **preferences: bool | int | str
) -> AsyncIterator[FirefoxPage]:
    """Show ``url`` in a Firefox of its own, with these preferences (``_`` stands for ``.``), until the block ends."""
    command = shutil.which("firefox-esr") or shutil.which("firefox")
    assert command, "no Firefox: install it (on Debian: apt-get install firefox-esr)"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        chosen = {**PREFERENCES, **{name.replace("_", "."): value for name, value in preferences.items()}}
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in chosen.items())
        (Path(profile) / "user.js").write_text("\n".join(lines))
        process = await asyncio.create_subprocess_exec(
            *(command, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        reading = None
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                address = await _announced(process)
            # Nobody looks at what else it says, and it would wait for somebody to do so.
            reading = asyncio.create_task(_discard(process))
            async with websockets.connect(f"{address}/session", max_size=None, ping_interval=None) as socket:
                page = FirefoxPage(socket)
                await page.call("session.new", capabilities={})
                await page.open(url, width, height)
                yield page
        finally:
            process.terminate()
            await process.wait()
            if reading is not None:
                await reading


async def _announced(process: asyncio.subprocess.Process) -> str:
    """The address at which it can be driven."""
    assert process.stderr is not None
    seen: list[str] = []
    while line := (await process.stderr.readline()).decode(errors="replace"):
        seen.append(line)
        if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
            return found[1]
    raise AssertionError(f"Firefox ended with {await process.wait()}: {''.join(seen)}")


async def _discard(process: asyncio.subprocess.Process) -> None:
    assert process.stderr is not None
    while await process.stderr.readline():
        pass
