"""What a viewer must not send."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rendercanvas_rfb.protocol.codec import encode
from rendercanvas_rfb.protocol.messages import Ack, InputEvent, KeyframeRequest, Message, ViewChanged
from vectors.messages import CAPABILITIES, CLIENT, EVENTS, HELLO, LATEST, SERVER, VIEW
from vectors.samples import NOT_MESSAGES, REMOVED, changed


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


def _event(name: str) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(encode(InputEvent(EVENTS[name])))["event"]
    return members


def _without(members: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in members.items() if key != name}
