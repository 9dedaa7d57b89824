"""An asyncio loop whose time is given, and which runs only as far as that."""

from __future__ import annotations

import asyncio
import heapq
from asyncio import events
from typing import Protocol

__all__ = ["VirtualLoop"]

LATE_S = 1e-9
"""How much later timers run than they are due, as on every machine: one that ran a rounding error too early would be
set again for the same moment, for ever."""


class Clock(Protocol):
    """The time of a world, ms."""

    now: float


class VirtualLoop(asyncio.BaseEventLoop):
    """Belongs to one world, which enters it whenever its code runs.

    Args:
        clock: Has the time.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._timer_cancelled_count = 0  # That of the base class, which nobody here needs to look at.

    def time(self) -> float:
        """Seconds since the world began."""
        return self._clock.now / 1000 + LATE_S

    @property
    def due(self) -> float | None:
        """When there is something to run, ms; None where nothing waits for time."""
        if self._ready:  # type: ignore[attr-defined]
            return self._clock.now
        # Cancelled timers at the front only make it look earlier.
        scheduled = self._scheduled  # type: ignore[attr-defined]
        return 1000 * scheduled[0]._when if scheduled else None

    def enter(self) -> None:
        """Be the running loop."""
        events._set_running_loop(self)

    def run_due(self) -> None:
        """Run what is due, as `asyncio.BaseEventLoop._run_once` does it where there is nothing to wait for."""
        ready, scheduled = self._ready, self._scheduled  # type: ignore[attr-defined]
        while True:
            end = self._clock.now / 1000 + LATE_S
            while scheduled and scheduled[0]._when < end:
                timer = heapq.heappop(scheduled)
                timer._scheduled = False
                if timer._cancelled:
                    self._timer_cancelled_count -= 1
                else:
                    ready.append(timer)
            if not ready:
                return
            for _ in range(len(ready)):
                handle = ready.popleft()
                if not handle._cancelled:
                    handle._run()

    def _process_events(self, event_list: object) -> None:
        pass

    def _write_to_self(self) -> None:
        pass
