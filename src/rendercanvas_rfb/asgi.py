"""The ASGI application: pages, assets, the list of displays, and a WebSocket for each display.

It is the whole server. `server.Server` runs it under uvicorn; it can as well be mounted in another application, under
any prefix: all addresses in its pages are relative.
"""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from .assets import Asset, load_asset
from .connections.websocket import AsgiWebSocket, Receive, Send
from .errors import CloseCode
from .hub import Hub
from .protocol.codec import encode
from .protocol.messages import Bye, Hello
from .viewing import watch

__all__ = ["RfbApp"]

logger = logging.getLogger("rendercanvas_rfb")

Scope = MutableMapping[str, Any]

_CONTENT_SECURITY_POLICY = (
    "default-src 'self'",
    "script-src 'self'",
    # The client's worker is started from a blob: it is part of the one script file.
    "worker-src 'self' blob:",
    # The client puts its style sheet into its shadow root, and sets sizes in device pixels.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "connect-src 'self' ws: wss:",
    "base-uri 'none'",
    "form-action 'none'",
)

SECURITY_HEADERS = {
    "content-security-policy": "; ".join(_CONTENT_SECURITY_POLICY),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class RfbApp:
    """Serves the displays of a hub.

    Args:
        hub: What can be watched.
        token: What viewers must show, if anything.
    """

    def __init__(self, hub: Hub, *, token: str | None = None) -> None:
        self._hub = hub
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry point."""
        match scope["type"]:
            case "http":
                await self._serve_http(scope, send)
            case "websocket":
                await self._serve_websocket(scope, receive, send)
            case "lifespan":
                await _serve_lifespan(receive, send)

    async def _serve_http(self, scope: Scope, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await _respond(send, 405, b"method not allowed\n", headers={"allow": "GET, HEAD"})
            return
        status, asset = self._find(_path(scope), _headers(scope))
        await _respond(send, status, b"" if scope["method"] == "HEAD" else asset.body, asset.media_type)

    def _find(self, path: str, headers: Mapping[str, str]) -> tuple[int, Asset]:
        match path.split("/"):
            case [""]:
                return 200, load_asset("index.html")
            case ["health"]:
                return 200, _json({"status": "ok"})
            case ["streams"]:
                if not self._accepts(_bearer(headers)):
                    return 401, _json({"error": "credential missing or wrong"})
                return 200, _json({"streams": self._streams()})
            case ["favicon.ico"]:
                return 200, load_asset("favicon.svg")
            case ["assets", name]:
                asset = load_asset(name, missing_ok=True)
                return (404, _text("not found\n")) if asset is None else (200, asset)
            # The page is the same for all displays, also for those that are not there yet: it waits for them.
            case [_, ""]:
                return 200, load_asset("viewer.html")
        return 404, _text("not found\n")

    def _streams(self) -> list[dict[str, Any]]:
        return [
            {"name": display.name, **{key: display.state.get(key) for key in ("title", "width", "height", "viewers")}}
            for display in self._hub.displays()
        ]

    async def _serve_websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = AsgiWebSocket(receive, send)
        await connection.accept()
        if (refusal := self._refusal(scope)) is not None:
            code, reason = refusal
            await connection.send(encode(Bye(reason, code)))
            await connection.close(code, reason)
            return
        display = self._hub.get(_path(scope).split("/")[0])
        assert display is not None  # `_refusal` has looked.
        await watch(connection, display, self._authenticate)

    def _refusal(self, scope: Scope) -> tuple[CloseCode, str] | None:
        if not _same_origin(_headers(scope)):
            return CloseCode.FORBIDDEN_ORIGIN, "origin not allowed"
        match _path(scope).split("/"):
            case [name, "ws"] if self._hub.get(name) is not None:
                return None
            case [name, *_]:
                return CloseCode.UNKNOWN_DISPLAY, f"no display named {name!r}"
        return CloseCode.UNKNOWN_DISPLAY, "no display"

    async def _authenticate(self, hello: Hello) -> bool:
        return self._accepts(hello.token)

    def _accepts(self, token: str | None) -> bool:
        if self._token is None:
            return True
        return token is not None and hmac.compare_digest(token.encode(), self._token.encode())


def _path(scope: Scope) -> str:
    """The path below the place where the app is mounted, without the leading slash."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")).removeprefix("/")


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _bearer(headers: Mapping[str, str]) -> str | None:
    scheme, _, credential = headers.get("authorization", "").partition(" ")
    return credential if scheme.lower() == "bearer" else None


def _same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a browser's page comes from the host that it connects to.

    Programs that are no browsers send no origin.
    """
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _json(value: Any) -> Asset:
    return Asset("application/json", json.dumps(value).encode())


def _text(text: str) -> Asset:
    return Asset("text/plain; charset=utf-8", text.encode())


async def _respond(
    send: Send, status: int, body: bytes, media_type: str = "text/plain; charset=utf-8", headers: Mapping[str, str] = {}
) -> None:
    # Pages and scripts are small and change with the installed version: browsers shall ask each time.
    every = {"content-type": media_type, "cache-control": "no-cache", **SECURITY_HEADERS, **headers}
    raw = [(name.encode(), value.encode()) for name, value in every.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def _serve_lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
