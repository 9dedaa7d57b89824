"""What an encoder is to the pipeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..frames import Frame
from ..protocol.formats import StreamInfo, Tier

__all__ = ["EncodedPicture", "Encoder", "EncoderFactory"]


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """One access unit, or one image file.

    Attributes:
        payload: The bytes, immutable and shared by every viewer.
        keyframe: Whether it can be decoded without an earlier one.
        lossless: Whether it decodes to exactly the pixels of the frame.
    """

    payload: bytes
    keyframe: bool
    lossless: bool = False


class Encoder(Protocol):
    """Turns frames of one size into pictures: one in, one out, at once.

    An encoder belongs to the thread that opened it; no method may be called from another one.
    """

    @property
    def info(self) -> StreamInfo:
        """Describes the stream. Known once the first picture is encoded; `EncoderError` before that."""
        ...

    def encode(self, frame: Frame, *, keyframe: bool) -> EncodedPicture:
        """Encode ``frame``, whose size is that with which the encoder was opened.

        The first picture is always a keyframe.

        Reads ``frame.pixels`` before it returns, and keeps no reference to them.

        Raises:
            EncoderError: The codec failed; the encoder is of no more use and must be closed.
        """
        ...

    def close(self) -> None:
        """Free the codec. May be called more than once."""
        ...


EncoderFactory = Callable[[Tier, int, int], Encoder]
"""Opens an encoder for a tier and a size (width, height, in physical pixels). Raises `EncoderError` where it cannot."""
