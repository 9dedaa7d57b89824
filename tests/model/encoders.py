"""Encoders whose pictures say what they show and what they refer to."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from rendercanvas_rfb.encoders.base import EncodedPicture
from rendercanvas_rfb.errors import EncoderError
from rendercanvas_rfb.frames import Frame
from rendercanvas_rfb.protocol.formats import BT709, SRGB_FULL, Chroma, PictureFormat, StreamInfo, Tier

from .threads import sleep

__all__ = ["TIERS", "Encoders", "content_of", "pixel_of"]

TIERS = (
    *(Tier(PictureFormat.H264, chroma) for chroma in Chroma),
    Tier(PictureFormat.WEBP),
    Tier(PictureFormat.JPEG),
    Tier(PictureFormat.PNG),
)
"""What a display of the model can be encoded in."""


def pixel_of(content: int) -> tuple[int, int, int, int]:
    """The colour of a picture: that of all its pixels, so that it survives being scaled."""
    return content % 256, content // 256 % 256, content // 65536 % 256, 255


def content_of(frame: Frame) -> int:
    """What a frame shows."""
    red, green, blue = (int(value) for value in frame.pixels[0, 0, :3])
    return red + 256 * green + 65536 * blue


@dataclass(slots=True)
class Encoders:
    """Opens the encoders of one world.

    Attributes:
        seconds: What a picture takes.
        broken: Tiers whose encoders fail from now on.
    """

    seconds: float = 0.0
    broken: set[Tier] = field(default_factory=set)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def open(self, tier: Tier, width: int, height: int) -> ModelEncoder:
        """Open an encoder.

        Raises:
            EncoderError: The tier is broken.
        """
        if tier in self.broken:
            raise EncoderError(f"{tier} is broken")
        return ModelEncoder(self, tier, width, height, next(self._numbers))

    def open_still(self, tier: Tier, width: int, height: int) -> ModelEncoder:
        """Open an encoder of lossless stills, which is never broken."""
        return ModelEncoder(self, tier, width, height, next(self._numbers), breaks=False)


class ModelEncoder:
    """An `Encoder`. A delta names the picture before it as its reference."""

    def __init__(self, owner: Encoders, tier: Tier, width: int, height: int, number: int, *, breaks: bool = True):
        self._owner = owner
        self._tier = tier
        self._breaks = breaks
        self._number = number
        self._made = 0
        video = tier.format.is_video
        codec = "avc1.F4001F" if video else f"image/{tier.format.value}"
        self._info = StreamInfo(tier, codec, width, height, BT709 if video else SRGB_FULL, "model")

    @property
    def info(self) -> StreamInfo:
        """Describes the stream."""
        return self._info

    def encode(self, frame: Frame, *, keyframe: bool) -> EncodedPicture:
        """Make a picture, which takes a while.

        Raises:
            EncoderError: The tier is broken.
        """
        content = content_of(frame)
        sleep(self._owner.seconds)
        if self._breaks and self._tier in self._owner.broken:
            raise EncoderError(f"{self._tier} is broken")
        is_keyframe = keyframe or not self._made or not self._tier.format.is_video
        reference = "-" if is_keyframe else self._made - 1
        payload = f"model {self._number} {self._made} {reference} {content}".encode()
        self._made += 1
        return EncodedPicture(payload, is_keyframe)

    def close(self) -> None:
        """Nothing is held."""
