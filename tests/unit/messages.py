"""Hypothesis strategies for every message of the protocol."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

from rendercanvas_rfb.events import MODIFIERS, Event
from rendercanvas_rfb.protocol.codec import NO_VIDEO_REASONS
from rendercanvas_rfb.protocol.formats import Chroma, ColorTags, PictureFormat, StreamInfo, Tier
from rendercanvas_rfb.protocol.messages import (
    Ack,
    Bye,
    Capabilities,
    ChunkHeader,
    Hello,
    InputEvent,
    KeyframeRequest,
    Message,
    Ping,
    Pong,
    StateChanged,
    Stats,
    StatsRequest,
    StreamStarted,
    Taken,
    View,
    ViewChanged,
    Welcome,
)

serials = st.integers(0, 2**32 - 1)
numbers = st.floats(-1e9, 1e9)
image_formats = st.sampled_from([format for format in PictureFormat if not format.is_video])
chromas = st.sampled_from(Chroma)


def text(max_size: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=max_size)


views = st.builds(
    View,
    width=st.floats(0, 16384),
    height=st.floats(0, 16384),
    physical_width=st.integers(0, 16384),
    physical_height=st.integers(0, 16384),
    pixel_ratio=st.floats(0.1, 20),
    visible=st.booleans(),
)
capabilities = st.builds(
    Capabilities,
    video=st.lists(st.builds(Tier, st.just(PictureFormat.H264), chromas), max_size=16).map(tuple),
    images=st.lists(image_formats, min_size=1, max_size=16).map(tuple),
    no_video=st.none() | st.sampled_from(NO_VIDEO_REASONS),
)

modifiers = st.lists(st.sampled_from(MODIFIERS), max_size=4).map(tuple)
position: dict[str, st.SearchStrategy[Any]] = {
    "x": numbers,
    "y": numbers,
    "buttons": st.lists(st.integers(1, 5), max_size=5).map(tuple),
    "modifiers": modifiers,
}
click = {**position, "button": st.integers(0, 5)}
touch = st.fixed_dictionaries({"x": numbers, "y": numbers, "pressure": st.floats(0, 1)})
pointer = {
    **click,
    "ntouches": st.integers(0, 20),
    "touches": st.dictionaries(st.integers(-(2**31), 2**31), touch, max_size=3),
}
key = {"key": text(64), "modifiers": modifiers}
EVENT_MEMBERS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "pointer_down": pointer,
    "pointer_up": pointer,
    "pointer_move": pointer,
    "pointer_enter": pointer,
    "pointer_leave": pointer,
    "double_click": click,
    "wheel": {**position, "dx": numbers, "dy": numbers},
    "key_down": key,
    "key_up": key,
    "char": {"data": text(256), "is_composing": st.booleans(), "input_type": text(64)},
    "close": {},
}
events = st.sampled_from(sorted(EVENT_MEMBERS)).flatmap(
    lambda kind: st.builds(Event, st.just(kind), st.floats(0, 1e12), st.fixed_dictionaries(EVENT_MEMBERS[kind]))
)

times = st.floats(-1e15, 1e15)
json_texts = text(20)
json_data = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | numbers | json_texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(json_texts, inner, max_size=4),
    max_leaves=20,
)
message_numbers = st.none() | st.integers(1, 2**53 - 1)
messages = st.builds(Message, json_data, st.none() | text(64).filter(bool), message_numbers)
sessions = st.text(string.ascii_letters + string.digits + "-_", min_size=22, max_size=64)
both_sides = st.one_of(
    st.builds(Ping, times), st.builds(Pong, times), st.builds(Bye, text(128), st.integers(1000, 4999))
)
client_messages = st.one_of(
    st.builds(Hello, capabilities, st.none() | views, st.none() | text(256), text(128), st.none() | sessions),
    st.builds(ViewChanged, views),
    st.builds(Ack, serials, st.integers(0, 10_000)),
    st.builds(KeyframeRequest, text(128)),
    capabilities,
    st.builds(InputEvent, events, message_numbers),
    messages,
    st.builds(StatsRequest, st.booleans()),
    both_sides,
)

state = st.dictionaries(text(20), st.none() | st.booleans() | numbers | text(50), max_size=5)
stream_infos = st.builds(
    StreamInfo,
    tier=st.one_of(st.builds(Tier, st.just(PictureFormat.H264), chromas), st.builds(Tier, image_formats)),
    codec=text(64),
    coded_width=st.integers(1, 32768),
    coded_height=st.integers(1, 32768),
    color=st.builds(ColorTags, text(32), text(32), text(32), st.booleans()),
    encoder=text(64),
)
server_messages = st.one_of(
    st.builds(
        Welcome, text(64), text(64), text(64), state, sessions, st.booleans(), st.integers(0, 2**53 - 1), serials
    ),
    st.builds(Taken, st.integers(1, 2**53 - 1)),
    st.builds(StateChanged, state),
    st.builds(StreamStarted, serials, stream_infos, text(256)),
    messages,
    st.builds(Stats, st.dictionaries(text(20), times, max_size=5)),
    both_sides,
)

chunk_headers = st.builds(
    ChunkHeader,
    format=st.sampled_from(PictureFormat),
    keyframe=st.booleans(),
    lossless=st.booleans(),
    sequence=serials,
    stream=serials,
    width=st.integers(1, 65535),
    height=st.integers(1, 65535),
    pixel_ratio=st.floats(0.0625, 100, width=32),
    frame=serials,
    timestamp_us=st.integers(0, 2**64 - 1),
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
