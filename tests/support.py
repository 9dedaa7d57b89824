"""What tests of several folders share."""

from __future__ import annotations

import asyncio
import inspect
import socket
import time
from collections.abc import Callable
from typing import Any

TIMEOUT_S = 20.0
"""Longest wait for anything: generous, because two cores may be running three browsers."""

PAUSE_S = 0.002
"""Between two looks at something in this process."""


async def until(
    condition: Callable[[], object],
    what: str = "the condition",
    timeout_s: float = TIMEOUT_S,
    *,
    pause_s: float = PAUSE_S,
    detail: Callable[[], object] | None = None,
) -> Any:
    """Let the loop run until ``condition()`` is true; return that.

    Args:
        condition: Looked at again and again; it may be a coroutine function.
        what: Names it where it does not come true in time.
        timeout_s: Longest wait, seconds.
        pause_s: Between two looks, seconds: longer where a look costs much.
        detail: Tells how things are where it does not come true in time; it may be a coroutine function.
    """
    limit = asyncio.timeout(timeout_s)
    try:
        async with limit:
            while True:
                if value := await _result(condition):
                    return value
                await asyncio.sleep(pause_s)
    except TimeoutError as error:
        if not limit.expired():
            raise
        situation = "" if detail is None else f"; {await _result(detail)}"
        raise AssertionError(f"{what} did not come true in {timeout_s:g} s{situation}") from error


async def _result(function: Callable[[], object]) -> object:
    result = function()
    return await result if inspect.isawaitable(result) else result


def wait_until(
    condition: Callable[[], object],
    what: str = "the condition",
    timeout_s: float = TIMEOUT_S,
    *,
    pause_s: float = PAUSE_S,
    detail: Callable[[], object] | None = None,
) -> None:
    """`until`, on a thread without a loop."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() >= deadline:
            situation = "" if detail is None else f"; {detail()}"
            raise AssertionError(f"{what} did not come true in {timeout_s:g} s{situation}")
        time.sleep(pause_s)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
