"""The viewer's side of connections that are no WebSockets: what they have in common."""

from __future__ import annotations

import asyncio

from rendercanvas_rfb.client import Client, Session, view_of
from rendercanvas_rfb.errors import ConnectionClosed
from rendercanvas_rfb.protocol.formats import PictureFormat
from rendercanvas_rfb.protocol.messages import Capabilities, Hello, View, Welcome

VIEW = view_of(320, 200)


class Receiver:
    """Hands out what came, in order, as `Client` asks a WebSocket for it."""

    def __init__(self) -> None:
        self._messages: asyncio.Queue[str | bytes | ConnectionClosed] = asyncio.Queue()

    def came(self, message: str | bytes | ConnectionClosed) -> None:
        """A message came, or the end of the connection."""
        self._messages.put_nowait(message)

    async def recv(self) -> str | bytes:
        message = await self._messages.get()
        if isinstance(message, ConnectionClosed):
            raise message
        return message


async def greet(
    socket: object, session: Session | None = None, *, token: str | None = None, view: View = VIEW
) -> Client:
    """The client on a socket, once the server has welcomed it. It takes PNG only."""
    client = Client(socket, session)
    capabilities = Capabilities((), (PictureFormat.PNG,), "disabled")
    await client.send(Hello(capabilities, view, token, session=None if session is None else session.token))
    await client.wait_for(Welcome)
    return client
