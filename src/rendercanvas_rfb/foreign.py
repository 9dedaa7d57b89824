"""Calls of functions that the program hands over, which may be plain ones or coroutine functions."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

__all__ = ["call"]


async def call(function: Callable[[Any], Any], argument: object) -> Any:
    """What ``function`` answers: a coroutine function on this loop, any other one on a thread, so that it may wait."""
    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004 - an object whose call is a coroutine function
    ):
        return await function(argument)
    answer = await asyncio.to_thread(function, argument)
    return await answer if inspect.isawaitable(answer) else answer
