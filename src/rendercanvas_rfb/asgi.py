"""The ASGI application: pages, assets, stills, numbers, the list of displays, and a WebSocket for each display.

It is the whole server. `server.Server` runs it under uvicorn; it can as well be mounted in another application, under
any prefix: all addresses in its pages are relative.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from .admission import Admission, Roster
from .assets import load_asset
from .auth import AuthContext, Authenticator, token_authenticator
from .connections.mjpeg import MEDIA_TYPE, MjpegConnection
from .connections.websocket import AsgiWebSocket, Receive, Send, serve_websocket
from .display import Display
from .encoders.standings import STANDINGS
from .errors import CloseCode, ConfigurationError, ConnectionClosed, EncoderError, ProtocolError
from .http_endpoint import HttpEndpoint
from .hub import Hub, Place, is_name
from .limits import ServerLimits
from .metrics import EncoderFailures, ServerMetrics
from .origins import Hosts, Origins
from .private import PrivateDisplays
from .responses import (
    NO_STORE,
    Response,
    asset_response,
    json_response,
    raw_headers,
    refusal_response,
    send_response,
    text_response,
)
from .scopes import Scope, context_of, last_part, path_below_mount
from .stills import STILLS, StillMaker

__all__ = ["RfbApp"]

_NOT_FOUND = text_response("not found\n", 404)

PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class RfbApp:
    """Serves the displays of a hub, as an ASGI 3 application.

    It needs no lifespan events, and serves on whichever loop it is called. Without ``token`` and ``authenticate``
    everybody who reaches it may watch: that is for apps on loopback, and for those behind something that asks already.

    Args:
        hub: What can be watched.
        token: What viewers must show: 1 to 256 letters, digits, ``.``, ``_``, ``~`` and ``-``.
        authenticate: Says who a viewer is, in place of a token; see `auth.AuthContext`. Called once for each
            WebSocket and for each HTTP request but those for pages, their files and ``/health``.
        origins: Origins such as ``"https://lab.example"`` whose pages may connect beside those of the app's own host;
            ``"*"`` for all.
        hosts: Names by which the app may be called, such as ``"lab.example"``; ``"*"`` for any. With none, and where
            neither a token nor an authenticator asks who it is, connections over the loopback interface must be to
            ``localhost`` or a loopback address: else any web page could have its name resolved to that (DNS rebinding)
            and look at what is shown.
        limits: What viewers may do.
        root_path: A prefix that is left in the path by whoever calls the app, and not named in the scope: a proxy that
            does not strip it, or a dispatch by hand.

    Raises:
        ConfigurationError: There are both a token and an authenticator, or an argument is of another form.
    """

    def __init__(
        self,
        hub: Hub,
        *,
        token: str | None = None,
        authenticate: Authenticator | None = None,
        origins: str | Iterable[str] = (),
        hosts: str | Iterable[str] = (),
        limits: ServerLimits | None = None,
        root_path: str = "",
    ) -> None:
        if token is not None and authenticate is not None:
            raise ConfigurationError("there can be a token or an authenticator, not both: it could check the token")
        limits = ServerLimits() if limits is None else limits
        self._hub = hub
        self._root_path = root_path
        self._origins = Origins(origins)
        authenticate = authenticate if token is None else token_authenticator(token)
        self._admission = Admission(authenticate, self._origins, Hosts(hosts), limits.handshake_s)
        self._roster = Roster(self._admission, limits)
        self._stills = StillMaker()
        self._http = HttpEndpoint(hub, self._admission, self._roster)
        self._since = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry point."""
        match scope["type"]:
            case "http":
                await self._serve_http(scope, receive, send)
            case "websocket":
                await self._serve_websocket(scope, receive, send)
            case "lifespan":
                await _serve_lifespan(receive, send)

    # HTTP.

    async def _serve_http(self, scope: Scope, receive: Receive, send: Send) -> None:
        context = self._context(scope)
        headers = self._cross_origin_headers(context)
        head = scope["method"] == "HEAD"
        try:
            match scope["method"], context.path.split("/"):
                case "GET" | "HEAD", ["", _, "stream.mjpg"]:
                    await self._serve_mjpeg(context, receive, send, headers, head=head)
                    return
                case "GET", ["", name, "down"] if is_name(name):
                    await self._http.send_down(name, context, receive, send, headers)
                    return
                case "POST", ["", name, "up"] if is_name(name):
                    response = await self._http.take_up(name, context, receive)
                case "GET" | "HEAD", _:
                    response = self._public(scope, context) or await self._private(context)
                case _:
                    response = text_response("method not allowed\n", 405, {"allow": "GET, HEAD"})
        except ProtocolError as error:
            response = refusal_response(error.code, error.reason)
        except ConnectionClosed:
            response = json_response({"error": "the connection has ended"}, 410)
        # The other side may be gone, which is no error here.
        with suppress(OSError):
            await send_response(send, response, head=head, headers=headers)

    def _public(self, scope: Scope, context: AuthContext) -> Response | None:
        """What needs no credential: nothing here depends on what is shown, or to whom."""
        known = context.headers.get("if-none-match")
        match context.path.split("/"):
            case ["", ""]:
                return asset_response(load_asset("index.html"), known)
            case ["", "health"]:
                return json_response({"status": "ok"})
            case ["", "favicon.ico"]:
                return asset_response(load_asset("favicon.svg"), known)
            case ["", "assets", file]:
                asset = load_asset(file, missing_ok=True)
                return _NOT_FOUND if asset is None else asset_response(asset, known)
            # The page is the same for all displays, also for those that are not there yet: it waits for them.
            case ["", name, ""] if is_name(name):
                return asset_response(load_asset("viewer.html"), known)
            # The addresses in the pages are relative to a slash at the end.
            case [""]:
                return _redirect(scope, last_part(scope))
            case ["", name] if is_name(name):
                return _redirect(scope, name)
        return None

    async def _private(self, context: AuthContext) -> Response:
        match context.path.split("/"):
            case ["", "streams"]:
                await self._authorize(context)
                return json_response({"streams": self._streams()})
            case ["", "metrics"]:
                await self._authorize(context)
                return self._metrics(context)
            case ["", _, file] if file in STILLS:
                return await self._still(await self._find(context), file)
        return _NOT_FOUND

    async def _authorize(self, context: AuthContext) -> None:
        self._admission.check_page(context)
        await self._admission.principal_of(context)

    async def _find(self, context: AuthContext) -> Display:
        await self._authorize(context)
        if (display := self._hub.get(context.display or "")) is None:
            raise ProtocolError(f"no display named {context.display!r}", CloseCode.UNKNOWN_DISPLAY)
        return display

    def _streams(self) -> list[dict[str, Any]]:
        return [_listed(place) for place in self._hub.places()]

    def _metrics(self, context: AuthContext) -> Response:
        displays = self._hub.displays()
        tiers = [tier for display in displays for tier in display.pipeline.metrics(display.name)]
        names = [display.name for display in displays]
        failures = [EncoderFailures(*which, count) for which, count in STANDINGS.failures().items()]
        viewers, sessions = self._roster.metrics(), self._roster.session_metrics()
        metrics = ServerMetrics(time.monotonic() - self._since, names, tiers, viewers, failures, sessions)
        if _wants_prometheus(context):
            return Response(200, PROMETHEUS_TYPE, metrics.as_prometheus().encode(), NO_STORE)
        return json_response(metrics.as_json())

    async def _still(self, display: Display, file: str) -> Response:
        format, media_type = STILLS[file]
        try:
            picture = await self._stills.encode(display, format)
        except EncoderError as error:
            return json_response({"error": str(error)}, 404)
        if picture is None:
            return json_response({"error": f"{display.name!r} has no picture yet"}, 404)
        return Response(200, media_type, picture, NO_STORE)

    async def _serve_mjpeg(
        self, context: AuthContext, receive: Receive, send: Send, headers: Mapping[str, str], *, head: bool
    ) -> None:
        display = await self._find(context)
        if head:
            raw = raw_headers(MEDIA_TYPE, {**NO_STORE, **headers})
            await send({"type": "http.response.start", "status": 200, "headers": raw})
            await send({"type": "http.response.body", "body": b""})
            return
        connection = MjpegConnection(receive, send, headers)
        listening = asyncio.create_task(connection.listen(), name="mjpeg disconnect")
        try:
            await self._roster.watch(connection, display, context)
        except ProtocolError as error:
            await connection.close(error.code, error.reason)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    def _cross_origin_headers(self, context: AuthContext) -> dict[str, str]:
        """Keep pictures and scripts from pages of other origins, unless they may connect."""
        if not self._origins:
            return {"cross-origin-resource-policy": "same-origin"}
        headers = {"cross-origin-resource-policy": "cross-origin", "vary": "Origin"}
        if context.origin is not None and self._origins.allow(context.origin, context.headers.get("host")):
            headers["access-control-allow-origin"] = context.origin
        return headers

    # WebSocket.

    async def _serve_websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def watch(connection: AsgiWebSocket) -> None:
            context = self._context(scope)
            match context.path.split("/"):
                case ["", name, "ws"]:
                    place = self._hub.place(name)
                case _:
                    place, context = None, replace(context, display=None)
            await self._roster.watch(connection, place, context)

        await serve_websocket(receive, send, watch)

    def _context(self, scope: Scope) -> AuthContext:
        path = path_below_mount(scope, self._root_path)
        match path.split("/"):
            case ["", name, _] if is_name(name):
                return context_of(scope, path, name)
        return context_of(scope, path, None)


def _listed(place: Place) -> dict[str, Any]:
    """What the list of streams says of it."""
    if isinstance(place, PrivateDisplays):
        viewers = sum(display.state["viewers"] for display in place.displays)
        return {"name": place.name, "title": place.title, "width": None, "height": None, "viewers": viewers}
    state = place.state
    return {"name": place.name, **{key: state.get(key) for key in ("title", "width", "height", "viewers")}}


def _redirect(scope: Scope, name: str) -> Response:
    query = scope.get("query_string", b"").decode("latin-1")
    # Relative, so that it holds behind a proxy that strips a prefix.
    address = f"{name}/" + (f"?{query}" if query else "")
    return Response(307, "text/plain; charset=utf-8", b"", {"location": address})


def _wants_prometheus(context: AuthContext) -> bool:
    accepted = context.headers.get("accept", "")
    if "format" in context.query:
        return context.query["format"] == "prometheus"
    return "application/json" not in accepted and ("text/plain" in accepted or "openmetrics" in accepted)


async def _serve_lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
