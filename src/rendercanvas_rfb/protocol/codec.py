"""Control messages to and from JSON text, for both sides of the wire.

Encoding trusts its argument; decoding trusts nothing and raises `ProtocolError` for anything but a valid message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

from ..errors import CloseCode, MessageError, ProtocolError
from ..events import Event, parse_event
from ..fields import Fields
from .formats import Chroma, ColorTags, PictureFormat, StreamInfo, Tier
from .messages import (
    PROTOCOL_VERSION,
    Ack,
    Bye,
    Capabilities,
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
from .values import MAX_KEY_CHARACTERS, check_data

__all__ = ["MAX_MESSAGE_BYTES", "decode_client", "decode_server", "encode"]

MAX_MESSAGE_BYTES = 64 * 1024
"""Largest control message. The longest real one carries an application's message, of at most 32 KiB."""

MAX_VIEW_DIMENSION = 16384
"""Device pixels per side that a viewer may claim: two 8K screens side by side, and a little."""

MAX_LIST_ITEMS = 16
"""Capabilities in a list, at most: there are fewer formats than that."""

MAX_ENCODER_REASON = 1024
"""Characters: a sentence for each reason that encoders have for not being chosen."""

MAX_NUMBER = 2**53 - 1
"""Largest number of a message of the viewer's: the largest integer that JavaScript has exactly."""

_SESSION = re.compile(r"[A-Za-z0-9_-]{22,64}")
"""A session's token: at least 128 bits in base64url."""

NO_VIDEO_REASONS = ("insecure-context", "unsupported", "decoder-failed", "disabled")

_VIDEO = {format.value: format for format in PictureFormat if format.is_video}
_IMAGES = {format.value: format for format in PictureFormat if not format.is_video}
_CHROMA = {chroma.value: chroma for chroma in Chroma}

M = TypeVar("M")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


# Made once: `json.dumps` and `json.loads` make one for each message where they have options.
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, ensure_ascii=False)
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def encode(message: ClientMessage | ServerMessage) -> str:
    """The JSON text of a message."""
    kind, members = _members(message)
    return _ENCODER.encode({"type": kind, **members})


def decode_client(text: str) -> ClientMessage:
    """Read a message from a viewer.

    Raises:
        ProtocolError: With the close code that the connection ends with.
    """
    return _decode(text, _CLIENT)


def decode_server(text: str) -> ServerMessage:
    """Read a message from a server.

    Raises:
        ProtocolError: It is no valid message.
    """
    return _decode(text, _SERVER)


def _members(message: ClientMessage | ServerMessage) -> tuple[str, dict[str, Any]]:
    members: dict[str, Any]
    match message:
        case Hello(capabilities, view, token, client, session, protocol):
            members = {"protocol": protocol, "token": token, "client": client, "session": session}
            return "hello", {**members, "view": view and _view_members(view), **_capability_members(capabilities)}
        case Capabilities():
            return "capabilities", _capability_members(message)
        case ViewChanged(view):
            return "view", {"view": _view_members(view)}
        case Ack(sequence, decode_queue, held_ms):
            held = {"held_ms": held_ms} if held_ms else {}
            return "ack", {"sequence": sequence, "decode_queue": decode_queue, **held}
        case KeyframeRequest(reason):
            return "keyframe", {"reason": reason}
        case InputEvent(event, number):
            members = {"event": {"type": event.type, "timestamp": event.timestamp, **event.members}}
            return "event", {**_number_members(number), **members}
        case Message(data, key, number):
            return "message", {**_number_members(number), "key": key, "data": data}
        case StatsRequest(enabled):
            return "stats", {"enabled": enabled}
        case Ping(t):
            return "ping", {"t": t}
        case Pong(t):
            return "pong", {"t": t}
        case Bye(reason, code):
            return "bye", {"reason": reason, "code": code}
        case Welcome(viewer, name, server, state, session, resumed, taken, protocol):
            members = {"protocol": protocol, "viewer": viewer, "name": name, "server": server, "state": dict(state)}
            return "welcome", {**members, "session": session, "resumed": resumed, "input": taken}
        case Taken(number):
            return "taken", {"n": number}
        case StateChanged(state):
            return "state", {"state": dict(state)}
        case Stats(stats):
            return "stats", {"stats": dict(stats)}
        case StreamStarted(stream, info, reason):
            return "stream", {"stream": stream, **_stream_members(info), "reason": reason}


def _number_members(number: int | None) -> dict[str, Any]:
    return {} if number is None else {"n": number}


def _view_members(view: View) -> dict[str, Any]:
    return {name: getattr(view, name) for name in View.__slots__}


def _capability_members(capabilities: Capabilities) -> dict[str, Any]:
    return {
        "video": [{"codec": t.format.value, "chroma": t.chroma and t.chroma.value} for t in capabilities.video],
        "images": [format.value for format in capabilities.images],
        "no_video": capabilities.no_video,
    }


def _stream_members(info: StreamInfo) -> dict[str, Any]:
    return {
        "codec": info.codec,
        "format": info.tier.format.value,
        "chroma": info.tier.chroma and info.tier.chroma.value,
        "coded_width": info.coded_width,
        "coded_height": info.coded_height,
        "color": {name: getattr(info.color, name) for name in ColorTags.__slots__},
        "encoder": info.encoder,
        **({"encoder_reason": info.encoder_reason[:MAX_ENCODER_REASON]} if info.encoder_reason else {}),
    }


def _decode(text: str, readers: Mapping[str, Callable[[Fields], M]]) -> M:
    if len(text) > MAX_MESSAGE_BYTES or len(text.encode()) > MAX_MESSAGE_BYTES:
        raise ProtocolError(f"a message must have at most {MAX_MESSAGE_BYTES} bytes", CloseCode.TOO_LARGE)
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise ProtocolError("a message must be JSON text") from None
    fields = Fields(value, "message")
    return fields.choice("type", readers)(fields)


def _read_hello(fields: Fields) -> Hello:
    # The version is checked first: nothing is known about the rest of another version's message.
    if (protocol := fields.integer("protocol")) != PROTOCOL_VERSION:
        reason = f"protocol {protocol} is not spoken here, {PROTOCOL_VERSION} is"
        raise ProtocolError(reason, CloseCode.VERSION)
    view = fields.optional_nested("view")
    return Hello(
        capabilities=_read_capabilities(fields),
        view=None if view is None else _read_view(view),
        token=fields.optional_string("token", 256),
        client=fields.optional_string("client", 128) or "",
        session=None if fields.optional_string("session", 64) is None else _read_session(fields),
    )


def _read_session(fields: Fields) -> str:
    session = fields.string("session", 64)
    if not _SESSION.fullmatch(session):
        raise ProtocolError(f"{fields.path}.session must have 22 to 64 characters of base64url")
    return session


def _read_number(fields: Fields) -> int | None:
    return fields.integer("n", 1, MAX_NUMBER) if "n" in fields.names() else None


def _read_capabilities(fields: Fields) -> Capabilities:
    images = fields.items("images", MAX_LIST_ITEMS, _read_image)
    if not images:
        raise ProtocolError(f"{fields.path}.images must name at least one format")
    reasons = {reason: reason for reason in NO_VIDEO_REASONS}
    no_video = None if fields.optional_string("no_video", 32) is None else fields.choice("no_video", reasons)
    return Capabilities(fields.items("video", MAX_LIST_ITEMS, _read_video), images, no_video)


def _read_video(value: object, path: str) -> Tier:
    fields = Fields(value, path)
    return Tier(fields.choice("codec", _VIDEO), fields.choice("chroma", _CHROMA))


def _read_image(value: object, path: str) -> PictureFormat:
    if not isinstance(value, str) or value not in _IMAGES:
        raise ProtocolError(f"{path} must be one of {', '.join(_IMAGES)}")
    return _IMAGES[value]


def _read_view(fields: Fields) -> View:
    return View(
        width=fields.number("width", 0, MAX_VIEW_DIMENSION),
        height=fields.number("height", 0, MAX_VIEW_DIMENSION),
        physical_width=fields.integer("physical_width", 0, MAX_VIEW_DIMENSION),
        physical_height=fields.integer("physical_height", 0, MAX_VIEW_DIMENSION),
        # Browsers zoom from 25 % to 500 %, on screens of up to 4 device pixels per CSS pixel.
        pixel_ratio=fields.number("pixel_ratio", 0.1, 20),
        visible=fields.boolean("visible"),
    )


def _read_bye(fields: Fields) -> Bye:
    code = fields.integer("code", 1000, 4999) if "code" in fields.names() else int(CloseCode.NORMAL)
    return Bye(fields.string("reason", 128), code)


def _read_event(fields: Fields) -> Event:
    return parse_event(fields.raw("event"))


def _read_stream(fields: Fields) -> StreamStarted:
    chroma = None if fields.optional_string("chroma", 8) is None else fields.choice("chroma", _CHROMA)
    color = fields.nested("color")
    info = StreamInfo(
        tier=Tier(fields.choice("format", {**_VIDEO, **_IMAGES}), chroma),
        codec=fields.string("codec", 64),
        coded_width=fields.integer("coded_width", 1, 2 * MAX_VIEW_DIMENSION),
        coded_height=fields.integer("coded_height", 1, 2 * MAX_VIEW_DIMENSION),
        color=ColorTags(
            primaries=color.string("primaries", 32),
            transfer=color.string("transfer", 32),
            matrix=color.string("matrix", 32),
            full_range=color.boolean("full_range"),
        ),
        encoder=fields.string("encoder", 64),
        encoder_reason=fields.optional_string("encoder_reason", MAX_ENCODER_REASON) or "",
    )
    return StreamStarted(fields.integer("stream"), info, fields.string("reason", 256))


def _read_welcome(fields: Fields) -> Welcome:
    return Welcome(
        viewer=fields.string("viewer", 64),
        name=fields.string("name", 64),
        server=fields.string("server", 64),
        state=_read_members(fields, "state"),
        session=_read_session(fields),
        resumed=fields.boolean("resumed"),
        taken=fields.integer("input", 0, MAX_NUMBER),
        protocol=fields.integer("protocol"),
    )


def _read_members(fields: Fields, name: str) -> dict[str, Any]:
    members = fields.nested(name)
    return {key: members.raw(key) for key in members.names()}


def _read_message(fields: Fields) -> Message:
    key = fields.optional_string("key", MAX_KEY_CHARACTERS)
    if key == "":
        raise ProtocolError(f"{fields.path}.key must have at least one character, or be null")
    try:
        # A number such as 1e999 is JSON, but no number in Python or JavaScript.
        return Message(check_data(fields.raw("data")), key, _read_number(fields))
    except MessageError as error:
        raise ProtocolError(f"{fields.path}.data: {error}") from error


def _read_stats(fields: Fields) -> Stats:
    stats = fields.nested("stats")
    return Stats({name: stats.number(name, -1e15, 1e15) for name in stats.names()})


def _read_ack(fields: Fields) -> Ack:
    held_ms = fields.number("held_ms", 0.0, 1e7) if "held_ms" in fields.names() else 0.0
    return Ack(fields.integer("sequence"), fields.integer("decode_queue", 0, 10_000), held_ms)


def _read_ping(fields: Fields) -> Ping:
    return Ping(fields.number("t", -1e15, 1e15))


def _read_pong(fields: Fields) -> Pong:
    return Pong(fields.number("t", -1e15, 1e15))


_CLIENT: dict[str, Callable[[Fields], ClientMessage]] = {
    "hello": _read_hello,
    "view": lambda fields: ViewChanged(_read_view(fields.nested("view"))),
    "ack": _read_ack,
    "keyframe": lambda fields: KeyframeRequest(fields.string("reason", 128)),
    "capabilities": _read_capabilities,
    "event": lambda fields: InputEvent(_read_event(fields), _read_number(fields)),
    "message": _read_message,
    "stats": lambda fields: StatsRequest(fields.boolean("enabled")),
    "ping": _read_ping,
    "pong": _read_pong,
    "bye": _read_bye,
}

_SERVER: dict[str, Callable[[Fields], ServerMessage]] = {
    "welcome": _read_welcome,
    "taken": lambda fields: Taken(fields.integer("n", 1, MAX_NUMBER)),
    "state": lambda fields: StateChanged(_read_members(fields, "state")),
    "stream": _read_stream,
    "message": _read_message,
    "stats": _read_stats,
    "ping": _read_ping,
    "pong": _read_pong,
    "bye": _read_bye,
}
