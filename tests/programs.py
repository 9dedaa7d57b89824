"""Programs that serve canvases, each in a process of its own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.request import ProxyHandler, build_opener

import numpy as np

from rendercanvas_rfb.client import Client
from tests.support import TIMEOUT_S, until, wait_until

START_PAUSE_S = 0.1
"""Between two looks at a server that takes seconds to start."""

_ADDRESS = re.compile(r"^rendercanvas-rfb: (\S+) is at (\S+)")


class Program:
    """A Python process, and what it has printed so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.output: list[str] = []
        """Lines of its stdout."""
        self.errors: list[str] = []
        """Lines of its stderr."""
        assert process.stdout is not None
        assert process.stderr is not None
        self._readers = [
            asyncio.create_task(_read(process.stdout, self.output)),
            asyncio.create_task(_read(process.stderr, self.errors)),
        ]

    @property
    def addresses(self) -> dict[str, str]:
        """The canvases that it has announced, by name."""
        return {match[1]: match[2] for line in self.errors if (match := _ADDRESS.match(line))}

    async def address(self, name: str = "canvas-1") -> str:
        """Address of a canvas, once it is announced."""
        await self.until(lambda: name in self.addresses, f"a canvas named {name}")
        return self.addresses[name]

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait for something that it prints."""
        await until(lambda: condition() or self._process.returncode is not None, what)
        assert condition(), f"ended without {what}:\n" + "\n".join(self.errors)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def terminate(self) -> None:
        """Tell it to end, as supervisors do."""
        self._process.send_signal(signal.SIGTERM)

    async def finish(self) -> int:
        """Its exit code, once it has ended by itself, with all output read."""
        async with asyncio.timeout(TIMEOUT_S):
            code = await self._process.wait()
            await asyncio.gather(*self._readers)
        return code

    async def kill(self) -> None:
        """End it if it still runs."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self.finish()


@asynccontextmanager
async def running(*arguments: str, **environment: str) -> AsyncIterator[Program]:
    """Run ``python <arguments>`` with a free port, until the block ends.

    The backend is chosen only where ``environment`` does so.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RENDERCANVAS_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env={**inherited, "PYTHONUNBUFFERED": "1", "RENDERCANVAS_RFB_PORT": "0", **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    program = Program(process)
    try:
        yield program
    finally:
        await program.kill()


def wait_for_answer(url: str, process: subprocess.Popen[bytes], log: Callable[[], str], timeout_s: float) -> None:
    """Wait until the server that a process runs answers at an address of this machine."""
    opener = build_opener(ProxyHandler({}))

    def answers() -> bool:
        assert process.poll() is None, f"the server has ended:\n{log()}"
        with suppress(OSError), opener.open(url, timeout=5):
            return True
        return False

    wait_until(answers, f"an answer from {url}", timeout_s, pause_s=START_PAUSE_S, detail=log)


async def picture_where(client: Client, condition: Callable[[Any], object], what: str) -> Any:
    """The first picture from now on for which ``condition(pixels)`` is true: uint8 of shape (height, width, 3)."""
    pixels = None
    try:
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                pixels = (await client.next_picture()).pixels
                if condition(pixels):
                    return pixels
    except TimeoutError:
        seen = "nothing" if pixels is None else f"the mean color {pixels.mean((0, 1)).round()}"
        raise AssertionError(f"there was no picture with {what}, but {seen}") from None


def share(pixels: Any, color: Sequence[int], tolerance: int = 24) -> float:
    """Share of pixels that have a color, give or take ``tolerance`` of 255 in each channel: video is lossy."""
    differences = np.abs(pixels.astype(int) - np.array(color))
    return float((differences <= tolerance).all(axis=2).mean())


async def _read(stream: asyncio.StreamReader, lines: list[str]) -> None:
    async for line in stream:
        lines.append(line.decode().rstrip("\n"))
