"""What tests of several folders share."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable

TIMEOUT_S = 20.0
"""Longest wait for anything: generous, because two cores may be running three browsers."""


async def until(condition: Callable[[], object], what: str = "the condition", timeout_s: float = TIMEOUT_S) -> None:
    """Let the loop run until ``condition()`` is true."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come true in {timeout_s:g} s"
        await asyncio.sleep(0.005)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
