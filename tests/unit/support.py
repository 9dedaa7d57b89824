from __future__ import annotations

import numpy as np

from rendercanvas_rfb.events import Event
from rendercanvas_rfb.frames import Frame, PixelFormat, Pixels
from rendercanvas_rfb.protocol.chunk import Chunk, pack_chunk
from rendercanvas_rfb.protocol.formats import BT709, Chroma, PictureFormat, StreamInfo, Tier
from rendercanvas_rfb.protocol.messages import Capabilities, ChunkHeader, Hello, View, Welcome

H264_444 = Tier(PictureFormat.H264, Chroma.YUV444)
H264_420 = Tier(PictureFormat.H264, Chroma.YUV420)
PNG = Tier(PictureFormat.PNG)
TIERS = (H264_444, H264_420, PNG)

CAPABILITIES = Capabilities((H264_444, H264_420), (PictureFormat.PNG,))
VIEW = View(640.0, 480.0, 1280, 960, 2.0, visible=True)
HIDDEN_VIEW = View(640.0, 480.0, 1280, 960, 2.0, visible=False)
HELLO = Hello(CAPABILITIES, VIEW)
WELCOME = Welcome("v1", "plot", "0", {"title": "plot"}, "s" * 32)


def picture(value: int = 0, width: int = 4, height: int = 3) -> Pixels:
    """A picture in one grey, which differs from that of any other value."""
    return np.full((height, width, 4), value, np.uint8)


def frame(version: int = 1, width: int = 4, height: int = 3) -> Frame:
    return Frame(picture(version % 256, width, height), PixelFormat.RGBA, 1.0, version, 0)


def chunk(
    sequence: int,
    *,
    keyframe: bool = False,
    stream: int = 1,
    tier: Tier = H264_444,
    version: int = 0,
    size: int = 100,
    lossless: bool = False,
) -> Chunk:
    header = ChunkHeader(tier.format, keyframe, lossless, sequence, stream, 4, 3, 1.0, version, 0)
    return Chunk(header, pack_chunk(header, bytes(size)), StreamInfo(tier, "codec", 4, 3, BT709, "fake"), 0.001, tier)


def pointer_event(kind: str, x: float = 1.0, *, button: int = 0, buttons: tuple[int, ...] = ()) -> Event:
    members = {"x": x, "y": 2.0, "button": button, "buttons": buttons, "modifiers": (), "ntouches": 0, "touches": {}}
    return Event(kind, 1.0, members)


def key_event(kind: str, key: str) -> Event:
    return Event(kind, 1.0, {"key": key, "modifiers": ()})
