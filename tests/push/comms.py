"""A notebook without a kernel: comms whose frontend is the test."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import comm
import pytest
from comm.base_comm import BaseComm

from rendercanvas_rfb.client import Client, Session
from rendercanvas_rfb.errors import ConnectionClosed
from rendercanvas_rfb.notebook import RfbWidget
from tests.push.sockets import Receiver, greet


class FakeComm(BaseComm):
    """What a widget has to the frontends, all of which see everything."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.frontends: list[ChannelSocket] = []
        self.opened: dict[str, Any] = {}
        super().__init__(*args, **options)

    def publish_msg(self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any) -> None:
        """Called on any thread."""
        if msg_type == "comm_open":
            self.opened = data
        if data and data.get("method") == "custom":
            for frontend in self.frontends:
                frontend.hear(data["content"], buffers or [])

    def bring(self, content: Any) -> None:
        """Something comes from a frontend."""
        self.handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


class ChannelSocket(Receiver):
    """What `Client` sends and receives on, as the worker of a view does it."""

    def __init__(self, channel: FakeComm) -> None:
        super().__init__()
        self.id = secrets.token_urlsafe(16)
        self.got = 0
        self.delivered = 0
        self.chunks = 0
        self.reads = True
        self.opened: dict[str, Any] = {}
        self._channel = channel
        self._loop = asyncio.get_running_loop()
        self._opened = asyncio.Event()
        channel.frontends.append(self)
        self.bring(type="open")

    def bring(self, **content: Any) -> None:
        """Send anything."""
        self._channel.bring({"connection": self.id, **content})

    def hear(self, content: Any, buffers: list[Any]) -> None:
        """Called on the thread that sends."""
        self._loop.call_soon_threadsafe(self._hear, content, [bytes(buffer) for buffer in buffers])

    def _hear(self, content: Any, buffers: list[bytes]) -> None:
        if content["connection"] != self.id:
            return
        self.delivered = max(self.delivered, content.get("got", 0))
        match content["type"]:
            case "opened":
                self.opened = content
                self._opened.set()
            case "close":
                self.came(ConnectionClosed(content["code"], content["reason"]))
            case "text" | "chunk" as kind:
                self.chunks += kind == "chunk"
                self.came(content["text"] if kind == "text" else buffers[0])
                self.got += self.reads
                if self.reads and self.got % 8 == 0:
                    self.bring(type="got", got=self.got)

    async def send(self, message: str) -> None:
        await self._opened.wait()
        self.bring(type="text", text=message, got=self.got)

    async def close(self) -> None:
        """Go, as a view does that is removed."""
        self.bring(type="close", code=1000, reason="the view was closed")

    def vanish(self) -> None:
        """Be gone without a word, and break the connection as though that had been noticed."""
        self._channel.frontends.remove(self)
        self.bring(type="close", code=1006, reason="")


@pytest.fixture
def comms(monkeypatch: pytest.MonkeyPatch) -> list[FakeComm]:
    """Those of the widgets, in the order in which they were made."""
    made: list[FakeComm] = []

    def create(*args: Any, **options: Any) -> FakeComm:
        made.append(FakeComm(*args, **options))
        return made[-1]

    monkeypatch.setattr(comm, "create_comm", create)
    return made


@asynccontextmanager
async def viewing(widget: RfbWidget, session: Session | None = None) -> AsyncIterator[tuple[Client, ChannelSocket]]:
    """A view of a widget. One that has vanished, or was closed, says no goodbye."""
    channel = widget.comm
    assert isinstance(channel, FakeComm)
    socket = ChannelSocket(channel)
    yield await greet(socket, session), socket
    if socket in channel.frontends:
        await socket.close()
