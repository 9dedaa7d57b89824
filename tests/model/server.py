"""The server of a world: the real one, but for its sockets, its encoders and its program."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

import numpy as np

from rendercanvas_rfb import viewing
from rendercanvas_rfb.admission import Admission, Roster
from rendercanvas_rfb.auth import AuthContext
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import CloseCode, ConnectionClosed, ProtocolError
from rendercanvas_rfb.limits import ServerLimits
from rendercanvas_rfb.options import DisplayOptions
from rendercanvas_rfb.origins import Hosts, Origins
from rendercanvas_rfb.policy import ViewerPolicy
from rendercanvas_rfb.viewer_event import ViewerEvent

from .encoders import TIERS, Encoders, pixel_of
from .link import ServerEnd
from .loop import VirtualLoop

__all__ = ["ModelServer"]

LOOK_S = 0.03
"""Seconds between two looks of a program for which there is nothing new: a size may have become due."""


class ModelServer:
    """One life of the server; a restart is another one.

    Args:
        loop: That of the world.
        encoders: Its encoders.
        options: Of the display.
        policy: Of the display.
        resume_s: Seconds for which a session is kept.
        numbers: Names the viewers.
    """

    def __init__(
        self,
        loop: VirtualLoop,
        encoders: Encoders,
        options: DisplayOptions,
        policy: ViewerPolicy,
        resume_s: float,
        numbers: itertools.count[int],
    ) -> None:
        self._loop = loop
        self._numbers = numbers
        self._tokens = itertools.count(1_000_000 * next(numbers))
        self.limits = ServerLimits(resume_s=resume_s)
        self.roster = Roster(Admission(None, Origins(), Hosts(), self.limits.handshake_s), self.limits)
        self.display = Display(
            "plot", options=options, policy=policy, tiers=TIERS, open_encoder=encoders.open, clock=loop.time
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self.content: int | None = None
        self.size = (8, 6)
        self._woken = True
        self._look_at = 0.0
        self.display._inbox.listen(self._wake)

    @property
    def watchers(self) -> list[viewing.ViewerSession]:
        """The viewers that are attached to the display."""
        return list(self.display._audience._watchers)  # type: ignore[arg-type]

    def controls(self, watcher: viewing.ViewerSession) -> bool:
        """Whether a viewer has the control."""
        return self.display._audience.controls(watcher)

    def enter(self) -> None:
        """Be the one whose code runs."""
        viewing._numbers = self._numbers
        # The same in each run, and without asking the system for randomness.
        viewing.new_token = lambda: f"token-{next(self._tokens):026d}"  # type: ignore[attr-defined]

    def accept(self, connection: ServerEnd) -> None:
        """A connection has come in."""
        task = self._loop.create_task(self._serve(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def publish(self, content: int) -> None:
        """The program shows another picture."""
        width, height = self.size
        pixels = np.empty((height, width, 4), np.uint8)
        pixels[:] = pixel_of(content)
        self.content = content
        self.display.present(pixels)

    def take_events(self, handle: Callable[[ViewerEvent], None]) -> None:
        """The program takes its events where there are some, and follows the size that is asked for."""
        now = self._loop.time()
        if not self._woken and now < self._look_at:
            return
        self._woken, self._look_at = False, now + LOOK_S
        for event in self.display.poll_events():
            if event.type == "resize" and self.content is not None:
                self.size = (int(event.members["width"]), int(event.members["height"]))
                self.publish(self.content)
            handle(event)

    def _wake(self) -> None:
        self._woken = True

    def stop(self) -> None:
        """Shut down as servers do: the viewers are told."""
        self.display.close(CloseCode.GOING_AWAY, "server shuts down")

    def die(self) -> None:
        """Nobody is told, and nothing goes on."""
        for task in self._tasks:
            task.cancel()
        self.display.close()

    async def _serve(self, connection: ServerEnd) -> None:
        """As `asgi.RfbApp` does it for a WebSocket."""
        try:
            await self.roster.watch(connection, self.display, AuthContext())
        except ProtocolError as error:
            await connection.close(error.code, error.reason)
        except ConnectionClosed:
            pass
