"""The thread that figures are made and drawn on.

pygfx and wgpu share state between all figures of a process, without locks: two threads must not use them at once. App
frameworks run the user's code on many threads, or on a loop that has other things to do. So there is one thread
here that draws, with an asyncio loop on which rendercanvas runs, and what others do to figures is done in turn with it.

Where the program runs rendercanvas' loop itself, its thread is the one.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import copy_context
from typing import TypeVar

from rendercanvas.asyncio import loop as canvas_loop

from ..errors import StateError

__all__ = ["Drawing"]

T = TypeVar("T")

START_TIMEOUT_S = 10.0
"""Seconds for the thread to start, which takes milliseconds."""

STOP_TIMEOUT_S = 2.0
"""Seconds that the end of the process waits for a draw."""


class Drawing:
    """Runs functions on the thread that draws. Methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ending: asyncio.Event | None = None
        self._adoption: asyncio.Task[None] | None = None

    def run(self, function: Callable[[], T]) -> T:
        """Call ``function`` on that thread, with the context variables of this one; return or raise what it does."""
        loop = self._draws_on()
        if _running_loop() is loop:
            return function()
        context = copy_context()
        result: Future[T] = Future()

        def call() -> None:
            try:
                result.set_result(context.run(function))
            except BaseException as error:  # noqa: BLE001 - it is raised where the result is waited for
                result.set_exception(error)

        loop.call_soon_threadsafe(call)
        return result.result()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing is drawn during the block, so that this thread may make or change figures."""
        loop = self._draws_on()
        if _running_loop() is loop:
            yield
            return
        waits, goes_on = threading.Event(), threading.Event()

        def wait() -> None:
            waits.set()
            goes_on.wait()

        loop.call_soon_threadsafe(wait)
        waits.wait()
        try:
            yield
        finally:
            goes_on.set()

    def adopt(self) -> None:
        """Draw the canvases that were made on other threads, before anything drew."""
        loop = self._draws_on()
        if loop is self._loop:
            loop.call_soon_threadsafe(self._run_canvas_loop)

    def stop(self) -> None:
        """End the thread, and close the canvases that are drawn there. Does nothing where there is none."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None and self._thread is not None and self._ending is not None:
            loop.call_soon_threadsafe(self._ending.set)
            self._thread.join(STOP_TIMEOUT_S)

    def _draws_on(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            own = self._loop
            if (theirs := _canvas_loop_of_program(own)) is not None:
                return theirs
            return self._start() if own is None else own

    def _start(self) -> asyncio.AbstractEventLoop:
        started: Future[asyncio.AbstractEventLoop] = Future()

        async def main() -> None:
            self._ending = asyncio.Event()
            started.set_result(asyncio.get_running_loop())
            await self._ending.wait()

        self._thread = threading.Thread(target=lambda: asyncio.run(main()), name="rfb-drawing", daemon=True)
        self._thread.start()
        # A thread that is in the middle of a draw when the interpreter ends takes the process down with it.
        atexit.register(self.stop)
        try:
            self._loop = started.result(START_TIMEOUT_S)
        except TimeoutError:
            raise StateError(f"the thread that draws did not start within {START_TIMEOUT_S:g} s") from None
        return self._loop

    def _run_canvas_loop(self) -> None:
        if self._adoption is None or self._adoption.done():
            self._adoption = asyncio.get_running_loop().create_task(_run_canvas_loop())


async def _run_canvas_loop() -> None:
    # It runs already, where a canvas was made on this thread.
    with suppress(RuntimeError):
        await canvas_loop.run_async()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _canvas_loop_of_program(own: asyncio.AbstractEventLoop | None) -> asyncio.AbstractEventLoop | None:
    """The asyncio loop, not ours, on which the program runs rendercanvas' loop; None where it runs on none."""
    # rendercanvas 2.7 has no public way to ask for them.
    for name in ("_interactive_loop", "_run_loop"):
        found: asyncio.AbstractEventLoop | None = getattr(canvas_loop, name, None)
        if found is not None and found is not own and found.is_running() and canvas_loop.get_canvases():
            return found
    return None
