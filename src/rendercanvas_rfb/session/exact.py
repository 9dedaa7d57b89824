"""Whether a viewer has the exact pixels of the picture that it shows. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ..protocol.formats import PictureFormat
from ..protocol.messages import ChunkHeader

__all__ = ["STILL_FORMATS", "Exactness", "StillWish"]

STILL_FORMATS = (PictureFormat.WEBP, PictureFormat.PNG)
"""The formats of lossless stills, best first. As WebP, a plot has half the bytes that it has as PNG, in the same
time; a smooth picture has half the bytes in up to four times the time; noise has as many, in half the time."""


@dataclass(frozen=True, slots=True)
class StillWish:
    """A lossless still that a viewer would take now.

    Attributes:
        frame: Version of the picture.
        format: What it is to be encoded as.
    """

    frame: int
    format: PictureFormat


class Exactness:
    """What was sent last to one viewer, and the last picture that it was sent exactly."""

    def __init__(self) -> None:
        self._frame: int | None = None
        self._exact: int | None = None
        # Version of the picture of which a second still is sent, as the first one could not be shown.
        self._again: int | None = None

    @property
    def inexact_frame(self) -> int | None:
        """Version of the picture that was sent last, if no lossless chunk of it was sent; else None."""
        return None if self._frame == self._exact else self._frame

    def sent(self, header: ChunkHeader) -> None:
        """A chunk was sent."""
        self._frame = header.frame
        if header.lossless:
            self._exact = header.frame

    def lost(self) -> None:
        """The viewer could not show something. If that was the still, it gets another one; once for each picture."""
        if self._exact is not None and self._exact != self._again:
            self._again, self._exact = self._exact, None
