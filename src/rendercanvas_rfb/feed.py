"""How a program gets its viewers' events: by asking, by waiting, as an async iterator, by handlers."""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import TypeVar

from .errors import ConfigurationError
from .inbox import Inbox
from .viewer_event import EVENT_TYPES, ViewerEvent

__all__ = ["EventFeed", "Handler"]

logger = logging.getLogger("rendercanvas_rfb")

Handler = Callable[[ViewerEvent], object]

H = TypeVar("H", bound=Handler)


class EventFeed:
    """Hands out the events of an inbox, each of them once.

    Args:
        inbox: Where they are.
        refresh: Puts into it what has become due by itself; returns the seconds until there is more of that, or None.
    """

    def __init__(self, inbox: Inbox, refresh: Callable[[], float | None]) -> None:
        self._inbox = inbox
        self._refresh = refresh
        self._handlers: tuple[tuple[frozenset[str], Handler], ...] = ()

    def on(self, types: tuple[str, ...]) -> Callable[[H], H]:
        """A decorator that makes a function a handler of ``types``, as `Display.on` says."""
        accepted = (*EVENT_TYPES, "*")
        for type in types:
            if type not in accepted:
                raise ConfigurationError(f"an event's type is one of {', '.join(accepted)}, not {type!r}")
        if not types:
            raise ConfigurationError('on() needs the types of the events, or "*" for all of them')

        def add(handler: H) -> H:
            given: object = handler
            if not callable(given) or inspect.iscoroutinefunction(handler):
                raise ConfigurationError(
                    f"a handler must be a plain function, not {handler!r}; coroutines can iterate over events()"
                )
            self._handlers = (*self._handlers, (frozenset(types), handler))
            return handler

        return add

    def off(self, handler: Handler) -> None:
        """Call ``handler`` no more."""
        self._handlers = tuple(entry for entry in self._handlers if entry[1] != handler)

    def poll(self, timeout_s: float = 0.0) -> list[ViewerEvent]:
        """The events that are there; where there are none, those of the next ``timeout_s`` seconds, once some come."""
        deadline = time.monotonic() + timeout_s
        while True:
            due_s = self._refresh()
            if events := self._inbox.take_all():
                break
            left_s = deadline - time.monotonic()
            if left_s <= 0 or self._inbox.closed:
                break
            self._inbox.wait(left_s if due_s is None else min(left_s, due_s))
        for event in events:
            self._call_handlers(event)
        return events

    async def iterate(self) -> AsyncIterator[ViewerEvent]:
        """Each event as it comes, until the inbox is closed and empty."""
        loop = asyncio.get_running_loop()
        arrived = asyncio.Event()

        def wake() -> None:
            # A loop that is closed has nobody who waits.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(arrived.set)

        self._inbox.listen(wake)
        try:
            while True:
                arrived.clear()
                # Before looking: what comes in between is seen, and the end is not taken for granted too early.
                closed = self._inbox.closed
                self._refresh()
                while (event := self._inbox.take()) is not None:
                    self._call_handlers(event)
                    yield event
                if closed:
                    return
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._refresh()):
                        await arrived.wait()
        finally:
            self._inbox.ignore(wake)

    def _call_handlers(self, event: ViewerEvent) -> None:
        for types, handler in self._handlers:
            if event.type in types or "*" in types:
                try:
                    handler(event)
                except Exception:
                    # The program's own code: its failure must cost neither the other handlers nor the next events.
                    logger.exception("error in a handler of %s events", event.type)
