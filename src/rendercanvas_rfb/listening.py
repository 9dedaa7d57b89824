"""The socket that the server listens on, and how uvicorn shall speak on it."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import warnings
from importlib import import_module
from typing import Any

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from .errors import AddressError
from .limits import ServerLimits
from .log_limit import LogLimit
from .protocol.codec import MAX_MESSAGE_BYTES

__all__ = ["STOP_TIMEOUT_S", "bind", "http_protocol", "uvicorn_config", "websocket_options"]

logger = logging.getLogger("rendercanvas_rfb")
_bad_text = LogLimit(logger, logging.INFO, "connections ended by text that is no UTF-8")
_uvicorn = logging.getLogger("uvicorn.error")
_refused = {
    message: LogLimit(_uvicorn, logging.WARNING, f"requests that ended with {message!r}")
    for message in ("Invalid HTTP request received.", "Unsupported upgrade request.", "Exceeded concurrency limit.")
}
"""What uvicorn warns of each time that somebody sends it."""

STOP_TIMEOUT_S = 5.0
"""Seconds for connections to say goodbye when the server stops."""

CONNECTIONS_PER_VIEWER = 8
"""Connections of each viewer that there may be or come, at most; those beyond get 503. Browsers keep six for a server,
beside its WebSocket."""

PORTS_TO_TRY = 100
"""Ports tried, from the wanted one upwards, where that is in use."""


def bind(host: str, port: int) -> socket.socket:
    """Listen on ``port``, or on the next free one; on any free one where it is 0.

    Raises:
        AddressError: The host cannot be listened on, or no port is free.
    """
    ports = range(port, min(port + PORTS_TO_TRY, 65536)) if port else [0]
    for candidate in ports:
        try:
            family, _, _, _, address = socket.getaddrinfo(host, candidate, type=socket.SOCK_STREAM)[0]
        except OSError as error:
            raise AddressError(error.errno, f"cannot listen on {host!r}: {error.strerror}") from error
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            # Lets a program that is started again have its port back at once.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(128)
        except OSError as error:
            listener.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise AddressError(error.errno, f"cannot listen on {host}:{candidate}: {error.strerror}") from error
        else:
            return listener
    raise AddressError(errno.EADDRINUSE, f"no free port on {host} from {port} to {ports[-1]}")


def uvicorn_config(app: Any, limits: ServerLimits, **more: Any) -> uvicorn.Config:
    """How uvicorn shall serve an app, within limits; ``more`` is passed on to it."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        http=http_protocol(limits.handshake_s),
        limit_concurrency=CONNECTIONS_PER_VIEWER * (limits.max_viewers + limits.max_pending),
        **websocket_options(),
        # Encoded pictures do not get smaller: deflating 181 kB costs 5.5 ms for each viewer.
        ws_per_message_deflate=False,
        # Twice what a message may have, so that it is the app that refuses it, with a reason.
        ws_max_size=2 * MAX_MESSAGE_BYTES,
        # The protocol has its own, which notice a stalled page too.
        ws_ping_interval=None,
        timeout_graceful_shutdown=int(STOP_TIMEOUT_S),
        **more,
    )
    # After uvicorn has set up its logging. The same function is added once.
    _uvicorn.addFilter(is_worth_a_line)
    return config


def is_worth_a_line(record: logging.LogRecord) -> bool:
    """Whether a record of uvicorn's is to be in the log: anybody who reaches the port could fill it with some.

    Uvicorn takes a viewer's text that is no UTF-8 for an error of its own, with a traceback for each. That becomes one
    line of information. What it warns of is limited.
    """
    if (limit := _refused.get(str(record.msg))) is not None:
        return limit.allows()
    error = None if record.exc_info is None else record.exc_info[1]
    if not isinstance(error, UnicodeDecodeError) or not record.module.startswith("websockets"):
        return True
    if _bad_text.allows():
        logger.info("text that is no UTF-8 ended a viewer's connection")
    return False


def websocket_options() -> dict[str, Any]:
    """How uvicorn shall speak WebSocket with the installed websockets package.

    Its present implementation needs a newer package than 10.4, and it does not look for that; its former one works
    with it, and is deprecated.
    """
    try:
        import_module("uvicorn.protocols.websockets.auto")
    except ImportError:
        with warnings.catch_warnings():
            # It says so by a warning of its own class, which older versions have not got.
            warnings.simplefilter("ignore")
            former = import_module("uvicorn.protocols.websockets.websockets_impl")
        return {"ws": former.WebSocketProtocol}
    return {"ws": "auto"}


def http_protocol(patience_s: float) -> type[asyncio.Protocol]:
    """Uvicorn's protocol, with an end for who connects and does not send a whole request.

    Args:
        patience_s: Seconds for the first request. Uvicorn itself waits for ever.
    """

    class Impatient(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            self.loop.call_later(patience_s, self._hang_up_on_the_silent)

        def _hang_up_on_the_silent(self) -> None:
            # A connection that became a WebSocket has another protocol now.
            if self.cycle is None and self.transport.get_protocol() is self:
                self.transport.close()

    return Impatient
