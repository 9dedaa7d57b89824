"""The picture that is seen at once where a page is put together anew, until the view in it has its own."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

from PIL import Image

from ..convert.host import frame_to_rgb
from ..display import Display

__all__ = ["poster_of"]

MAX_SIDE = 960
"""Pixels: it is seen for a moment, and travels within the page each time."""

QUALITY = 70
"""Of libwebp: a line plot of 960x540 pixels has 10 to 20 kB."""


def poster_of(display: Display) -> str | None:
    """The present picture as a ``data:`` address, smaller where it is large; None where there is none."""
    frame = display.latest
    if frame is None:
        return None
    image = Image.fromarray(frame_to_rgb(frame))
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    file = BytesIO()
    image.save(file, "WEBP", quality=QUALITY, method=0)
    return f"data:image/webp;base64,{b64encode(file.getvalue()).decode()}"
