"""An asyncio loop whose time is given, and which runs only as far as that."""

from __future__ import annotations

import asyncio
from asyncio import events
from collections.abc import Callable
from typing import Any

__all__ = ["VirtualLoop"]

LATE_S = 1e-9
"""How much later timers run than they are due, as on every machine: one that ran a rounding error too early would be
set again for the same moment, for ever."""


class _NoSelector:
    """There is nothing to wait for but time."""

    def select(self, timeout: float | None) -> list[Any]:
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """Belongs to one world, which enters it whenever its code runs.

    Args:
        clock: The time, ms.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._clock_resolution = 0.0
        self._selector = _NoSelector()

    def time(self) -> float:
        """Seconds since the world began."""
        return self._clock() / 1000 + LATE_S

    @property
    def due(self) -> float | None:
        """When there is something to run, ms; None where nothing waits for time."""
        if self._ready:  # type: ignore[attr-defined]
            return self._clock()
        # Cancelled timers at the front only make it look earlier.
        scheduled = self._scheduled  # type: ignore[attr-defined]
        return max(self._clock(), 1000 * scheduled[0].when()) if scheduled else None

    def enter(self) -> None:
        """Be the running loop."""
        events._set_running_loop(self)

    def run_due(self) -> None:
        """Run what is due."""
        scheduled = self._scheduled  # type: ignore[attr-defined]
        while self._ready or (scheduled and scheduled[0].when() < self.time()):  # type: ignore[attr-defined]
            self._run_once()  # type: ignore[attr-defined]
            scheduled = self._scheduled  # type: ignore[attr-defined]

    def _process_events(self, event_list: object) -> None:
        pass

    def _write_to_self(self) -> None:
        pass
