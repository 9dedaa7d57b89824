"""The valid control messages, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rendercanvas_rfb.errors import CloseCode
from rendercanvas_rfb.events import Event
from rendercanvas_rfb.protocol.formats import BT709, SRGB_FULL, Chroma, PictureFormat, StreamInfo, Tier
from rendercanvas_rfb.protocol.messages import (
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
