"""Networks that stand between a page and its server, as applications around the one that serves it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import uvicorn

from rendercanvas_rfb.listening import bind, websocket_options
from tests.support import TIMEOUT_S

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Receive, Send], Awaitable[None]]


class Network:
    """What lets through to ``app`` what it is told to.

    Attributes:
        websockets: Whether WebSockets get through; the others are refused when they open.
        holds_responses: Whether a response is held back until it ends.
        methods: Of the HTTP requests so far.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self.websockets = True
        self.holds_responses = False
        self.methods: list[str] = []

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """The ASGI entry point."""
        if scope["type"] == "http":
            self.methods.append(scope["method"])
        if scope["type"] == "websocket" and not self.websockets:
            await receive()
            await send({"type": "websocket.close"})  # Before it was accepted: HTTP status 403.
        elif scope["type"] == "http" and self.holds_responses:
            await self._app(scope, receive, _held_back(send))
        else:
            await self._app(scope, receive, send)


def _held_back(send: Send) -> Send:
    held: list[Message] = []

    async def hold(message: Message) -> None:
        held.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            for each in held:
                await send(each)

    return hold


@contextmanager
def serving(app: App) -> Iterator[str]:
    """The address of ``app`` under uvicorn, in a thread."""
    listener = bind("127.0.0.1", 0)
    config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1, **websocket_options())
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join(TIMEOUT_S)
