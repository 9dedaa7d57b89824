"""A server for views in pages that have another way to their displays already, and reach this one through a proxy.

A notebook's views come to it through jupyter-server-proxy. Only programs on this machine can connect, and only who has
been told the token over the other way is let in. The proxy hands on the headers `Host` and `Origin`, so that the page
must be one of the notebook's own origin.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from weakref import WeakValueDictionary

import uvicorn

from .admission import Admission, Roster
from .auth import token_authenticator
from .connections.websocket import AsgiWebSocket, Receive, Send, serve_websocket
from .display import Display
from .limits import ServerLimits
from .listening import bind, uvicorn_config
from .origins import Hosts, Origins
from .responses import json_response, send_response, text_response
from .resuming import Sessions, new_token
from .scopes import Scope, context_of

__all__ = ["Offer", "ProxiedServer"]


@dataclass(frozen=True, slots=True)
class Offer:
    """Where a display is served, and to whom.

    Attributes:
        port: On this machine's loopback interface.
        path: Below the root, with a slash at its end.
        token: What a viewer must show.
    """

    port: int
    path: str
    token: str


class ProxiedServer:
    """Serves displays over WebSocket alone, with sessions that go on with those of the other way.

    It listens once it is made, and answers once it is started.

    Args:
        sessions: Those of the other way, with its loop, on which `serve` is to run.
        limits: What viewers may do.

    Raises:
        AddressError: There is no free port.
    """

    def __init__(self, sessions: Sessions, limits: ServerLimits) -> None:
        self._limits = limits
        self._token = new_token()
        admission = Admission(token_authenticator(self._token), Origins(), Hosts(), limits.handshake_s)
        self._roster = Roster(admission, limits, sessions)
        self._listener = bind("127.0.0.1", 0)
        self._port = self._listener.getsockname()[1]
        self._displays: WeakValueDictionary[str, Display] = WeakValueDictionary()

    def offer(self, display: Display) -> Offer:
        """Serve a display for as long as it lives, under a name that no other has."""
        name = next((name for name, known in self._displays.items() if known is display), None)
        if name is None:
            name = new_token()
            self._displays[name] = display
        return Offer(self._port, f"{name}/", self._token)

    async def serve(self) -> None:
        """Serve until the task is cancelled."""
        server = uvicorn.Server(uvicorn_config(self, self._limits))
        try:
            await server.serve(sockets=[self._listener])
        except asyncio.CancelledError:
            server.should_exit = server.force_exit = True
            await server.shutdown(sockets=[self._listener])
            raise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry point."""
        path: str = scope["path"]
        match scope["type"], path.split("/"):
            case "websocket", ["", name, "ws"]:
                await self._watch(name, scope, receive, send)
            case "http", ["", _, "health"] | ["", "health"]:
                await send_response(send, json_response({"status": "ok"}), head=False, headers={})
            case "http", _:
                await send_response(send, text_response("not found\n", 404), head=False, headers={})

    async def _watch(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        async def watch(connection: AsgiWebSocket) -> None:
            await self._roster.watch(connection, self._displays.get(name), context_of(scope, scope["path"], name))

        await serve_websocket(receive, send, watch)
