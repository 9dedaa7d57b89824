"""Writes the wire-format samples that the tests of both languages read: ``python vectors/make_vectors.py``.

Valid samples are what this package's encoder makes of a message; invalid ones are written by hand. Each file is a list
of objects:

- ``client_messages.json``, ``server_messages.json``: ``name``, ``text``, ``valid``, and for invalid messages of a
  viewer the ``close_code`` that they end the connection with.
- ``chunks.json``: ``name``, ``hex`` (the whole binary message), ``valid``, and for valid ones ``header``: its fields
  and ``payload_hex``.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rendercanvas_rfb.errors import CloseCode
from rendercanvas_rfb.events import Event
from rendercanvas_rfb.protocol.chunk import pack_chunk
from rendercanvas_rfb.protocol.codec import MAX_MESSAGE_BYTES, encode
from rendercanvas_rfb.protocol.formats import BT709, SRGB_FULL, Chroma, PictureFormat, StreamInfo, Tier
from rendercanvas_rfb.protocol.messages import (
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

__all__ = ["main", "make_files"]

FOLDER = Path(__file__).parent

Sample = dict[str, Any]

LATEST = 2**53 - 1
"""The largest integer that a JSON number carries exactly into JavaScript."""

H264_RGB = Tier(PictureFormat.H264, Chroma.RGB)
H264_444 = Tier(PictureFormat.H264, Chroma.YUV444)
H264_420 = Tier(PictureFormat.H264, Chroma.YUV420)
IMAGES = (PictureFormat.WEBP, PictureFormat.JPEG, PictureFormat.PNG)

VIEW = View(1280.0, 720.5, 2560, 1441, 2.0, visible=True)
HIDDEN = View(0.0, 0.0, 0, 0, 1.0, visible=False)
CAPABILITIES = Capabilities((H264_RGB, H264_444, H264_420), IMAGES)
SESSION = "0123456789-ABCDEFGHIJ_abcdefghij"
HELLO = Hello(CAPABILITIES, VIEW, token="a token", client="rendercanvas-rfb-web/0.1.0")

AT = {"x": 10.5, "y": 20.0, "buttons": (1,), "modifiers": ("Shift", "Control")}
POINTER = {**AT, "button": 1, "ntouches": 0, "touches": {}}
TOUCH = {"x": 1.0, "y": 2.0, "pressure": 0.5}
PINCH = {**POINTER, "ntouches": 2, "touches": {0: TOUCH, -7: {**TOUCH, "x": 3.5}}}
OUTSIDE = {"x": -1.0, "y": -1.0, "button": 0, "buttons": (), "modifiers": (), "ntouches": 0, "touches": {}}

EVENTS: Mapping[str, Event] = {
    "pointer down": Event("pointer_down", 1.5, POINTER),
    "pointer up": Event("pointer_up", 1.75, {**POINTER, "buttons": ()}),
    "pointer move": Event("pointer_move", 2.0, {**POINTER, "button": 0}),
    "pointer move with two touches": Event("pointer_move", 2.0, PINCH),
    "pointer enter": Event("pointer_enter", 2.25, {**POINTER, "button": 0, "buttons": ()}),
    "pointer leave": Event("pointer_leave", 2.5, OUTSIDE),
    "double click": Event("double_click", 3.0, {**AT, "button": 5, "modifiers": ()}),
    "wheel": Event("wheel", 3.25, {**AT, "buttons": (), "dx": 0.0, "dy": -100.0}),
    "key down": Event("key_down", 4.0, {"key": "ArrowLeft", "modifiers": ("Alt", "Meta")}),
    "key up": Event("key_up", 4.25, {"key": "é", "modifiers": ()}),
    "char": Event("char", 5.0, {"data": "好", "is_composing": True, "input_type": "insertCompositionText"}),
    "close": Event("close", 6.0, {}),
}

CLIENT: Mapping[str, ClientMessage] = {
    "hello": HELLO,
    "hello without a screen, video or token": Hello(
        Capabilities((), (PictureFormat.PNG,), "insecure-context"), client="load test"
    ),
    "hello with a session": Hello(CAPABILITIES, VIEW, session=SESSION),
    "hello with the shortest session": Hello(CAPABILITIES, VIEW, session="s" * 22),
    "hello with the longest session": Hello(CAPABILITIES, VIEW, session="-" * 64),
    "view": ViewChanged(VIEW),
    "view of a hidden page": ViewChanged(HIDDEN),
    "ack": Ack(17, 3),
    "ack of the largest sequence number": Ack(2**32 - 1),
    "ack of a chunk that the viewer held for a while": Ack(17, 3, 12.5),
    "keyframe": KeyframeRequest("decoder-error"),
    "capabilities": CAPABILITIES,
    "capabilities after decoder errors": Capabilities((), IMAGES, "decoder-failed"),
    "message": Message({"threshold": 0.5, "names": ["a", "ö"], "none": None}),
    "message with a key": Message([1, True, "text"], "selection"),
    "message of nothing": Message(None, "k" * 64),
    "message with a number": Message("apply", number=1),
    "message with the largest number": Message(1, "threshold", LATEST),
    "event with a number": InputEvent(EVENTS["pointer down"], 2),
    "event with the largest number": InputEvent(EVENTS["key up"], LATEST),
    "stats on": StatsRequest(True),
    "stats off": StatsRequest(False),
    "ping": Ping(12.25),
    "pong": Pong(12.25),
    "bye": Bye("the page is closed"),
    **{f"event {name}": InputEvent(event) for name, event in EVENTS.items()},
}

STATE = {
    "title": "Größe",
    "cursor": "default",
    "width": 640.0,
    "height": 480,
    "pixel_ratio": 2.0,
    "sizing": True,
    "control": True,
    "viewers": 1,
}
STREAM_RGB = StreamInfo(H264_RGB, "avc1.F40020", 1280, 720, SRGB_FULL, "libx264rgb")
STREAM_444 = StreamInfo(H264_444, "avc1.F4001F", 1280, 720, BT709, "libx264")
STREAM_420 = StreamInfo(H264_420, "avc1.42C01E", 642, 482, BT709, "libx264")

SERVER: Mapping[str, ServerMessage] = {
    "welcome": Welcome("v1", "canvas-1", "0.1.0", STATE, SESSION),
    "welcome back": Welcome("v1", "canvas-1", "0.1.0", STATE, SESSION, resumed=True, taken=17),
    "welcome back after the largest number": Welcome("v1", "canvas-1", "0.1.0", STATE, SESSION, True, LATEST),
    "taken": Taken(1),
    "taken up to the largest number": Taken(LATEST),
    "state": StateChanged({"title": "another"}),
    "state with nothing": StateChanged({}),
    "state with a member that this version does not know": StateChanged({"future": [1, {"a": None}]}),
    "stream of H.264 in RGB": StreamStarted(2, STREAM_RGB, "the viewer decodes it"),
    "stream that says why it is this encoder": StreamStarted(
        2,
        replace(STREAM_RGB, encoder_reason="x264 makes h264/rgb: exactly; h264_nvenc cannot work here: no NVIDIA GPU"),
        "the viewer decodes it",
    ),
    "stream of H.264 4:4:4": StreamStarted(3, STREAM_444, "the viewer decodes it"),
    "stream of H.264 4:2:0": StreamStarted(2**32 - 1, STREAM_420, "the viewer decodes it"),
    **{
        f"stream of {format.name}": StreamStarted(
            4, StreamInfo(Tier(format), f"image/{format.value}", 641, 481, SRGB_FULL, "pillow"), "no video decoder"
        )
        for format in IMAGES
    },
    "message": Message("good morning"),
    "message with a key": Message({"running": False, "steps": 1e6}, "progress"),
    "stats": Stats({"fps": 30.0, "bitrate": 1.5e6, "round_trip_ms": 12.5, "window": 4, "dropped": 0}),
    "ping": Ping(3600.125),
    "pong": Pong(0.0),
    "bye": Bye("closed"),
    "bye with a code": Bye("credential missing or wrong", int(CloseCode.UNAUTHORIZED)),
}

REMOVED = object()
"""Stands for a member that is taken out."""


def changed(message: ClientMessage | ServerMessage, **members: Any) -> str:
    """The text of ``message`` with members replaced, added or `REMOVED`; ``a__b`` names the member b of a."""
    value = json.loads(encode(message))
    for path, member in members.items():
        *parents, name = path.split("__")
        target = value
        for parent in parents:
            target = target[parent]
        if member is REMOVED:
            del target[name]
        else:
            target[name] = member
    return json.dumps(value, separators=(",", ":"))


NESTED = "[" * 2000 + "]" * 2000
"""Deeper than Python's default recursion limit."""

NOT_MESSAGES = {
    "nothing": "",
    "not JSON": "hello",
    "cut off": '{"type":"ping","t":1',
    "two values": '{"type":"ping","t":1}{}',
    "a list": "[]",
    "a string": '"ping"',
    "null": "null",
    "no type": "{}",
    "type is not a string": '{"type":1}',
    "type is an object": '{"type":{}}',
    "unknown type": '{"type":"format-disk"}',
    "type in other letters": '{"type":"PING","t":1}',
    "deep nesting": NESTED,
    "deep nesting in a member": '{"type":"ping","t":' + NESTED + "}",
    "ping with NaN": '{"type":"ping","t":NaN}',
    "ping with Infinity": '{"type":"ping","t":-Infinity}',
    "ping with a number too large for a double": '{"type":"ping","t":1e999}',
    "ping with an integer too large for a double": '{"type":"ping","t":1' + "0" * 400 + "}",
    "ping without a number": '{"type":"ping"}',
    "ping with a string": '{"type":"ping","t":"1"}',
    "ping with a boolean": '{"type":"ping","t":true}',
    "ping with null": '{"type":"ping","t":null}',
    "pong without a number": '{"type":"pong"}',
    "bye without a reason": '{"type":"bye"}',
    "bye with a reason of another type": '{"type":"bye","reason":1}',
    "bye with a code out of range": '{"type":"bye","reason":"","code":70000}',
}
"""What neither side accepts."""


def invalid_client_messages() -> Iterator[tuple[str, str]]:
    """Names and texts of messages that a viewer must not send, other than those of another version or too long."""
    yield from NOT_MESSAGES.items()
    yield "a server's message", encode(SERVER["state"])
    for name in ("protocol", "video", "images", "view__visible", "view__physical_width", "view__pixel_ratio"):
        yield f"hello without {name}", changed(HELLO, **{name: REMOVED})
    yield "hello with a protocol that is a boolean", changed(HELLO, protocol=True)
    yield "hello with a protocol that is a string", changed(HELLO, protocol="1")
    yield "hello with a token of another type", changed(HELLO, token=5)
    yield "hello with a token that is too long", changed(HELLO, token="t" * 257)
    yield "hello with half a surrogate pair in the token", changed(HELLO, token="\ud800")
    yield "hello with a client name that is too long", changed(HELLO, client="c" * 129)
    yield "hello with a view of another type", changed(HELLO, view=[])
    yield "hello with video that is no list", changed(HELLO, video={"codec": "h264", "chroma": "444"})
    yield "hello with video items of another type", changed(HELLO, video=["h264"])
    yield "hello with an unknown video codec", changed(HELLO, video=[{"codec": "h266", "chroma": "444"}])
    yield "hello with an image format as video codec", changed(HELLO, video=[{"codec": "jpeg", "chroma": "444"}])
    yield "hello with an unknown chroma", changed(HELLO, video=[{"codec": "h264", "chroma": "422"}])
    yield "hello with a chroma of another type", changed(HELLO, video=[{"codec": "h264", "chroma": 444}])
    yield "hello with no images", changed(HELLO, images=[])
    yield "hello with an unknown image format", changed(HELLO, images=["gif"])
    yield "hello with video as image format", changed(HELLO, images=["h264"])
    yield "hello with image formats of another type", changed(HELLO, images=[["png"]])
    yield "hello with too many image formats", changed(HELLO, images=["png"] * 17)
    yield "hello with an unknown reason for no video", changed(HELLO, no_video="no idea")
    yield "hello with a session of another type", changed(HELLO, session=5)
    yield "hello with an empty session", changed(HELLO, session="")
    yield "hello with a session that is too short", changed(HELLO, session="s" * 21)
    yield "hello with a session that is too long", changed(HELLO, session="s" * 65)
    yield "hello with a session of other characters", changed(HELLO, session="=" * 32)
    yield "hello with a session of letters that ASCII has not got", changed(HELLO, session="é" * 32)
    yield "hello with a session and a line break", changed(HELLO, session="s" * 32 + "\n")
    yield "view without its view", '{"type":"view"}'
    yield "view of null", '{"type":"view","view":null}'
    yield "view with a negative width", changed(ViewChanged(VIEW), view__width=-1)
    yield "view with a width that is too large", changed(ViewChanged(VIEW), view__width=16385)
    yield "view with a physical width that is too large", changed(ViewChanged(VIEW), view__physical_width=16385)
    yield "view with a physical height that is no integer", changed(ViewChanged(VIEW), view__physical_height=1.5)
    yield "view with a physical height that is a boolean", changed(ViewChanged(VIEW), view__physical_height=True)
    yield "view with a pixel ratio of zero", changed(ViewChanged(VIEW), view__pixel_ratio=0)
    yield "view with a pixel ratio that is too large", changed(ViewChanged(VIEW), view__pixel_ratio=21)
    yield "view with a visibility of another type", changed(ViewChanged(VIEW), view__visible=1)
    yield "ack without a sequence number", changed(Ack(1), sequence=REMOVED)
    yield "ack without a decode queue", changed(Ack(1), decode_queue=REMOVED)
    yield "ack of a chunk that was held before it came", changed(Ack(1), held_ms=-1)
    yield "ack of a chunk that was held for no number of milliseconds", changed(Ack(1), held_ms="long")
    yield "ack with a negative sequence number", changed(Ack(1), sequence=-1)
    yield "ack with a sequence number that is too large", changed(Ack(1), sequence=2**32)
    yield "ack with a sequence number that is no integer", changed(Ack(1), sequence=1.5)
    yield "ack with a sequence number that is a boolean", changed(Ack(1), sequence=True)
    yield "keyframe without a reason", '{"type":"keyframe"}'
    yield "keyframe with a reason that is too long", changed(KeyframeRequest("r" * 129))
    yield "capabilities without images", changed(CAPABILITIES, images=REMOVED)
    yield "capabilities with video of null", changed(CAPABILITIES, video=None)
    yield "message without data", '{"type":"message","key":null}'
    yield "message with an empty key", '{"type":"message","key":"","data":1}'
    yield "message with a key that is too long", changed(Message(1, "k" * 65))
    yield "message with a key of another type", '{"type":"message","key":1,"data":1}'
    yield "message with data that is too long", changed(Message("x" * 32767))
    yield "message with a number that is none", '{"type":"message","key":null,"data":[1e999]}'
    yield "message with half a surrogate pair", '{"type":"message","key":null,"data":"\\ud800"}'
    for kind, message in (("message", CLIENT["message"]), ("event", CLIENT["event key down"])):
        yield f"{kind} with the number 0", changed(message, n=0)
        yield f"{kind} with a negative number", changed(message, n=-1)
        yield f"{kind} with a number that is too large", changed(message, n=LATEST + 1)
        yield f"{kind} with a number that is no integer", changed(message, n=1.5)
        yield f"{kind} with a number that is a string", changed(message, n="1")
        yield f"{kind} with a number that is a boolean", changed(message, n=True)
        yield f"{kind} with null as number", changed(message, n=None)
    yield "stats without enabled", '{"type":"stats"}'
    yield "stats with enabled of another type", '{"type":"stats","enabled":1}'
    for name, event in invalid_events():
        yield f"event {name}", json.dumps({"type": "event", "event": event}, separators=(",", ":"))
    yield "event without its event", '{"type":"event"}'


def invalid_events() -> Iterator[tuple[str, Any]]:
    """Names and JSON values of events that are none."""
    down, move = _event("pointer down"), _event("pointer move with two touches")
    wheel, key, char = _event("wheel"), _event("key down"), _event("char")
    yield "of null", None
    yield "without a type", _without(down, "type")
    yield "of an unknown type", {**down, "type": "pointer_sideways"}
    yield "of a type that only the server makes", {"type": "resize", "timestamp": 0, "width": 1, "height": 1}
    for name in ("timestamp", "x", "y", "button", "buttons", "modifiers", "ntouches", "touches"):
        yield f"pointer down without {name}", _without(down, name)
    yield "with a timestamp of another type", {**down, "timestamp": "1"}
    yield "with a negative timestamp", {**down, "timestamp": -1}
    yield "with an x of another type", {**down, "x": "10"}
    yield "with an x that is a boolean", {**down, "x": True}
    yield "with an x that is too large", {**down, "x": 1e10}
    yield "with a button that is too large", {**down, "button": 6}
    yield "with a button that is no integer", {**down, "button": 1.5}
    yield "with buttons that are no list", {**down, "buttons": 1}
    yield "with buttons of another type", {**down, "buttons": ["1"]}
    yield "with button 0 down", {**down, "buttons": [0]}
    yield "with buttons that are booleans", {**down, "buttons": [True]}
    yield "with too many buttons", {**down, "buttons": [1, 2, 3, 4, 5, 1]}
    yield "with an unknown modifier", {**down, "modifiers": ["Hyper"]}
    yield "with modifiers of another type", {**down, "modifiers": [["Shift"]]}
    yield "with modifiers that are a string", {**down, "modifiers": "Shift"}
    yield "with a negative number of touches", {**down, "ntouches": -1}
    yield "with touches that are a list", {**down, "touches": []}
    yield "with a touch of another type", {**move, "touches": {"0": 1}}
    yield "with a touch without pressure", {**move, "touches": {"0": {"x": 1, "y": 2}}}
    yield "with a touch with too much pressure", {**move, "touches": {"0": {"x": 1, "y": 2, "pressure": 2}}}
    for identifier in ("", "-", "a", "1.5", "²", "1" * 11):
        yield f"with the touch id {identifier!r}", {**move, "touches": {identifier: {"x": 1, "y": 2, "pressure": 0}}}
    touch = {"x": 1, "y": 2, "pressure": 0}
    yield "with too many touches", {**move, "touches": {str(number): touch for number in range(21)}}
    yield "double click without a button", _without(_event("double click"), "button")
    yield "wheel without dy", _without(wheel, "dy")
    yield "wheel with a dx of another type", {**wheel, "dx": None}
    yield "key down without a key", _without(key, "key")
    yield "key down with a key that is too long", {**key, "key": "k" * 65}
    yield "key up without modifiers", _without(_event("key up"), "modifiers")
    yield "char without is_composing", _without(char, "is_composing")
    yield "char with data of another type", {**char, "data": 1}
    yield "char with half a surrogate pair", {**char, "data": "\udc00"}
    yield "close without a timestamp", {"type": "close"}


def invalid_server_messages() -> Iterator[tuple[str, str]]:
    """Names and texts of messages that a server must not send."""
    welcome, stream = SERVER["welcome"], SERVER["stream of H.264 4:4:4"]
    yield from NOT_MESSAGES.items()
    yield "a viewer's message", encode(CLIENT["ack"])
    for name in ("protocol", "viewer", "name", "server", "state", "session", "resumed", "input"):
        yield f"welcome without {name}", changed(welcome, **{name: REMOVED})
    yield "welcome with a state of another type", changed(welcome, state=[])
    yield "welcome with a viewer of another type", changed(welcome, viewer=1)
    yield "welcome with a session that is null", changed(welcome, session=None)
    yield "welcome with a session that is too short", changed(welcome, session="s" * 21)
    yield "welcome with a session of other characters", changed(welcome, session="+" * 32)
    yield "welcome with resumed of another type", changed(welcome, resumed=1)
    yield "welcome with a negative input", changed(welcome, input=-1)
    yield "welcome with an input that is too large", changed(welcome, input=LATEST + 1)
    yield "welcome with an input that is no integer", changed(welcome, input=0.5)
    yield "taken without a number", '{"type":"taken"}'
    yield "taken of the number 0", '{"type":"taken","n":0}'
    yield "taken of a number that is no integer", '{"type":"taken","n":1.5}'
    yield "taken of a number that is a string", '{"type":"taken","n":"1"}'
    yield "taken of a number that is too large", changed(Taken(1), n=LATEST + 1)
    yield "state without its state", '{"type":"state"}'
    yield "state of null", '{"type":"state","state":null}'
    for name in ("stream", "codec", "format", "coded_width", "coded_height", "color", "encoder", "reason"):
        yield f"stream without {name}", changed(stream, **{name: REMOVED})
    for name in ("primaries", "transfer", "matrix", "full_range"):
        yield f"stream without color.{name}", changed(stream, **{f"color__{name}": REMOVED})
    yield "stream with a reason for its encoder of another type", changed(stream, encoder_reason=1)
    yield "stream with a negative number", changed(stream, stream=-1)
    yield "stream with a number that is too large", changed(stream, stream=2**32)
    yield "stream with a number that is no integer", changed(stream, stream=1.5)
    yield "stream with a number that is a boolean", changed(stream, stream=True)
    yield "stream of an unknown format", changed(stream, format="gif")
    yield "stream of an unknown chroma", changed(stream, chroma="411")
    yield "stream with a coded width of zero", changed(stream, coded_width=0)
    yield "stream with a coded height of another type", changed(stream, coded_height="720")
    yield "stream with a range of another type", changed(stream, color__full_range="false")
    yield "message without data", '{"type":"message"}'
    yield "message with a key of another type", '{"type":"message","key":["a"],"data":1}'
    yield "message with an empty key", '{"type":"message","key":"","data":1}'
    yield "stats without its stats", '{"type":"stats"}'
    yield "stats with text", '{"type":"stats","stats":{"fps":"30"}}'
    yield "stats with a boolean", '{"type":"stats","stats":{"fps":true}}'


def client_messages() -> list[Sample]:
    """What ``client_messages.json`` holds."""
    hello = json.loads(encode(HELLO))
    valid = {
        **{name: encode(message) for name, message in CLIENT.items()},
        "hello with members that this version does not know": changed(HELLO, future=[1], view__depth=10),
        "hello without the optional members": changed(
            HELLO, token=REMOVED, view=REMOVED, client=REMOVED, no_video=REMOVED, session=REMOVED
        ),
        "hello with white space": json.dumps(hello, indent=2),
        "message without a key": '{"type":"message","data":1}',
        "message of the largest size": changed(Message("x" * 32766)),
        "event char without data": '{"type":"event","event":{"type":"char","timestamp":0,"is_composing":false}}',
    }
    return [
        *({"name": name, "text": text, "valid": True} for name, text in valid.items()),
        *(_refused(name, text, CloseCode.BAD_MESSAGE) for name, text in invalid_client_messages()),
        _refused("hello of another version", changed(HELLO, protocol=2), CloseCode.VERSION),
        _refused("hello of another version, otherwise different", '{"type":"hello","protocol":0}', CloseCode.VERSION),
        _refused("too long", json.dumps("x" * MAX_MESSAGE_BYTES), CloseCode.TOO_LARGE),
        # Three bytes of UTF-8 each.
        _refused(
            "too long in bytes, not in characters", '"' + "好" * (MAX_MESSAGE_BYTES // 3) + '"', CloseCode.TOO_LARGE
        ),
    ]


def server_messages() -> list[Sample]:
    """What ``server_messages.json`` holds."""
    valid = {
        **{name: encode(message) for name, message in SERVER.items()},
        "stream with members that this version does not know": changed(SERVER["stream of PNG"], future=1),
        "bye without a code": '{"type":"bye","reason":"closed"}',
    }
    return [
        *({"name": name, "text": text, "valid": True} for name, text in valid.items()),
        *({"name": name, "text": text, "valid": False} for name, text in invalid_server_messages()),
    ]


HEADER = ChunkHeader(
    format=PictureFormat.H264,
    keyframe=True,
    lossless=False,
    sequence=1,
    stream=1,
    width=1280,
    height=720,
    pixel_ratio=1.0,
    frame=1,
    timestamp_us=123_456_789,
)


def chunks() -> list[Sample]:
    """What ``chunks.json`` holds."""
    access_unit = bytes.fromhex("00000001675a00000001")
    full = 2**32 - 1
    valid = {
        "H.264 keyframe": (_header(), access_unit),
        "H.264 delta": (_header(keyframe=False, sequence=2, frame=2, pixel_ratio=2.0), b"\x00\x00\x00\x01\x41"),
        "H.264 lossless keyframe": (_header(lossless=True), access_unit),
        "VP9 keyframe": (_header(format=PictureFormat.VP9), b"\x82\x49\x83\x42"),
        "AV1 keyframe": (_header(format=PictureFormat.AV1), b"\x12\x00\x0a\x0b"),
        "HEVC keyframe": (_header(format=PictureFormat.HEVC), b"\x00\x00\x00\x01\x40\x01"),
        "JPEG": (_header(format=PictureFormat.JPEG, pixel_ratio=1.25), b"\xff\xd8\xff\xd9"),
        "PNG, lossless": (_header(format=PictureFormat.PNG, lossless=True), b"\x89PNG"),
        "WebP": (_header(format=PictureFormat.WEBP, pixel_ratio=0.5), b"RIFF"),
        "largest numbers": (
            _header(sequence=full, stream=full, width=16384, height=16384, frame=full, timestamp_us=LATEST),
            b"\x00",
        ),
        "smallest numbers": (_header(sequence=0, stream=0, width=1, height=1, frame=0, timestamp_us=0), b"\xff"),
    }
    packed = pack_chunk(HEADER, access_unit)
    invalid = {
        "nothing": b"",
        "one byte": packed[:1],
        "header cut off": packed[:31],
        "no payload": packed[:32],
        "another magic number": _patched(packed, 0, b"\xfa"),
        "another version": _patched(packed, 1, b"\x02"),
        "format 0": _patched(packed, 2, b"\x00"),
        "unknown format": _patched(packed, 2, b"\x13"),
        "unknown flag": _patched(packed, 3, b"\x05"),
        "all flags": _patched(packed, 3, b"\xff"),
        "width of zero": _patched(packed, 12, b"\0\0"),
        "height of zero": _patched(packed, 14, b"\0\0"),
        **{
            f"pixel ratio of {ratio}": _patched(packed, 16, struct.pack("<f", ratio))
            for ratio in (0.0, -1.0, float("nan"), float("inf"))
        },
        "a text message": b'{"type":"ping","t":1}                ',
    }
    return [
        *(
            {
                "name": name,
                "hex": pack_chunk(header, payload).hex(),
                "valid": True,
                "header": _header_members(header, payload),
            }
            for name, (header, payload) in valid.items()
        ),
        *({"name": name, "hex": message.hex(), "valid": False} for name, message in invalid.items()),
    ]


def make_files() -> dict[str, str]:
    """The text of each file, by name: one sample per line."""
    files = {"chunks": chunks(), "client_messages": client_messages(), "server_messages": server_messages()}
    return {
        f"{name}.json": "[\n" + ",\n".join(json.dumps(sample, ensure_ascii=False) for sample in samples) + "\n]\n"
        for name, samples in files.items()
    }


def main() -> None:
    """Write the files next to this script."""
    for name, text in make_files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def _event(name: str) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(encode(InputEvent(EVENTS[name])))["event"]
    return members


def _without(members: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in members.items() if key != name}


def _refused(name: str, text: str, code: CloseCode) -> Sample:
    return {"name": name, "text": text, "valid": False, "close_code": int(code)}


def _header(**members: Any) -> ChunkHeader:
    return ChunkHeader(**{**_members_of(HEADER), **members})


def _members_of(header: ChunkHeader) -> dict[str, Any]:
    return {name: getattr(header, name) for name in ChunkHeader.__slots__}


def _header_members(header: ChunkHeader, payload: bytes) -> dict[str, Any]:
    return {**_members_of(header), "format": header.format.value, "payload_hex": payload.hex()}


def _patched(message: bytes, offset: int, replacement: bytes) -> bytes:
    return message[:offset] + replacement + message[offset + len(replacement) :]


if __name__ == "__main__":
    main()
