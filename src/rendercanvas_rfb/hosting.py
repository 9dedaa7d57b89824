"""The servers of this process.

Which display is where, started when the first one comes, stopped when the process ends.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import webbrowser

from .display import Display
from .errors import ConfigurationError
from .policy import ViewerPolicy
from .server import DEFAULT_HOST, DEFAULT_PORT, Server

__all__ = ["host_display"]

_lock = threading.Lock()
_servers: dict[tuple[str, int], Server] = {}


def host_display(
    name: str | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
    open_browser: bool | None = None,
    stem: str = "canvas",
    policy: ViewerPolicy | None = None,
) -> Display:
    """Make a display and serve it. Prints one line with its address to stderr.

    Args:
        name: Its name in addresses; by default the first free one of ``<stem>-1``, ``<stem>-2``, ...
        host: As for `RfbRenderCanvas`.
        port: As for `RfbRenderCanvas`. Displays with the same host and port share a server.
        open_browser: As for `RfbRenderCanvas`.
        stem: Beginning of generated names.
        policy: As for `Display`.

    Raises:
        ConfigurationError, AddressError: As `RfbRenderCanvas` says.
    """
    host = os.environ.get("RENDERCANVAS_RFB_HOST", "") or DEFAULT_HOST if host is None else host
    port = _port_from_environment() if port is None else _check_port(port, "port")
    with _lock:
        server = _servers.get((host, port))
        if server is None or not server.running:
            server = Server(host, port)
            server.start()
            if not _servers:
                atexit.register(_stop_all)
            _servers[host, port] = server
    display = Display(server.hub.free_name(stem) if name is None else name, policy=policy)
    server.hub.add(display)
    display.at_close(lambda: server.hub.remove(display))
    url = display.url = server.url(display.name)
    instead = f" (port {port} is in use)" if port not in (0, server.port) else ""
    print(f"rendercanvas-rfb: {display.name} is at {url}{instead}", file=sys.stderr, flush=True)
    if os.environ.get("RENDERCANVAS_RFB_OPEN") == "1" if open_browser is None else open_browser:
        webbrowser.open(url)
    return display


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


def _stop_all() -> None:
    with _lock:
        servers = list(_servers.values())
        _servers.clear()
    for server in servers:
        server.stop()
