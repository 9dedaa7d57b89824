"""The server's threads as greenlets, in virtual time: one runs at a time, and goes on until it waits for something.

The server's modules find what is here in the place of `threading`.
"""

from __future__ import annotations

import _thread
import heapq
import itertools
import sys
import threading
import types
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from greenlet import getcurrent, greenlet

from .loop import Clock

__all__ = ["Scheduler", "cooperative_threads", "sleep"]

EPSILON_MS = 1e-6
"""Times that differ by less are the same: seconds and milliseconds are floats."""

SHORTEST_WAIT_MS = 0.01
"""Time goes on while a thread waits, however short; else one that waits for a rounding error would wait for ever."""

PACKAGE = "rendercanvas_rfb"


class Scheduler:
    """The threads of one world. Times are in ms.

    Args:
        clock: Has the time.
        failed: Called with what a thread raised.
    """

    current: Scheduler
    """That of the world whose code runs."""

    def __init__(self, clock: Clock, failed: Callable[[BaseException], None]) -> None:
        self._clock = clock
        self._failed = failed
        self._ready: deque[_Pause] = deque()
        self._timers: list[tuple[float, int, _Pause]] = []
        self._numbers = itertools.count()

    @property
    def now(self) -> float:
        """The time."""
        return self._clock.now

    @property
    def due(self) -> float | None:
        """When a thread goes on, ms; None where all wait for others."""
        if self._ready:
            return self.now
        while self._timers and self._timers[0][2].over:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def start(self, run: Callable[[], None]) -> None:
        """Have a thread run soon."""
        self.wake(_Pause(greenlet(lambda: self._guarded(run))))

    def run(self) -> None:
        """Let the threads go on that can at this time. Called by the world itself."""
        while self._ready or self._expire():
            pause = self._ready.popleft()
            pause.thread.parent = getcurrent()
            pause.thread.switch()

    def wait(self, pause: _Pause, seconds: float | None) -> bool:
        """Let the others go on until the pause is ended, or for so long. Returns whether it was ended."""
        if seconds is not None:
            at = self.now + max(SHORTEST_WAIT_MS, 1000 * seconds)
            heapq.heappush(self._timers, (at, next(self._numbers), pause))
        parent = pause.thread.parent
        assert parent is not None, "only threads of the model wait"
        parent.switch()
        return pause.ended

    def wake(self, pause: _Pause) -> None:
        """The thread goes on."""
        if not pause.over:
            pause.over = True
            self._ready.append(pause)

    def _expire(self) -> bool:
        while self._timers and self._timers[0][0] <= self.now + EPSILON_MS:
            self.wake(heapq.heappop(self._timers)[2])
        return bool(self._ready)

    def _guarded(self, run: Callable[[], None]) -> None:
        try:
            run()
        except Exception as error:  # noqa: BLE001 - What a thread raises is a finding.
            self._failed(error)


class _Pause:
    """A thread that waits; ``over`` once it is to go on, ``ended`` where somebody said so."""

    __slots__ = ("ended", "over", "thread")

    def __init__(self, thread: greenlet) -> None:
        self.thread = thread
        self.over = False
        self.ended = False


def sleep(seconds: float) -> None:
    """Let time pass on a thread; does nothing outside of threads."""
    thread = getcurrent()
    if thread.parent is not None and seconds > 0:
        Scheduler.current.wait(_Pause(thread), seconds)


_RLock: Any = _thread.RLock  # Final, says its stub; it is not.


class _Lock(_RLock):  # type: ignore[misc]
    """Never contended: all greenlets are of one thread, which may take it as often as it likes."""

    def locked(self) -> bool:
        return False


class _Condition(_Lock):
    def __init__(self, lock: object = None) -> None:
        super().__init__()
        self._scheduler = Scheduler.current
        self._pauses: list[_Pause] = []

    def wait(self, timeout: float | None = None) -> bool:
        pause = _Pause(getcurrent())
        self._pauses.append(pause)
        ended = self._scheduler.wait(pause, timeout)
        if not ended:
            self._pauses.remove(pause)
        return ended

    def wait_for(self, predicate: Callable[[], bool], timeout: float | None = None) -> bool:
        end = None if timeout is None else self._scheduler.now + 1000 * timeout
        while not (held := predicate()):
            left = None if end is None else (end - self._scheduler.now) / 1000
            if left is not None and left <= 0:
                break
            self.wait(left)
        return held

    def notify(self, n: int = 1) -> None:
        pauses, self._pauses = self._pauses[:n], self._pauses[n:]
        for pause in pauses:
            pause.ended = True
            self._scheduler.wake(pause)

    def notify_all(self) -> None:
        self.notify(len(self._pauses))


class _Event(_Condition):
    def __init__(self) -> None:
        super().__init__()
        self._set = False

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        self._set = True
        self.notify_all()

    def clear(self) -> None:
        self._set = False

    def wait(self, timeout: float | None = None) -> bool:
        return self._set or super().wait(timeout) or self._set


class _Thread:
    """Also lends its methods to the package's own classes of threads, which have a ``run``."""

    def __init__(self, target: Callable[..., None], name: str = "", args: tuple[Any, ...] = (), **_: object) -> None:
        self.name = name
        self.run = lambda: target(*args)

    def start(self) -> None:
        self._model_alive = True

        def run() -> None:
            try:
                self.run()
            finally:
                self._model_alive = False

        Scheduler.current.start(run)

    def is_alive(self) -> bool:
        return getattr(self, "_model_alive", False)

    def join(self, timeout: float | None = None) -> None:
        """Returns at once: time does not go on for the one who waits, and ends are awaited by the world itself."""


@contextmanager
def cooperative_threads() -> Iterator[None]:
    """Have the package's modules use greenlets for threads."""
    stand_in = types.ModuleType("threading")
    vars(stand_in).update(vars(threading))
    vars(stand_in).update(Lock=_Lock, RLock=_Lock, Condition=_Condition, Event=_Event, Thread=_Thread)
    patches = []
    for name, module in list(sys.modules.items()):
        if not name.startswith(PACKAGE):
            continue
        if getattr(module, "threading", None) is threading:
            patches.append(patch.object(module, "threading", stand_in))
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, threading.Thread) and value.__module__ == name:
                patches += [patch.object(value, each, getattr(_Thread, each)) for each in ("start", "is_alive", "join")]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in reversed(patches):
            each.stop()
