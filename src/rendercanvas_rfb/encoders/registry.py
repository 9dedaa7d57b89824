"""Which encoders there are, best first, and what this machine can make with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..errors import EncoderError
from ..protocol.formats import Chroma, PictureFormat, Tier
from . import image, x264
from .base import Encoder, EncoderFactory

__all__ = ["available_tiers", "open_encoder"]


@dataclass(frozen=True, slots=True)
class _Backend:
    """One way to make a tier.

    Attributes:
        needs: What must be there, for the error that says that it is not.
        is_available: Whether it is there. Cheap; the answer does not change while the process runs.
        open: Makes the encoder.
    """

    tier: Tier
    needs: str
    is_available: Callable[[], bool]
    open: EncoderFactory


def _open_x264(tier: Tier, width: int, height: int) -> Encoder:
    if tier.chroma is None:
        raise EncoderError("H.264 needs a chroma subsampling")
    return x264.X264Encoder(tier.chroma, width, height)


def _open_image(tier: Tier, width: int, height: int) -> Encoder:
    return image.ImageEncoder(tier.format, width, height)


def _x264(chroma: Chroma) -> _Backend:
    needs = "PyAV built with libx264 (pip install av)"
    return _Backend(Tier(PictureFormat.H264, chroma), needs, x264.is_available, _open_x264)


def _image(picture_format: PictureFormat) -> _Backend:
    needs = f"Pillow built with {picture_format.value} (pip install pillow)"
    return _Backend(Tier(picture_format), needs, lambda: image.is_available(picture_format), _open_image)


_BACKENDS: tuple[_Backend, ...] = (
    _x264(Chroma.YUV444),
    _x264(Chroma.YUV420),
    _image(PictureFormat.WEBP),
    _image(PictureFormat.JPEG),
    _image(PictureFormat.PNG),
)
"""The best tier first, and the best backend first among those of one tier."""


def available_tiers() -> tuple[Tier, ...]:
    """The tiers that this machine can make, best first, each once."""
    return tuple(dict.fromkeys(backend.tier for backend in _BACKENDS if backend.is_available()))


def open_encoder(tier: Tier, width: int, height: int) -> Encoder:
    """Open the best encoder of a tier for frames of ``width`` by ``height`` physical pixels. An `EncoderFactory`.

    Raises:
        EncoderError: There is no such tier, what it needs is missing, which the message names, or it cannot have that
        size.
    """
    backends = [backend for backend in _BACKENDS if backend.tier == tier]
    if not backends:
        known = ", ".join(str(backend.tier) for backend in _BACKENDS)
        raise EncoderError(f"no encoder makes {tier}; there are encoders for {known}")
    for backend in backends:
        if backend.is_available():
            return backend.open(tier, width, height)
    raise EncoderError(f"{tier} needs {' or '.join(backend.needs for backend in backends)}")
