"""The picture of a display as an image file."""

from __future__ import annotations

import asyncio

from .display import Display
from .encoders.image import ImageEncoder
from .errors import EncoderError
from .frames import Frame
from .protocol.formats import PictureFormat

__all__ = ["STILLS", "StillMaker", "encode_still"]

STILLS = {
    "still.png": (PictureFormat.PNG, "image/png"),
    "still.jpg": (PictureFormat.JPEG, "image/jpeg"),
    "still.webp": (PictureFormat.WEBP, "image/webp"),
}
"""Last part of the address, and what it stands for."""

MAX_AT_ONCE = 2
"""Stills that are encoded at the same time: more would take the processors from the streams. Others wait."""


class StillMaker:
    """Encodes pictures on threads, a few at a time."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(MAX_AT_ONCE)

    async def encode(self, display: Display, format: PictureFormat) -> bytes | None:
        """The display's picture now; None where it has none.

        Raises:
            EncoderError: The format cannot have such a picture.
        """
        async with self._places:
            frame = display.latest
            return None if frame is None else await asyncio.to_thread(encode_still, frame, format)


def encode_still(frame: Frame, format: PictureFormat) -> bytes:
    """``frame`` as an image file.

    Raises:
        EncoderError: The format cannot have such a picture.
    """
    encoder = ImageEncoder(format, frame.width, frame.height)
    try:
        return encoder.encode(frame, keyframe=True).payload
    except ValueError as error:
        raise EncoderError(str(error)) from error
    finally:
        encoder.close()
