"""One viewer over one connection: the asyncio shell around the `Viewer` state machine."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol
from weakref import ref

from ._version import __version__
from .auth import is_refusal
from .display import Display
from .errors import CloseCode, ConnectionClosed, ProtocolError, StateError
from .limits import MessageLimiter, ServerLimits
from .log_limit import LogLimit
from .metrics import ViewerMetrics
from .outgoing import Outgoing
from .protocol.chunk import Chunk
from .protocol.codec import decode_client, encode
from .protocol.messages import Hello, StateChanged, Welcome
from .resuming import Sessions, new_token
from .session.tickets import Ticket
from .session.viewer import (
    Advise,
    Authenticate,
    Close,
    Effect,
    NeedPicture,
    SelectTier,
    Send,
    SendChunk,
    SetView,
    Submit,
    Viewer,
    ViewerState,
)
from .subscribing import LoopPost, Post

__all__ = ["Admit", "Connection", "ViewerSession", "watch"]

logger = logging.getLogger("rendercanvas_rfb")
_bad_messages = LogLimit(logger, logging.INFO, "connections of viewers that sent what is not allowed")

Admit = Callable[[Hello], Awaitable[object]]
"""Returns the viewer's principal, or None or False where it may not watch. A `ProtocolError` says why it may not."""

DEFAULT_LIMITS = ServerLimits()

TICK_S = 1.0
"""Seconds between two looks at the clock; the shortest time limit is three of them."""

DELIBERATE_CODES = frozenset({CloseCode.NORMAL, CloseCode.GOING_AWAY})
"""How a viewer closes its connection when it does not mean to come back: 1001 is what browsers send for a page that is
closed. What they send otherwise may be the end of an attempt that went wrong."""

CLOSE_TIMEOUT_S = 2.0
"""Seconds that a viewer gets to take what is queued when its connection is closed, and then to take the close."""


class Connection(Protocol):
    """What a transport is to a session: carries whole messages in order, text and binary ones.

    All methods belong to one asyncio loop.
    """

    async def receive(self) -> str | bytes:
        """The next message.

        Raises:
            ConnectionClosed: There will be none.
        """
        ...

    async def send(self, message: str | bytes) -> None:
        """Send a message; returns when the transport has room for another one.

        Raises:
            ConnectionClosed: The other side is gone.
        """
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close it. Does nothing where it is closed."""
        ...


_numbers = itertools.count(1)


async def watch(connection: Connection, display: Display, admit: Admit, limits: ServerLimits = DEFAULT_LIMITS) -> None:
    """Serve one viewer until its connection ends. Errors of the viewer end its connection, and nothing else."""
    await ViewerSession(connection, display, admit, limits).run()


class ViewerSession:
    """A watcher of ``display`` at the other end of ``connection``. Lives on one asyncio loop.

    Args:
        connection: Leads to it.
        display: What it watches.
        admit: Lets it in.
        limits: What it may do.
        sessions: Those that it can come back to.
        is_deaf: Whether nothing can come from it at present, for a reason that is not its own.

    Attributes:
        principal: Who it is, as ``admit`` says; None before it is let in.
        token: That of its session.
    """

    def __init__(
        self,
        connection: Connection,
        display: Display,
        admit: Admit,
        limits: ServerLimits = DEFAULT_LIMITS,
        sessions: Sessions | None = None,
        is_deaf: Callable[[], bool] = lambda: False,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.post: Post = LoopPost(loop)
        self._time = loop.time
        self._connection = connection
        self._display = display
        self._admit = admit
        self.principal: object = None
        self.token = new_token()
        self._sessions = Sessions(limits) if sessions is None else sessions
        self._number = next(_numbers)
        self._viewer = Viewer(f"v{self._number}", loop.time(), handshake_s=limits.handshake_s)
        self._limiter = MessageLimiter(limits, loop.time())
        self._outgoing = Outgoing()
        self._is_deaf = is_deaf
        self._ending = asyncio.Event()
        self._farewell = Close(CloseCode.INTERNAL, "error in the server")
        self._confirming: asyncio.TimerHandle | None = None
        self._has_left = False
        self._is_deliberate = False

    @property
    def id(self) -> str:
        """Name of the viewer, unique in the process."""
        return self._viewer.id

    @property
    def ticket(self) -> Ticket:
        """What its session needs to go on over another connection."""
        return Ticket(
            self.token,
            ref(self._display),
            self.principal,
            self._viewer.id,
            self._number,
            self._viewer.taken,
            *self._viewer.carried(self._time()),
        )

    @property
    def input_counts(self) -> tuple[int, int]:
        """See `Viewer.input_counts`."""
        return self._viewer.input_counts

    async def run(self) -> None:
        """Read, write and look at the clock until the connection ends."""
        writer = asyncio.create_task(self._write(), name=f"{self._viewer.id} writer")
        tasks = [
            writer,
            asyncio.create_task(self._read(), name=f"{self._viewer.id} reader"),
            asyncio.create_task(self._tick(), name=f"{self._viewer.id} clock"),
            asyncio.create_task(self._ending.wait(), name=f"{self._viewer.id} end"),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if any(task.exception() for task in done):
                self.end(CloseCode.INTERNAL, "error in the server")
            if self._ending.is_set():
                self._leave()  # One that does not hear of its end is not there while it is told.
                await self._hang_up(writer)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            self._leave()
        for error in results:
            if isinstance(error, Exception):
                logger.error("error while serving viewer %s", self._viewer.id, exc_info=error)

    def _leave(self) -> None:
        """Be no viewer of the display any more."""
        if self._has_left:
            return
        self._has_left = True
        if self._confirming is not None:
            self._confirming.cancel()
        self._viewer.vanish(deliberate=self._is_deliberate)
        self._sessions.end(self)
        if self._viewer.resumable:
            self._sessions.keep(self.ticket)
        # Last, so that whoever sees that the viewer is gone finds its session waiting.
        self._display.detach(self)

    async def _hang_up(self, writer: asyncio.Task[None]) -> None:
        """Let the viewer hear why. One that does not read only delays its own end."""
        await asyncio.wait([writer], timeout=CLOSE_TIMEOUT_S)
        writer.cancel()
        with suppress(ConnectionClosed, TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._connection.close(self._farewell.code, self._farewell.reason)

    @property
    def admitted(self) -> bool:
        """Whether it was let in, and is there still."""
        return self.principal is not None and not self._has_left

    def metrics(self) -> ViewerMetrics:
        """What is counted of it."""
        return self._viewer.metrics(self._display.name, self._time())

    # What the display and the pipeline call, on this loop.

    def offer(self, chunk: Chunk) -> None:
        """Send the chunk now or never."""
        self._apply(self._viewer.offer(chunk, self._time()))
        self._report()

    def offer_still(self, chunk: Chunk) -> None:
        """Send the lossless still, if it is still wanted."""
        self._apply(self._viewer.offer_still(chunk, self._time()))
        self._report()

    def offer_preview(self, chunk: Chunk) -> None:
        """Show an image until there is a keyframe."""
        self._apply(self._viewer.offer_preview(chunk, self._time()))
        self._report()

    def tiers_changed(self) -> None:
        """Choose again."""
        pipeline = self._display.pipeline
        served = pipeline.serves(self)
        self._viewer.limit_window(self._display.options.window)
        self._guarded(
            lambda: self._viewer.tiers_changed(pipeline.tiers, served=served, adaptive=pipeline.adaptive),
            CloseCode.INTERNAL,
        )

    def state_changed(self, members: Mapping[str, Any]) -> None:
        """Tell the viewer."""
        self._put(encode(StateChanged(members)))

    def deliver(self, text: str, key: str | None) -> None:
        """Send an application's message, in the place of one that waits under the same key."""
        self._noted(self._outgoing.put(text) if key is None else self._outgoing.put_keyed(text, key))

    def end(self, code: CloseCode, reason: str) -> None:
        """Close the connection."""
        self._apply(self._viewer.close(code, reason))

    def replace(self) -> None:
        """End it: its session goes on over another connection."""
        self.end(CloseCode.NORMAL, "resumed by another connection")
        self._leave()

    # The three tasks.

    async def _read(self) -> None:
        try:
            while True:
                message = await self._connection.receive()
                self._limiter.check(len(message), self._time())
                if isinstance(message, bytes):
                    raise ProtocolError("viewers send text messages only")
                effects = self._viewer.receive(decode_client(message), self._time())
                for effect in effects:
                    if isinstance(effect, Authenticate):
                        await self._let_in(effect.hello)
                self._apply(effects)
                self._report()
                self._confirm_soon()
        except ProtocolError as error:
            if _bad_messages.allows():
                logger.info("viewer %s: %s", self._viewer.id, error)
            self._apply(self._viewer.close(error.code, error.reason))
        except ConnectionClosed as closed:
            self._is_deliberate = closed.code in DELIBERATE_CODES

    async def _write(self) -> None:
        try:
            while True:
                message = await self._outgoing.get()
                if isinstance(message, Close):
                    await self._connection.close(message.code, message.reason)
                    return
                await self._connection.send(message)
        except ConnectionClosed as closed:
            self._is_deliberate = closed.code in DELIBERATE_CODES

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._display.check_freshness()
            self._display.pipeline.look_after_encoders()
            if self._is_deaf():
                self._viewer.excuse(self._time())
            self._apply(self._viewer.tick(self._time(), {"viewers": self._display.state["viewers"]}))
            self._report()

    async def _let_in(self, hello: Hello) -> None:
        principal = await self._admit(hello)
        if is_refusal(principal):
            raise ProtocolError("credential missing or wrong", CloseCode.UNAUTHORIZED)
        if self._viewer.state is not ViewerState.AUTHENTICATING:
            return  # It took so long that the viewer was sent away.
        self.principal = principal
        ticket = self._sessions.resume(hello.session, self._display, principal)
        if ticket is not None:
            self.token, self._viewer.id, self._number = ticket.token, ticket.viewer, ticket.number
            self._viewer.pictures.resume(ticket.level, ticket.bitrate, self._time())
        try:
            state = self._display.attach(self, self._number, resumed=ticket is not None, screen=hello.view is not None)
        except StateError as error:
            raise ProtocolError("the display is closed", CloseCode.NORMAL) from error
        except ProtocolError:
            if ticket is not None:
                self._sessions.keep(ticket)  # There may be room for it later.
            raise
        taken = 0 if ticket is None else ticket.taken
        welcome = Welcome(self.id, self._display.name, __version__, state, self.token, ticket is not None, taken)
        pipeline = self._display.pipeline
        self._viewer.limit_window(self._display.options.window)
        self._apply(self._viewer.accept(hello, welcome, pipeline.tiers, self._time(), adaptive=pipeline.adaptive))
        self._sessions.begin(self, resumed=ticket is not None)

    # Carrying out what the state machine asks for.

    def _apply(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(message):
                    self._put(encode(message))
                case SendChunk(chunk):
                    self._put(chunk.message)
                case SelectTier(tier, instead):
                    self._viewer.given(self._display.pipeline.subscribe(self, tier, instead))
                    self._report()
                case NeedPicture():
                    self._need_picture()
                case SetView(view):
                    self._display.set_view(self, view)
                case Submit(event, picture):
                    if not self._display.submit(self, event, picture):
                        self._apply(self._viewer.close(CloseCode.TOO_MANY, "the program does not take its events"))
                case Advise(event):
                    self._display.advise(self, event)
                case Close():
                    self._put(effect)
                case Authenticate():  # `_read` has dealt with it: the answer may take a while.
                    pass

    def _guarded(self, change: Callable[[], list[Effect]], code: CloseCode) -> None:
        try:
            self._apply(change())
        except ProtocolError as error:
            self.end(code, error.reason)

    def _need_picture(self) -> None:
        pipeline = self._display.pipeline
        takes_long = pipeline.need_picture(self, self._viewer.last_sequence)
        if takes_long and (format := self._viewer.preview_format) is not None:
            pipeline.wish_preview(self, format)

    def _confirm_soon(self) -> None:
        """Have the viewer told which of its messages were taken, no more often than it needs to know."""
        if self._confirming is None and (due := self._viewer.confirm_at) is not None:
            self._confirming = asyncio.get_running_loop().call_at(due, self._confirm)

    def _confirm(self) -> None:
        self._confirming = None
        self._apply(self._viewer.confirm(self._time()))
        self._confirm_soon()

    def _report(self) -> None:
        self._display.pipeline.ready(self, self._viewer.report())
        self._display.pipeline.wish_still(self, self._viewer.still_wish)

    def _put(self, message: str | bytes | Close) -> None:
        if isinstance(message, Close):
            self._farewell = message
            self._ending.set()
        self._noted(self._outgoing.put(message))

    def _noted(self, has_room: bool) -> None:
        """End the connection where nothing gets through."""
        if not has_room and not self._ending.is_set():
            self._farewell = Close(CloseCode.TOO_SLOW, "messages were not read in time")
            self._ending.set()
