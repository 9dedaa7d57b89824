"""One connection of a Python client, over a WebSocket."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import websockets

from .._version import __version__
from ..errors import CloseCode, ConfigurationError, ConnectionClosed, ProtocolError
from ..events import Event
from ..protocol.chunk import unpack_chunk
from ..protocol.codec import decode_server, encode
from ..protocol.formats import Chroma, PictureFormat, Tier
from ..protocol.messages import (
    Ack,
    Bye,
    Capabilities,
    ChunkHeader,
    ClientMessage,
    Hello,
    InputEvent,
    KeyframeRequest,
    Message,
    Ping,
    Pong,
    ServerMessage,
    StateChanged,
    Stats,
    StatsRequest,
    StreamStarted,
    Taken,
    View,
    ViewChanged,
    Welcome,
)
from ..protocol.values import check_data, check_key
from .decoder import ChunkDecoder, Picture
from .session import Session
from .silence import LOOK_S, Silence, SilenceWatch

__all__ = ["Client", "connect", "view_of"]

M = TypeVar("M", bound=ServerMessage)

ALL_VIDEO = (
    *(Tier(PictureFormat.H264, chroma) for chroma in (Chroma.RGB, Chroma.YUV444, Chroma.YUV420)),
    *(
        Tier(format, chroma)
        for format in (PictureFormat.VP9, PictureFormat.AV1, PictureFormat.HEVC)
        for chroma in (Chroma.YUV444, Chroma.YUV420)
    ),
)
"""What libavcodec decodes. Servers make no other codec than H.264 unless they are told to."""

MAX_MESSAGES_KEPT = 1024
"""Messages that wait for `Client.next_message`, at most; a client that looks at pictures only need not take them."""

ALL_IMAGES = (PictureFormat.WEBP, PictureFormat.JPEG, PictureFormat.PNG)


def view_of(width: float, height: float, *, pixel_ratio: float = 1.0, visible: bool = True) -> View:
    """A view of so many logical pixels; the physical size follows from the pixel ratio."""
    return View(width, height, round(width * pixel_ratio), round(height * pixel_ratio), pixel_ratio, visible)


@asynccontextmanager
async def connect(
    url: str,
    *,
    video: Sequence[Tier] = ALL_VIDEO,
    images: Sequence[PictureFormat] = ALL_IMAGES,
    view: View | None = None,
    token: str | None = None,
    session: Session | None = None,
) -> AsyncIterator[Client]:
    """Watch a display.

    Args:
        url: Address of its page, as the server prints it: ``http://host:port/name/``, with ``#token=...`` where it
            has one.
        video: Video formats that are claimed, best first. Empty for a client that takes images.
        images: Image formats that are claimed, best first.
        view: Size and visibility. Without one the client never sizes the canvas, and counts as visible.
        token: The credential, where it is not in the address.
        session: The session to go on with, or to begin, for a viewer that comes back when its connection was lost. What
            `Client.send_event` and `Client.send_message` send has numbers then, and is taken exactly once.

    Raises:
        ConfigurationError: The address is not of that kind.
        ConnectionClosed: The server refused; the error has its close code and reason. Or it does not answer (4408).
        OSError: There is no server.
    """
    address, token_in_url = _websocket_address(url)
    no_video = None if video else "disabled"
    hello = Hello(
        Capabilities(tuple(video), tuple(images), no_video),
        view,
        token or token_in_url,
        f"rendercanvas-rfb/{__version__}",
        None if session is None else session.token,
    )
    async with websockets.connect(address, compression=None, max_size=None) as socket:
        client = Client(socket, session)
        watching = asyncio.create_task(client._watch_silence(), name="silence of the server")
        try:
            await client.send(hello)
            await client.wait_for(Welcome)
            yield client
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


class Client:
    """One viewer. Made by `connect`; belongs to the asyncio loop on which it was made.

    While it waits for a message it notices within 10 s that the server is not there any more, though the connection
    seems to be: what waits, and what is sent from then on, raises `ConnectionClosed` with code 4408.

    Attributes:
        welcome: What the server answered when the connection was opened.
        session: The session, where one was given to `connect`.
        state: The retained state, as far as it was received.
        stream: What the server said of the stream of the last chunk; None before the first.
        messages: The newest message of each key, as far as they were received.
        stats: The newest statistics, once `request_stats` was called.
        bytes_received: Bytes of all messages so far, control messages too.
    """

    def __init__(self, socket: Any, session: Session | None = None) -> None:
        self._socket = socket
        self.session = session
        self._decoder = ChunkDecoder()
        self.welcome: Welcome | None = None
        self.state: dict[str, Any] = {}
        self.stream: StreamStarted | None = None
        self.stats: dict[str, float] = {}
        self.messages: dict[str, Any] = {}
        self._unread: deque[Message] = deque(maxlen=MAX_MESSAGES_KEPT)
        self.bytes_received = 0
        self._silence = SilenceWatch()
        self._lost = False

    @property
    def controls(self) -> bool:
        """Whether what this client sends as input, messages and size counts."""
        return bool(self.state.get("control"))

    async def next_chunk(self, *, acknowledge: bool = True) -> tuple[ChunkHeader, memoryview]:
        """The next chunk, still encoded; other messages that come before it are taken care of.

        Args:
            acknowledge: Whether to say at once that it was presented. Without that the server stops when its window
                is full.

        Raises:
            ConnectionClosed: There is none.
        """
        while True:
            message = await self.receive()
            if isinstance(message, tuple):
                if acknowledge:
                    await self.acknowledge(message[0].sequence)
                return message

    async def next_picture(self, *, acknowledge: bool = True) -> Picture:
        """The next chunk, decoded. Use either this or `next_chunk` on a connection: a decoder needs every chunk."""
        header, payload = await self.next_chunk(acknowledge=acknowledge)
        try:
            return self._decoder.decode(header, payload)
        except ProtocolError as error:
            await self.send(KeyframeRequest("decoder-error"))
            raise error

    async def wait_for(self, kind: type[M]) -> M:
        """The next control message of a type; chunks that come before it are left out."""
        while True:
            message = await self.receive()
            if isinstance(message, kind):
                return message

    async def next_message(self) -> Message:
        """The next message of the program; chunks that come before it are left out, and acknowledged.

        A client that wants no pictures says so by a view that is not visible. Those messages that came while another
        method was waiting are not lost, up to `MAX_MESSAGES_KEPT` of them.

        Raises:
            ConnectionClosed: There is none.
        """
        while not self._unread:
            message = await self.receive()
            if isinstance(message, tuple):
                # A viewer that shows nothing for long is taken for one that is stuck, and cut off.
                await self.acknowledge(message[0].sequence)
        return self._unread.popleft()

    async def receive(self) -> tuple[ChunkHeader, memoryview] | ServerMessage:
        """The next message of any kind, which is taken care of; a chunk is not acknowledged.

        Raises:
            ConnectionClosed: There is none.
            ProtocolError: The server sent what is not allowed.
        """
        self._silence.wait()
        try:
            message: str | bytes = await self._socket.recv()
        except websockets.exceptions.ConnectionClosed as error:
            raise self._closed(error) from error
        finally:
            self._silence.stop()
        self._silence.heard()
        self.bytes_received += len(message)
        if isinstance(message, bytes):
            header, payload = unpack_chunk(message)
            self.stream = self._decoder.stream_of(header)
            return header, payload
        control = decode_server(message)
        await self._take(control)
        return control

    async def acknowledge(self, sequence: int) -> None:
        """Say that a chunk and all before it are presented."""
        await self.send(Ack(sequence))

    async def send_event(self, type: str, **members: Any) -> None:
        """Send an input event; members of pointer and key events that are not given are none.

        Args:
            type: Name in the renderview vocabulary.
            **members: What the type has, as listed in ``docs/protocol.md``; coordinates in logical pixels of the
                canvas.

        Raises:
            ConnectionClosed: The connection is gone. In a session, the event is sent over the next one.
            StateError: The session has no room for it.
        """
        event = InputEvent(Event(type, time.monotonic(), {**_defaults(type), **members}))
        await self.send(event if self.session is None else self.session.number(event))

    async def send_message(self, data: Any, key: str | None = None) -> None:
        """Send a JSON value to the program, which gets it as an event of type ``"message"``.

        Raises:
            MessageError: It is none, or has more than 32 KiB, or the key is none.
            ConnectionClosed: As for `send_event`.
            StateError: Likewise.
        """
        message = Message(check_data(data), check_key(key))
        await self.send(message if self.session is None else self.session.number(message))

    async def set_view(self, view: View) -> None:
        """Have another size or visibility."""
        await self.send(ViewChanged(view))

    async def request_keyframe(self, reason: str = "requested") -> None:
        """Ask for a picture that needs no other."""
        await self.send(KeyframeRequest(reason))

    async def request_stats(self, enabled: bool = True) -> None:
        """Have `stats` renewed each second."""
        await self.send(StatsRequest(enabled))

    async def send(self, message: ClientMessage) -> None:
        """Send any message of the protocol."""
        await self.send_text(encode(message))

    async def send_text(self, text: str) -> None:
        """Send any text."""
        try:
            await self._socket.send(text)
        except websockets.exceptions.ConnectionClosed as error:
            raise self._closed(error) from error

    async def close(self) -> None:
        """Say goodbye and close."""
        await self._socket.close(CloseCode.NORMAL, "done")

    async def _watch_silence(self) -> None:
        """Ask a server that is silent whether it is there, and break the connection where it is not.

        Returns when the connection is gone.
        """
        with suppress(ConnectionClosed):
            while (silence := self._silence.look()) is not Silence.LOST:
                # Not before the greetings, which are the first messages.
                if silence is Silence.ASK and self.welcome is not None:
                    await self._ping()
                await asyncio.sleep(LOOK_S)
            self._lost = True
            # A close would wait for the answer of the one that does not answer.
            self._socket.transport.abort()

    async def _ping(self) -> None:
        # Where nothing gets out any more, that must not keep from looking.
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await self.send(Ping(time.monotonic()))

    def _closed(self, error: websockets.exceptions.ConnectionClosed) -> ConnectionClosed:
        if self._lost:
            return ConnectionClosed(CloseCode.TIMEOUT, "nothing heard from the server")
        if error.rcvd is None:
            return ConnectionClosed(1006)
        return ConnectionClosed(error.rcvd.code, error.rcvd.reason)

    async def _take(self, message: ServerMessage) -> None:
        match message:
            case Welcome():
                self.welcome = message
                self.state = dict(message.state)
                if self.session is not None:
                    for unconfirmed in self.session.begin(message):
                        await self.send(unconfirmed)
            case Taken(number):
                if self.session is not None:
                    self.session.confirm(number)
            case StateChanged(state):
                self.state.update(state)
            case StreamStarted():
                self._decoder.start(message)
            case Message(data, key):
                self._unread.append(message)
                if key is not None:
                    self.messages[key] = data
            case Stats(stats):
                self.stats = dict(stats)
            case Ping(t):
                await self.send(Pong(t))
            case Pong() | Bye():
                pass


def _defaults(type: str) -> dict[str, Any]:
    position = {"x": 0.0, "y": 0.0, "buttons": (), "modifiers": ()}
    match type:
        case "wheel":
            return {**position, "dx": 0.0, "dy": 0.0}
        case "double_click":
            return {**position, "button": 1}
        case "key_down" | "key_up":
            return {"modifiers": ()}
        case "char":
            return {"is_composing": False, "input_type": "insertText"}
        case _ if type.startswith("pointer_"):
            return {**position, "button": 0, "ntouches": 0, "touches": {}}
    return {}


def _websocket_address(url: str) -> tuple[str, str | None]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.path.endswith("/"):
        raise ConfigurationError(f"the address of a display looks like http://host:port/name/, not {url!r}")
    key, _, token = parts.fragment.partition("=")
    scheme = {"http": "ws", "https": "wss"}[parts.scheme]
    return urlunsplit((scheme, parts.netloc, f"{parts.path}ws", "", "")), token if key == "token" else None
