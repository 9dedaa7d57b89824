"""A viewer in Python: watch a display, send it input, look at its pixels.

    async with connect("http://127.0.0.1:7320/canvas-1/", view=view_of(1280, 720)) as client:
        picture = await client.next_picture()
        await client.send_event("wheel", x=640, y=360, dx=0, dy=-100)

What runs load tests, benchmarks and recordings is what a program of your own can use.
"""

from .connection import Client, connect, view_of
from .decoder import ChunkDecoder, Picture
from .session import Session

__all__ = ["ChunkDecoder", "Client", "Picture", "Session", "connect", "view_of"]
