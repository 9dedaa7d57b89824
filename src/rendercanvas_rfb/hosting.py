"""The servers of this process.

Which display is where, started when the first one comes, stopped when the process ends.
"""

from __future__ import annotations

import os
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from os import PathLike
from typing import Any

from .auth import Authenticator
from .display import Display
from .errors import ConfigurationError
from .limits import ServerLimits
from .private import MakeDisplay
from .server import DEFAULT_HOST, DEFAULT_PORT, Server

__all__ = ["ServerOptions", "host_display", "host_private", "made_by", "stop_all"]


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What `Server` takes besides host and port."""

    token: str | None = None
    authenticate: Authenticator | None = None
    origins: str | tuple[str, ...] = ()
    hosts: str | tuple[str, ...] = ()
    limits: ServerLimits | None = None
    ssl_certfile: str | PathLike[str] | None = None
    ssl_keyfile: str | PathLike[str] | None = None


DEFAULT_OPTIONS = ServerOptions()

_maker: ContextVar[Callable[..., Display] | None] = ContextVar("maker", default=None)


@contextmanager
def made_by(make: Callable[..., Display]) -> Iterator[None]:
    """Have the displays that are asked for in the block made by ``make``, which serves them elsewhere or not at all.

    Args:
        make: Is given the name, or None, and what `Server.add` takes beside it.
    """
    before = _maker.set(make)
    try:
        yield
    finally:
        _maker.reset(before)


_lock = threading.Lock()
_servers: dict[tuple[str, int], tuple[Server, ServerOptions]] = {}


def host_display(
    name: str | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
    open_browser: bool | None = None,
    server_options: ServerOptions = DEFAULT_OPTIONS,
    stem: str = "canvas",
    **display_options: Any,
) -> Display:
    """Make a display and serve it. Prints one line with its address to stderr.

    Args:
        name: Its name in addresses; by default the first free one of ``<stem>-1``, ``<stem>-2``, ...
        host: As for `RfbRenderCanvas`.
        port: As for `RfbRenderCanvas`. Displays with the same host and port share a server.
        open_browser: As for `RfbRenderCanvas`.
        server_options: For the server, where this is its first display. Later ones leave them out, or give the same.
        stem: Beginning of generated names.
        **display_options: For `Server.add`.

    Raises:
        ConfigurationError, AddressError: As `RfbRenderCanvas` says.
    """
    if (make := _maker.get()) is not None:
        return make(name, **display_options)
    host, port = _address(host, port)
    with _lock:
        server = _server_at(host, port, server_options)
        # Under the lock, so that two displays that come at the same time get two names.
        display = server.add(server.hub.free_name(stem) if name is None else name, **display_options)
    _announce(server, port, display.name)
    if os.environ.get("RENDERCANVAS_RFB_OPEN") == "1" if open_browser is None else open_browser:
        webbrowser.open(display.url)
    return display


def host_private(
    name: str, make: MakeDisplay, *, title: str | None = None, host: str | None = None, port: int | None = None
) -> str:
    """Serve a display of its own to each viewer. Prints one line with the address to stderr.

    Args:
        name: As for `Server.add_private`.
        make: As for `Server.add_private`.
        title: As for `Server.add_private`.
        host: As for `RfbRenderCanvas`.
        port: As for `RfbRenderCanvas`.

    Returns:
        The address.

    Raises:
        ConfigurationError, AddressError: As `RfbRenderCanvas` says.
    """
    host, port = _address(host, port)
    with _lock:
        server = _server_at(host, port, DEFAULT_OPTIONS)
        server.add_private(name, make, title=title)
    _announce(server, port, name)
    return server.url(name)


def stop_all() -> None:
    """Stop the servers, and close their displays. A later display starts afresh."""
    with _lock:
        servers = [server for server, _ in _servers.values()]
        _servers.clear()
    for server in servers:
        server.stop()


def _announce(server: Server, wanted_port: int, name: str) -> None:
    instead = f" (port {wanted_port} is in use)" if wanted_port not in (0, server.port) else ""
    print(f"rendercanvas-rfb: {name} is at {server.url(name)}{instead}", file=sys.stderr, flush=True)


def _address(host: str | None, port: int | None) -> tuple[str, int]:
    host = os.environ.get("RENDERCANVAS_RFB_HOST", "") or DEFAULT_HOST if host is None else host
    return host, _port_from_environment() if port is None else _check_port(port, "port")


def _server_at(host: str, port: int, options: ServerOptions) -> Server:
    server, present = _servers.get((host, port), (None, options))
    if server is not None and server.running:
        if options not in (present, DEFAULT_OPTIONS):
            raise ConfigurationError(
                f"the server on {host}:{port} runs already, with other options; give them with its first display,"
                " or take another port"
            )
        return server
    server = Server(
        host,
        port,
        token=options.token,
        authenticate=options.authenticate,
        origins=options.origins,
        hosts=options.hosts,
        limits=options.limits,
        ssl_certfile=options.ssl_certfile,
        ssl_keyfile=options.ssl_keyfile,
    )
    server.start()
    _servers[host, port] = (server, options)
    return server


def _port_from_environment() -> int:
    text = os.environ.get("RENDERCANVAS_RFB_PORT", "")
    if not text:
        return DEFAULT_PORT
    if not text.isdecimal():
        raise ConfigurationError(f"RENDERCANVAS_RFB_PORT must be a number from 0 to 65535, not {text!r}")
    return _check_port(int(text), "RENDERCANVAS_RFB_PORT")


def _check_port(port: int, where: str) -> int:
    if not 0 <= port <= 65535:
        raise ConfigurationError(f"{where} must be a number from 0 to 65535, not {port}")
    return port
