"""The encoders that come with this package, the best first."""

from __future__ import annotations

from functools import partial

from ..errors import EncoderError
from ..protocol.formats import Chroma, PictureFormat, Tier
from ..session.exactness import ExactPolicy
from . import image, later_codecs, nvenc, other_gpus, videotoolbox, x264
from .adaptive import AdaptiveEncoder
from .base import Encoder, EncoderBackend, EncoderSettings, Takes

__all__ = ["BUILT_IN"]

_RGB, _YUV444, _YUV420 = (Tier(PictureFormat.H264, chroma) for chroma in (Chroma.RGB, Chroma.YUV444, Chroma.YUV420))


def _open_x264(tier: Tier, width: int, height: int, settings: EncoderSettings) -> Encoder:
    if tier.chroma is None:
        raise EncoderError("H.264 needs a chroma subsampling")
    open_one = partial(x264.X264Encoder, width=width, height=height, crf=settings.crf, fps=settings.fps)
    if tier.chroma is not Chroma.RGB or settings.lossless:
        return open_one(tier.chroma, lossless=settings.lossless, max_bitrate=settings.max_bitrate)
    return AdaptiveEncoder(
        partial(open_one, Chroma.RGB, lossless=True),
        partial(open_one, Chroma.RGB),
        partial(open_one, Chroma.YUV444),
        ExactPolicy(settings.exact_bitrate, width * height),
        max_bitrate=settings.max_bitrate,
    )


def _missing_x264() -> str | None:
    return None if x264.is_available() else "PyAV is built without libx264"


_X264 = EncoderBackend(
    name="x264",
    tiers=(_RGB, _YUV444, _YUV420),
    open=_open_x264,
    missing=_missing_x264,
    needs="PyAV built with libx264 (pip install av)",
    takes=Takes(
        max_size=x264.MAX_SIZE,
        max_pixels=x264.MAX_PIXELS,
        lossless=frozenset({_RGB}),
        live_bitrate=True,
    ),
)


def _pillow(picture_format: PictureFormat) -> EncoderBackend:
    tier, side = Tier(picture_format), image.MAX_SIDE[picture_format]
    return EncoderBackend(
        name="pillow",
        tiers=(tier,),
        open=_open_image,
        missing=partial(_missing_image, picture_format),
        needs=f"Pillow built with {picture_format.value} (pip install pillow)",
        takes=Takes(
            max_size=(side, side),
            lossless=frozenset() if picture_format is PictureFormat.JPEG else frozenset({tier}),
        ),
    )


def _open_image(tier: Tier, width: int, height: int, settings: EncoderSettings) -> Encoder:
    return image.ImageEncoder(tier.format, width, height, quality=settings.image_quality, lossless=settings.lossless)


def _missing_image(picture_format: PictureFormat) -> str | None:
    return None if image.is_available(picture_format) else f"Pillow is built without {picture_format.value}"


BUILT_IN: tuple[EncoderBackend, ...] = (
    _X264,
    _pillow(PictureFormat.WEBP),
    _pillow(PictureFormat.JPEG),
    _pillow(PictureFormat.PNG),
    *nvenc.BACKENDS,
    *videotoolbox.BACKENDS,
    *other_gpus.BACKENDS,
    *later_codecs.BACKENDS,
)
"""The best first, except that `selection` puts those in hardware before those on the processor for lossy video."""
