"""Helpers for tests of this package and of programs that build on it.

A display without a codec, a viewer without a network, and time that passes when it is told to::

    clock, encoders = ManualClock(), FakeEncoderFactory()
    display = Display("plot", tiers=(Tier(PictureFormat.H264, Chroma.YUV444),), open_encoder=encoders, clock=clock)
    server_end, viewer_end = memory_connection()
    serving = asyncio.create_task(watch(server_end, display, authenticate))
    await viewer_end.send(encode(Hello(capabilities)))

What viewers did is written down by `EventLog`, and done again by `replay`.
`TcpProxy` is a bad network between a real client and a real server.
Test pictures are in `rendercanvas_rfb.testing.patterns`, frames of real plots in `rendercanvas_rfb.testing.scenes`.
"""

from .clock import ManualClock
from .connections import MemoryConnection, memory_connection
from .encoders import EncodeCall, FakeEncoder, FakeEncoderFactory, FakePicture, FakePipelinedEncoder, read_fake_picture
from .event_log import EventLog, read_event_log, replay, replay_as_viewer
from .proxy import Direction, TcpProxy

__all__ = [
    "Direction",
    "EncodeCall",
    "EventLog",
    "FakeEncoder",
    "FakeEncoderFactory",
    "FakePicture",
    "FakePipelinedEncoder",
    "ManualClock",
    "MemoryConnection",
    "TcpProxy",
    "memory_connection",
    "read_event_log",
    "read_fake_picture",
    "replay",
    "replay_as_viewer",
]
