"""Where the figures of this process' apps are reachable, and by which credentials.

A server of their own on this machine, which is started when the first address is asked for; or a path of the app
itself, where that is an ASGI application.
"""

from __future__ import annotations

import atexit
import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass

from ..asgi import RfbApp
from ..auth import ANONYMOUS, AuthContext
from ..errors import ConfigurationError
from ..hub import Hub
from ..server import DEFAULT_HOST, DEFAULT_PORT, Server

__all__ = ["Address", "Site"]

TOKEN_LETTERS = 48
"""Hexadecimal: 192 bits, as other generated tokens have."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a figure is.

    Attributes:
        page: Its page, without the credential.
        token: The credential, for this figure alone.
        script: The script of the ``<rfb-view>`` element.
        same_origin: Whether that is a path of the app itself.
    """

    page: str
    token: str
    script: str
    same_origin: bool

    @property
    def url(self) -> str:
        """The page, with the credential where browsers keep it to themselves."""
        return f"{self.page}?embedded#token={self.token}"


class Site:
    """The addresses of figures. Methods may be called from any thread.

    Each figure has a credential of its own, which stands in the HTML that shows it: who can see the app's page can see
    its figures, and nobody else, whatever the app asks for before it shows the page.
    """

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._hub: Hub | None = None
        self._base = ""
        self._public_url = ""
        self._host, self._port = DEFAULT_HOST, DEFAULT_PORT

    def configure(self, *, host: str, port: int, public_url: str) -> None:
        """Say where the server of the figures shall be; scripts that are run again say it again.

        Raises:
            ConfigurationError: They are served already, and not there.
        """
        wanted = (host, port, public_url.rstrip("/"))
        with self._lock:
            if self._hub is not None and wanted != (self._host, self._port, self._public_url):
                raise ConfigurationError("figures are served already; call configure() before the first of them")
            self._host, self._port, self._public_url = wanted

    def app_at(self, path: str) -> RfbApp:
        """The figures as an ASGI application, which is to be mounted at ``path``.

        Raises:
            ConfigurationError: They are served elsewhere already, or it is no path.
        """
        if not path.startswith("/") or path.endswith("/"):
            raise ConfigurationError(f'path must start with a slash, and not end with one, like "/figures": {path!r}')
        with self._lock:
            if self._hub is not None and self._base != path:
                raise ConfigurationError(f"figures are served at {self._base} already; mount them before the first")
            self._hub = Hub() if self._hub is None else self._hub
            self._base = path
            return RfbApp(self._hub, authenticate=self._authenticate, origins=(), hosts="*", root_path=path)

    @property
    def hub(self) -> Hub:
        """What is served."""
        with self._lock:
            return self._started()

    def address(self, name: str) -> Address:
        """Where the figure of that name is."""
        with self._lock:
            self._started()
            base = self._public_url or self._base
        return Address(f"{base}/{name}/", self._token(name), f"{base}/assets/rfb-view.js", base.startswith("/"))

    def _started(self) -> Hub:
        if self._hub is None:
            server = Server(self._host, self._port, authenticate=self._authenticate)
            server.start()
            atexit.register(server.stop)
            self._hub, self._base = server.hub, server.url().rstrip("/")
        return self._hub

    def _token(self, name: str) -> str:
        return hmac.new(self._secret, name.encode(), hashlib.sha256).hexdigest()[:TOKEN_LETTERS]

    async def _authenticate(self, context: AuthContext) -> str | None:
        # On the loop, not on a thread of a pool: those end before the server does, when the process ends.
        if context.display is None or context.token is None:
            return None
        return ANONYMOUS if hmac.compare_digest(context.token, self._token(context.display)) else None
