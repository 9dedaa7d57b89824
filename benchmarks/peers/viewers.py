"""Viewers as a process of their own: ``python viewers.py SYSTEM URL COUNT KEEP``.

They offer compression as browsers do, acknowledge each frame when it has come, and note when it came. Each prints a
line ``open`` when its socket is open. When the standard input ends, they write what they have noted to the file KEEP
as a pickle: a list of `Log`, one for each viewer. The first one keeps the payloads too.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import struct
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import websockets
from websockets.asyncio.client import ClientConnection

from rendercanvas_rfb.client.connection import ALL_IMAGES, ALL_VIDEO, Client
from rendercanvas_rfb.errors import ConnectionClosed
from rendercanvas_rfb.protocol.messages import Capabilities, Hello


@dataclass(frozen=True, slots=True)
class Arrival:
    """A frame that has come.

    Attributes:
        at: Seconds of the monotonic clock, which all processes of a machine share.
        stamp: When the server says that it was made or encoded, seconds of a clock of its own.
        received_bytes: All that came through the socket so far, as the network carried it.
        keyframe: Whether it can be decoded alone.
        info: What decoding it takes; see `decoding`.
        payload: The encoded picture, where it is kept.
    """

    at: float
    stamp: float
    received_bytes: int
    keyframe: bool
    info: Any
    payload: bytes | None


@dataclass(slots=True)
class Log:
    """What one viewer has noted; the time is that when the socket opened."""

    opened_at: float = 0.0
    arrivals: list[Arrival] = field(default_factory=list)
    received_bytes: list[tuple[float, int]] = field(default_factory=list)


class CountingConnection(ClientConnection):
    """Counts the bytes that come through the socket."""

    received_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Called by the event loop."""
        self.received_bytes += len(data)
        super().data_received(data)


Frame = tuple[float, bool, Any, bytes]
"""Stamp, keyframe, info and payload of a frame."""


async def ours(socket: CountingConnection) -> AsyncIterator[Frame]:
    """A viewer of this package, which claims every video format."""
    client = Client(socket)
    await client.send(Hello(Capabilities(tuple(ALL_VIDEO), tuple(ALL_IMAGES), None), None, None, "bench"))
    with suppress(ConnectionClosed):
        while True:
            header, payload = await client.next_chunk()
            keyframe = header.keyframe and header.format.is_video
            yield header.timestamp_us / 1e6, keyframe, (client.stream, header), bytes(payload)


async def pdum(socket: CountingConnection, supported: tuple[str, ...] = ()) -> AsyncIterator[Frame]:
    """A viewer of habemus-papadum-rfb: a length, a JSON header, a payload."""
    formats = supported or ("webcodecs/h264-annexb", "image/webp", "image/jpeg", "image/png")
    await socket.send(json.dumps({"type": "hello", "supported": formats}))
    async for message in socket:
        if isinstance(message, bytes):
            (length,) = struct.unpack_from("<I", message)
            header = json.loads(message[4 : 4 + length])
            await socket.send(json.dumps({"type": "ack", "seq": header["seq"], "decode_queue_size": 0}))
            is_video = header["type"] == "video_chunk"
            keyframe = is_video and header["keyframe"]
            yield header["timestamp_us"] / 1e6, keyframe, "h264" if is_video else "image", message[4 + length :]


async def http(socket: CountingConnection) -> AsyncIterator[Frame]:
    """A viewer of rendercanvas' http backend: a JSON message, then a payload."""
    header: dict[str, Any] = {}
    async for message in socket:
        if isinstance(message, str):
            header = json.loads(message)
        else:
            feedback = {"type": "_framefeedback", "index": header["index"], "timestamp": header["timestamp"]}
            await socket.send(json.dumps({**feedback, "localtime": time.time()}))
            yield header["timestamp"], False, "image", message


PROTOCOLS = {
    "ours": ours,
    "pdum": pdum,
    "pdum-adaptive": pdum,
    "pdum-jpeg": lambda socket: pdum(socket, ("image/jpeg", "image/png")),
    "http": http,
}


async def watch(system: str, url: str, log: Log, keep: bool) -> None:
    """Watch until the connection is closed, or this is cancelled."""
    parts = urlsplit(url)
    address = f"ws://{parts.netloc}{parts.path}{'ws' if parts.scheme == 'http' else ''}"
    connecting = websockets.connect(
        address, compression="deflate", max_size=None, create_connection=CountingConnection, open_timeout=30
    )
    async with connecting as socket:
        log.opened_at = time.monotonic()
        print("open", flush=True)
        counting = asyncio.create_task(count(socket, log))
        try:
            with suppress(websockets.exceptions.ConnectionClosed):
                async for stamp, keyframe, info, payload in PROTOCOLS[system](socket):
                    now = time.monotonic()
                    kept = payload if keep else None
                    log.arrivals.append(
                        Arrival(now, stamp, socket.received_bytes, keyframe, info if keep else None, kept)
                    )
        finally:
            counting.cancel()


async def count(socket: CountingConnection, log: Log) -> None:
    """Note the bytes received, ten times a second, frames or not."""
    while True:
        log.received_bytes.append((time.monotonic(), socket.received_bytes))
        await asyncio.sleep(0.1)


async def main(system: str, url: str, number: str) -> list[Log]:
    """Watch until the input ends."""
    logs = [Log() for _ in range(int(number))]
    watching = [asyncio.create_task(watch(system, url, log, keep=log is logs[0])) for log in logs]
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
    for task in watching:
        task.cancel()
    outcomes = await asyncio.gather(*watching, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            print(f"a viewer of {system} failed: {outcome!r}", file=sys.stderr)
    return logs


if __name__ == "__main__":
    from viewers import main as program  # So that what is pickled belongs to a module that others can import.

    *arguments, path = sys.argv[1:]
    Path(path).write_bytes(pickle.dumps(asyncio.run(program(*arguments))))
