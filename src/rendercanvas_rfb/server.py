"""The app in a thread of its own.

Uvicorn on a socket that is bound before the thread starts, so that the address is known.
"""

from __future__ import annotations

import atexit
import errno
import logging
import socket
import ssl
import threading
from collections.abc import Iterable
from os import PathLike, fspath
from typing import Any, Self
from weakref import WeakSet

import uvicorn

from .asgi import RfbApp
from .auth import Authenticator, check_token
from .display import Display
from .errors import AddressError, CloseCode, ConfigurationError
from .hub import Hub, Place, check_name
from .limits import ServerLimits
from .listening import STOP_TIMEOUT_S, bind, uvicorn_config
from .origins import is_loopback
from .private import DEFAULT_MAX_DISPLAYS, MakeDisplay, PrivateDisplays
from .resuming import new_token
from .termination import say_goodbye_on_termination

__all__ = ["DEFAULT_HOST", "DEFAULT_PORT", "Server"]

logger = logging.getLogger("rendercanvas_rfb")

DEFAULT_HOST = "127.0.0.1"

DEFAULT_PORT = 7320
"""r-f-b on a telephone's keypad, and a zero."""

START_TIMEOUT_S = 10.0
"""Seconds for uvicorn to start: it takes about 0.1."""

_ANY_ADDRESS = ("", "0.0.0.0", "::")
"""Hosts that stand for all interfaces, and are no address to connect to: this machine's name is, with some luck."""

_started: WeakSet[Server] = WeakSet()
"""Those that are to say goodbye when the process ends."""


def _stop_started() -> None:
    for server in tuple(_started):
        server.stop()


class Server:
    """Serves a hub of displays over HTTP and WebSocket, from a daemon thread with an asyncio loop of its own.

    It says goodbye to its viewers when the process ends, by itself or by `SIGTERM`.

    Args:
        host: Name or address of the interface to listen on. Any but loopback makes a token necessary, which is
            generated.
        port: Port to listen on; where it is in use, the next free one is taken. 0 takes any free one.
        token: The credential that viewers must show; generated where it is None, there is no authenticator and the
            host is not loopback.
        authenticate: As for `RfbApp`.
        origins: As for `RfbApp`.
        hosts: As for `RfbApp`.
        limits: As for `RfbApp`.
        ssl_certfile: File with the server's certificate, and those that lead to the root (PEM): serves HTTPS.
        ssl_keyfile: File with the certificate's private key, where it is not in the same file.

    Raises:
        ConfigurationError: An argument is of another form; or the certificate cannot be used, and the message says
            why.
        AddressError: The host cannot be listened on, or no port is free. Raised by `start`.
    """

    def __init__(
        self,
        host: str = DEFAULT_HOST,
        port: int = DEFAULT_PORT,
        *,
        token: str | None = None,
        authenticate: Authenticator | None = None,
        origins: str | Iterable[str] = (),
        hosts: str | Iterable[str] = (),
        limits: ServerLimits | None = None,
        ssl_certfile: str | PathLike[str] | None = None,
        ssl_keyfile: str | PathLike[str] | None = None,
    ) -> None:
        self._certificate = _check_certificate(ssl_certfile, ssl_keyfile)
        self.hub = Hub()
        self.host = host
        self.wanted_port = port
        self.port = 0
        """The port that it listens on; 0 before `start`."""
        if token is None and authenticate is None and not is_loopback(host):
            token = new_token()
        self.token = token if token is None else check_token(token)
        self._limits = ServerLimits() if limits is None else limits
        self._app = RfbApp(
            self.hub, token=token, authenticate=authenticate, origins=origins, hosts=hosts, limits=self._limits
        )
        self._uvicorn: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Listen. Returns once connections are accepted."""
        listener = bind(self.host, self.wanted_port)
        self.port = listener.getsockname()[1]
        config = uvicorn_config(self._app, self._limits, **self._certificate)
        self._uvicorn = server = uvicorn.Server(config)
        started = threading.Event()
        self._thread = threading.Thread(target=_run, args=(server, listener, started), name="rfb-server", daemon=True)
        self._thread.start()
        if not started.wait(START_TIMEOUT_S) or not server.started:
            raise AddressError(errno.EADDRNOTAVAIL, f"the server did not start on {self.host}:{self.port}")
        if not _started:
            atexit.register(_stop_started)
            say_goodbye_on_termination(_stop_started)
        _started.add(self)
        for display in self.hub.displays():
            display.url = self.url(display.name)

    def add(
        self, display: str | Display, width: float | None = None, height: float | None = None, **options: Any
    ) -> Display:
        """Make a display reachable, before `start` or while the server runs.

        Args:
            display: Its name, by which it is made; or a display that exists.
            width: Logical width that viewers are told before the first picture, pixels.
            height: Likewise, the height.
            **options: What else `Display` takes.

        Raises:
            ConfigurationError: The name is taken or cannot be part of an address, or a display that exists is given
                with options.
        """
        if isinstance(display, Display) and options:
            raise ConfigurationError(f"display {display.name!r} exists, and takes no {', '.join(options)} any more")
        if isinstance(display, str):
            display = Display(check_name(display), **options)
        if width is not None and height is not None:
            display.set_state(width=width, height=height, pixel_ratio=1.0)
        self.hub.add(display)
        added = display
        added.at_close(lambda: self.hub.remove(added))
        if self.port:
            added.url = self.url(added.name)
        return added

    def add_private(
        self, name: str, make: MakeDisplay, *, title: str | None = None, max_displays: int = DEFAULT_MAX_DISPLAYS
    ) -> PrivateDisplays:
        """Make a display for each viewer, under one name: what one of them does, no other sees.

        A display is made once its viewer has shown its credential, and closed when the viewer is gone.

        Args:
            name: The name in addresses.
            make: Returns the `Display` of a viewer, whose principal it is given; may be a coroutine function, which
                runs on the server's loop. A plain function is called on a thread.
            title: What the index page calls it; the name by default.
            max_displays: At once; a further viewer is refused with close code 4429.

        Raises:
            ConfigurationError: The name is taken or cannot be part of an address.
        """
        place = PrivateDisplays(check_name(name), make, title=title, max_displays=max_displays)
        self.hub.add(place)
        return place

    def remove(self, display: str | Place) -> None:
        """Close a display and make it unreachable: its viewers are told so. Does nothing where there is none."""
        found = self.hub.place(display) if isinstance(display, str) else display
        if found is not None:
            self.hub.remove(found)
            found.close(CloseCode.NORMAL, "removed")

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    @property
    def _scheme(self) -> str:
        return "https" if self._certificate else "http"

    def url(self, name: str = "") -> str:
        """Address of the page of the display ``name``, or of the index page.

        It holds the token, after the ``#`` that browsers keep to themselves.
        """
        host = socket.gethostname() if self.host in _ANY_ADDRESS else self.host
        page = f"{self._scheme}://{f'[{host}]' if ':' in host else host}:{self.port}/" + (f"{name}/" if name else "")
        return page if self.token is None else f"{page}#token={self.token}"

    def stop(self) -> None:
        """Close all displays, tell the viewers, and stop listening.

        May be called more than once, but not from a viewer's callback.
        """
        for place in self.hub.places():
            place.close(CloseCode.GOING_AWAY, "server shuts down")
        if self._uvicorn is not None and self._thread is not None:
            self._uvicorn.should_exit = True
            self._thread.join(STOP_TIMEOUT_S)
            self._uvicorn = self._thread = None
        _started.discard(self)


def _check_certificate(certfile: str | PathLike[str] | None, keyfile: str | PathLike[str] | None) -> dict[str, Any]:
    """The certificate's files for uvicorn, which would report what is wrong with them from its own thread."""
    if certfile is None:
        if keyfile is not None:
            raise ConfigurationError("ssl_keyfile needs ssl_certfile, the certificate that the key belongs to")
        return {}
    files = {"ssl_certfile": fspath(certfile), "ssl_keyfile": None if keyfile is None else fspath(keyfile)}
    try:
        # A key with a password would ask for it on the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certfile, keyfile, password=lambda: b"")
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"cannot serve with the certificate {files}: {error}") from error
    return files


def _run(server: uvicorn.Server, listener: socket.socket, started: threading.Event) -> None:
    original_startup = server.startup

    async def startup(sockets: list[socket.socket] | None = None) -> None:
        await original_startup(sockets)
        started.set()

    server.startup = startup  # type: ignore[method-assign]
    try:
        server.run(sockets=[listener])
    except Exception:
        logger.exception("the server ended with an error")
    finally:
        started.set()
        listener.close()
