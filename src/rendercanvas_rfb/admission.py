"""Who gets in: the origin of the page, then the credential, and how many are in already."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from . import foreign
from .auth import ANONYMOUS, AuthContext, Authenticator, is_refusal
from .display import Display
from .errors import CloseCode, ConnectionClosed, ProtocolError
from .hub import Place
from .limits import ServerLimits
from .log_limit import LogLimit
from .metrics import SessionMetrics, ViewerMetrics
from .origins import Hosts, Origins, is_loopback
from .private import PrivateDisplays
from .protocol.codec import decode_client
from .protocol.messages import Hello
from .resuming import Sessions
from .viewing import Admit, Connection, ViewerSession

__all__ = ["Admission", "Roster"]

logger = logging.getLogger("rendercanvas_rfb")
_slow = LogLimit(logger, logging.WARNING, "answers of the authenticator that did not come in time")
_failed = LogLimit(logger, logging.ERROR, "failures of the authenticator")


class Admission:
    """Decides about connections and requests.

    Args:
        authenticate: Says who it is; None where everybody may watch, as `ANONYMOUS`.
        origins: The pages that may connect.
        hosts: The names by which the server may be called.
        timeout_s: Seconds that the authenticator may take.
    """

    def __init__(self, authenticate: Authenticator | None, origins: Origins, hosts: Hosts, timeout_s: float) -> None:
        self._authenticate = authenticate
        self._origins = origins
        self._hosts = hosts
        self._timeout_s = timeout_s

    @property
    def open(self) -> bool:
        """Whether everybody may watch."""
        return self._authenticate is None

    def check_page(self, context: AuthContext) -> None:
        """Raises `ProtocolError` where the page that connects may not."""
        host = context.headers.get("host")
        # Where a credential is needed, a page that goes by another name has none.
        if (self.open or self._hosts) and not self._hosts.allow(host, context.server):
            raise ProtocolError("host not allowed; name it in hosts= of the server", CloseCode.FORBIDDEN_ORIGIN)
        if not self._origins.allow(context.origin, host):
            raise ProtocolError("origin not allowed", CloseCode.FORBIDDEN_ORIGIN)

    async def principal_of(self, context: AuthContext) -> object:
        """Who it is.

        Raises:
            ProtocolError: It may not watch, or the authenticator failed; what went wrong there is logged, and told
                to nobody.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                principal = await self._ask(context)
        except TimeoutError:
            if _slow.allows():
                logger.warning("the authenticator took more than %g s", self._timeout_s)
            raise ProtocolError("no answer from the authenticator in time", CloseCode.TIMEOUT) from None
        except Exception:  # It is foreign code.
            if _failed.allows():
                logger.exception("the authenticator failed")
            raise ProtocolError("error in the server", CloseCode.INTERNAL) from None
        if is_refusal(principal):
            raise ProtocolError("credential missing or wrong", CloseCode.UNAUTHORIZED)
        return principal

    async def _ask(self, context: AuthContext) -> object:
        authenticate = self._authenticate
        if authenticate is None:
            return ANONYMOUS
        return await foreign.call(authenticate, context)


class Roster:
    """The viewers of an app, of all displays.

    Args:
        admission: Decides who gets in.
        limits: Those of the server.
        sessions: Those that viewers can come back to; by default, those of this app alone.
    """

    def __init__(self, admission: Admission, limits: ServerLimits, sessions: Sessions | None = None) -> None:
        self._admission = admission
        self._limits = limits
        self._viewers: set[ViewerSession] = set()
        self._sessions = Sessions(limits) if sessions is None else sessions
        self._pending: Counter[str | None] = Counter()

    async def watch(self, connection: Connection, place: Place | None, context: AuthContext) -> None:
        """Serve one viewer until its connection ends.

        Raises:
            ProtocolError: It is refused before it is a viewer; the connection is still to be closed.
        """
        self._admission.check_page(context)
        with self._waiting(context.client) as let_in:

            async def admit(hello: Hello) -> object:
                principal = await self._admit(hello, context)
                let_in()
                return principal

            match place:
                case Display():
                    await self._serve(self._session(connection, place, admit))
                case PrivateDisplays():
                    await self._watch_privately(connection, place, admit)
                case None:
                    await self._refuse(connection, context, admit)

    @contextmanager
    def _waiting(self, address: str | None) -> Iterator[Callable[[], None]]:
        """Count a connection among those that are not let in yet, until the function is called or the block ends.

        Raises:
            ProtocolError: There are too many.
        """
        limits = self._limits
        most = limits.max_pending if is_loopback(address or "") else limits.max_pending_per_address
        if self._pending.total() >= limits.max_pending or self._pending[address] >= most:
            raise ProtocolError("too many connections that are not let in yet", CloseCode.TOO_MANY)
        self._pending[address] += 1
        with ExitStack() as leaving:
            leaving.callback(self._leave, address)
            yield leaving.close

    def _leave(self, address: str | None) -> None:
        self._pending[address] -= 1
        if not self._pending[address]:
            del self._pending[address]

    def _session(self, connection: Connection, display: Display, admit: Admit) -> ViewerSession:
        return ViewerSession(connection, display, admit, self._limits, self._sessions)

    async def _serve(self, session: ViewerSession) -> None:
        self._viewers.add(session)
        try:
            await session.run()
        finally:
            self._viewers.discard(session)

    async def _watch_privately(self, connection: Connection, place: PrivateDisplays, admit: Admit) -> None:
        """Let the viewer in first: nobody else is worth a display.

        That of a viewer whose connection was lost waits for it as long as its session does.
        """
        if (opening := await self._opening(connection)) is None:
            return
        message, hello = opening
        principal = await admit(hello)

        async def let_in(_hello: Hello) -> object:
            return principal

        display = await place.enter(principal, self._sessions.display_of(hello.session, principal))
        session = self._session(_Opened(connection, message), display, let_in)
        try:
            await self._serve(session)
        finally:
            awaited = self._sessions.at_drop(session.token, lambda: place.give_up(display))
            await place.leave(display, awaited=awaited)

    def metrics(self) -> list[ViewerMetrics]:
        """What is counted of each viewer that was let in."""
        return [session.metrics() for session in self._viewers if session.admitted]

    def session_metrics(self) -> SessionMetrics:
        """What is counted of sessions."""
        return self._sessions.metrics()

    async def _admit(self, hello: Hello, context: AuthContext) -> object:
        token = context.token if hello.token is None else hello.token
        principal = await self._admission.principal_of(replace(context, token=token))
        # Whose place it takes does not count beside it.
        before = self._sessions.connected(hello.session, principal)
        others = sum(session.admitted for session in self._viewers if session is not before)
        if others >= self._limits.max_viewers:
            raise ProtocolError("too many viewers", CloseCode.TOO_MANY)
        return principal

    async def _refuse(self, connection: Connection, context: AuthContext, admit: Admit) -> None:
        """Tell that there is no such display, where a credential is needed only to those that have it."""
        if not self._admission.open:
            if (opening := await self._opening(connection)) is None:
                return
            await admit(opening[1])
        reason = "no display" if context.display is None else f"no display named {context.display!r}"
        raise ProtocolError(reason, CloseCode.UNKNOWN_DISPLAY)

    async def _opening(self, connection: Connection) -> tuple[str | bytes, Hello] | None:
        """The first message, and the hello that it must be; None where the connection ends before it.

        Raises:
            ProtocolError: It does not come in time, or is another one.
        """
        try:
            async with asyncio.timeout(self._limits.handshake_s):
                message = await connection.receive()
        except TimeoutError:
            raise ProtocolError("no hello in time", CloseCode.TIMEOUT) from None
        except ConnectionClosed:
            return None
        hello = decode_client(message if isinstance(message, str) else "")
        if not isinstance(hello, Hello):
            raise ProtocolError(f"unexpected {type(hello).__name__} while opening")
        return message, hello


class _Opened:
    """A connection of which the first message is known already: it is received once more."""

    def __init__(self, connection: Connection, first: str | bytes) -> None:
        self._connection = connection
        self._first: str | bytes | None = first
        self.send = connection.send
        self.close = connection.close

    async def receive(self) -> str | bytes:
        """The first message, then those that follow it."""
        if (first := self._first) is None:
            return await self._connection.receive()
        self._first = None
        return first
