"""The viewer's side of a connection over plain HTTP."""

from __future__ import annotations

import asyncio
import json
import secrets
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from rendercanvas_rfb.errors import ConnectionClosed
from tests.push.sockets import Receiver
from tests.support import TIMEOUT_S


class HttpSocket(Receiver):
    """What `Client` sends and receives on, over HTTP as a browser does it."""

    def __init__(self, http: httpx.AsyncClient, name: str = "plot", *, poll: bool = False) -> None:
        super().__init__()
        self._http = http
        self._name = name
        self._poll = poll
        self.id = secrets.token_urlsafe(16)
        self._sent = 0
        self.started = asyncio.Event()
        self.responses = 0

    async def run(self) -> None:
        """Ask for what comes down, until the end."""
        try:
            while await self._read_response():
                pass
        except httpx.HTTPError as error:
            self.came(ConnectionClosed(1006, str(error)))

    async def _read_response(self) -> bool:
        params = {"id": self.id, **({"poll": "1"} if self._poll else {})}
        async with self._http.stream("GET", f"{self._name}/down", params=params) as response:
            self.responses += 1
            if response.status_code != 200:
                body = json.loads(await response.aread())
                self.came(ConnectionClosed(response.status_code, body["error"]))
                self.started.set()
                return False
            self.started.set()
            data = b""
            async for piece in response.aiter_raw():
                data += piece
                while len(data) >= 5 and len(data) >= 5 + struct.unpack(">BI", data[:5])[1]:
                    kind, size = struct.unpack(">BI", data[:5])
                    payload, data = data[5 : 5 + size], data[5 + size :]
                    if kind == 2:
                        self.came(ConnectionClosed(**json.loads(payload)))
                        return False
                    self.came(payload.decode() if kind == 0 else payload)
            assert data == b""
        return True

    async def send(self, message: str) -> None:
        await self.started.wait()
        response = await self.post(self._sent, message)
        # The connection may have ended meanwhile, which what comes down says.
        assert response.status_code in (204, 404, 410), response.text
        self._sent += 1

    async def post(self, first: object, body: str | bytes) -> httpx.Response:
        params = {"id": self.id, "first": str(first)}
        return await self._http.post(f"{self._name}/up", params=params, content=body)

    async def close(self) -> None:
        """Nothing: whoever goes just stops to ask."""


@asynccontextmanager
async def opened(base: str, name: str = "plot", *, poll: bool = False) -> AsyncIterator[HttpSocket]:
    """A connection to a display of the server at this address."""
    async with httpx.AsyncClient(base_url=base, timeout=TIMEOUT_S) as http:
        socket = HttpSocket(http, name, poll=poll)
        running = asyncio.create_task(socket.run())
        try:
            yield socket
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
