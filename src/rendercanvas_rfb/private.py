"""One address, and behind it a display for each viewer: made when the viewer comes, closed when it is gone for good."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from . import foreign
from .display import Display
from .errors import CloseCode, ConfigurationError, ProtocolError
from .log_limit import LogLimit
from .policy import is_positive_integer

__all__ = ["DEFAULT_MAX_DISPLAYS", "MakeDisplay", "PrivateDisplays"]

logger = logging.getLogger("rendercanvas_rfb")
_failed = LogLimit(logger, logging.ERROR, "displays that could not be made for a viewer")

MakeDisplay = Callable[[object], Display | Awaitable[Display]]
"""Makes the display of one viewer, of whom it is given the principal. A plain function is called on a thread."""

DEFAULT_MAX_DISPLAYS = 16
"""Displays at once: each is a figure of its own, with its memory on the GPU and an encoder."""


class PrivateDisplays:
    """Displays under one name, of which each viewer sees its own.

    Args:
        name: The name in addresses.
        make: Makes the display of a viewer. It must not be served otherwise.
        title: What the index page calls it; the name by default.
        max_displays: At once; a further viewer is refused with close code 4429.

    Raises:
        ConfigurationError: ``max_displays`` is no positive integer.
    """

    def __init__(
        self, name: str, make: MakeDisplay, *, title: str | None = None, max_displays: int = DEFAULT_MAX_DISPLAYS
    ) -> None:
        if not is_positive_integer(max_displays):
            raise ConfigurationError(f"max_displays must be a positive integer, not {max_displays!r}")
        self.name = name
        self.title = name if title is None else title
        self._make = make
        self._max_displays = max_displays
        self._count = 0
        # Those that are open, and how many viewers each has: one, or two while one takes the other's place, or none
        # while it is waited for.
        self._viewers: dict[Display, int] = {}
        # Those that are waited for, in the order in which they were left.
        self._left: dict[Display, None] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def displays(self) -> list[Display]:
        """Those that are open."""
        return list(self._viewers)

    async def enter(self, principal: object, known: Display | None = None) -> Display:
        """A display for one viewer, who is to `leave` it.

        Args:
            principal: Who comes.
            known: What it watched before; taken where it is open still.

        Raises:
            ProtocolError: There are too many, or ``make`` failed; what went wrong there is logged, and told to nobody.
        """
        if self._closed:
            raise ProtocolError("closed", CloseCode.NORMAL)
        if known is not None and known in self._viewers and not known.closed:
            self._viewers[known] += 1
            self._left.pop(known, None)
            return known
        while self._count >= self._max_displays:
            # Who is there goes before who might come back.
            waiting = next(iter(self._left), None)
            if waiting is None:
                raise ProtocolError(f"too many viewers: at most {self._max_displays} at once", CloseCode.TOO_MANY)
            await self._end(waiting)
        self._count += 1
        try:
            display = await self._made_for(principal)
        except BaseException:
            self._count -= 1
            raise
        self._viewers[display] = 1
        return display

    async def leave(self, display: Display, *, awaited: bool = False) -> None:
        """A viewer of ``display`` is gone; where it is ``awaited``, the display remains until `give_up`."""
        self._viewers[display] -= 1
        if self._viewers[display]:
            return
        if awaited and not (self._closed or display.closed):
            self._left[display] = None
        else:
            await self._end(display)

    def give_up(self, display: Display) -> None:
        """Nobody comes back to ``display``. Does nothing where somebody has."""
        if display in self._left:
            ending = asyncio.ensure_future(self._end(display))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    def _end(self, display: Display) -> Coroutine[Any, Any, None]:
        """Take it out, so that nobody enters it any more; what is returned closes it."""
        self._left.pop(display, None)
        del self._viewers[display]
        return self._close(display)

    async def _close(self, display: Display) -> None:
        try:
            # Closing waits for a picture that is being encoded; others on this loop shall not.
            await asyncio.to_thread(display.close)
        finally:
            self._count -= 1

    def close(self, code: CloseCode = CloseCode.NORMAL, reason: str = "closed") -> None:
        """Close them all, and make no more. May be called more than once, from any thread."""
        self._closed = True
        for display in self.displays:
            display.close(code, reason)

    async def _made_for(self, principal: object) -> Display:
        try:
            made: Display = await foreign.call(self._make, principal)
            return made
        except Exception:  # It is the program's own code.
            if _failed.allows():
                logger.exception("no display could be made for a viewer of %s", self.name)
            raise ProtocolError("error in the server", CloseCode.INTERNAL) from None
