"""JPEG, WebP and PNG through Pillow: for viewers without a video decoder, and for stills."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
from PIL import Image, features

from ..convert.host import frame_to_rgb
from ..errors import DeviceError, EncoderError
from ..frames import ColorSpace, Frame, PixelFormat, Pixels
from ..protocol.formats import SRGB_FULL, PictureFormat, StreamInfo, Tier
from .base import EncodedPicture, check_frame
from .icc import DISPLAY_P3_PROFILE

__all__ = ["MAX_SIDE", "ImageEncoder", "is_available"]

DEFAULT_QUALITY = 90
"""Of libjpeg's 1 to 100, and of libwebp's 0 to 100 in its lossy mode. A 720p plot then has 40 dB RGB PSNR as JPEG;
with 4:2:0 chroma, which lossy WebP always has, it stays below 30 dB at any quality."""

WEBP_LOSSY_METHOD = 0
"""libwebp's effort, 0 to 6. Each step costs time that a live view has not got."""

WEBP_LOSSLESS_METHOD = 1
"""Also 0 to 6. For a 720p plot 1 takes as long as 0 (13 ms) and saves a third of the bytes."""

WEBP_LOSSLESS_EFFORT = 0
"""``quality`` in lossless mode is an effort from 0 to 100: 25 doubles the time and saves a tenth of the bytes."""

PNG_COMPRESS_LEVEL = 1
"""zlib's effort, 1 to 9. On a 720p plot 3 saves a tenth of the bytes; on noise it takes twice the time."""

_MEDIA_TYPES = {PictureFormat.JPEG: "image/jpeg", PictureFormat.PNG: "image/png", PictureFormat.WEBP: "image/webp"}
MAX_SIDE = {PictureFormat.JPEG: 65_500, PictureFormat.PNG: 2**31 - 1, PictureFormat.WEBP: 16_383}
"""Pixels per side: JPEG_MAX_DIMENSION of libjpeg, the PNG specification, and WEBP_MAX_DIMENSION of libwebp."""
_RAW_MODES = {
    PixelFormat.RGBA: ("RGB", "RGBX"),
    PixelFormat.BGRA: ("RGB", "BGRX"),
    PixelFormat.RGB: ("RGB", "RGB"),
    PixelFormat.BGR: ("RGB", "BGR"),
    PixelFormat.GRAY: ("L", "L"),
}
"""Pillow's mode of the image, and its name for the order of the bytes."""
_COLOR_TAGS = {ColorSpace.SRGB: SRGB_FULL, ColorSpace.DISPLAY_P3: replace(SRGB_FULL, primaries="smpte432")}
_LIBRARIES = {PictureFormat.JPEG: "jpg", PictureFormat.PNG: "zlib", PictureFormat.WEBP: "webp"}


def is_available(picture_format: PictureFormat) -> bool:
    """Whether this Pillow was built with what ``picture_format`` needs."""
    library = _LIBRARIES.get(picture_format)
    return library is not None and bool(features.check(library))


class ImageEncoder:
    """Encodes each frame as a file of its own. The fourth channel is ignored: pictures are opaque.

    Those in Display P3 carry its ICC profile; grey ones need none, since both colour spaces have the same greys.
    Grey frames make grey JPEG and PNG files. Planar frames are encoded as `frame_to_rgb` converts them.

    PNG is lossless. JPEG is 4:4:4. WebP is lossless for pictures with flat areas, such as plots,
    where that is both smaller and faster than its lossy mode; for others, such as photographs and noise, it is lossy.

    Args:
        picture_format: JPEG, PNG or WEBP.
        width, height: Size of the frames, pixels.
        quality: Of lossy pictures, 1 to 100, higher is better.
        lossless: Whether WebP is lossless whatever the picture.

    Raises:
        EncoderError: The format cannot have such a picture, or Pillow lacks it.
    """

    def __init__(
        self,
        picture_format: PictureFormat,
        width: int,
        height: int,
        *,
        quality: int = DEFAULT_QUALITY,
        lossless: bool = False,
    ) -> None:
        if picture_format not in _MEDIA_TYPES:
            raise EncoderError(f"the image encoder makes JPEG, PNG and WebP, not {picture_format.value}")
        if not is_available(picture_format):
            raise EncoderError(
                f"Pillow was built without {picture_format.value}; its wheels have it: pip install pillow"
            )
        limit = MAX_SIDE[picture_format]
        if not (1 <= width <= limit and 1 <= height <= limit):
            raise EncoderError(f"{picture_format.value} allows 1 to {limit} pixels per side, not {width}x{height}")
        if lossless and picture_format is PictureFormat.JPEG:
            raise EncoderError("JPEG cannot be lossless; WebP and PNG can")
        self._format = picture_format
        self._quality = quality
        self._lossless = lossless
        self._size = (width, height)
        self._closed = False
        self._info = StreamInfo(
            tier=Tier(picture_format),
            codec=_MEDIA_TYPES[picture_format],
            coded_width=width,
            coded_height=height,
            color=SRGB_FULL,
            encoder="pillow",
        )

    @property
    def info(self) -> StreamInfo:
        """Describes the stream; known from the beginning. The colour space is that of the last picture."""
        return self._info

    def encode(self, frame: Frame, *, keyframe: bool) -> EncodedPicture:
        """See `Encoder.encode`. Each picture is a keyframe, whatever ``keyframe`` says."""
        if self._closed:
            raise EncoderError("the encoder is closed")
        check_frame(frame, self._size)
        frame = frame.exact()
        try:
            pixels, mode = frame.pixels, _RAW_MODES.get(frame.format)
            if mode is None:
                pixels, mode = frame_to_rgb(frame), ("RGB", "RGB")
            image = Image.frombytes(mode[0], self._size, pixels, "raw", mode[1])
            profile = DISPLAY_P3_PROFILE if frame.color is ColorSpace.DISPLAY_P3 and image.mode == "RGB" else None
            payload, lossless = _save(self._format, image, pixels, self._quality, self._lossless, profile)
        except DeviceError:
            raise
        except (OSError, ValueError, MemoryError) as error:
            raise EncoderError(f"Pillow failed to make a {self._format.value}: {error}") from error
        self._info = replace(self._info, color=_COLOR_TAGS[frame.color])
        return EncodedPicture(payload, keyframe=True, lossless=lossless)

    def close(self) -> None:
        """Nothing is held; encoding ends."""
        self._closed = True


def _save(
    picture_format: PictureFormat,
    image: Image.Image,
    pixels: Pixels,
    quality: int,
    always_lossless: bool,
    icc_profile: bytes | None,
) -> tuple[bytes, bool]:
    """The file, and whether it is lossless."""
    file = BytesIO()
    if picture_format is PictureFormat.JPEG:
        image.save(file, "JPEG", quality=quality, subsampling="4:4:4", icc_profile=icc_profile)
        lossless = False
    elif picture_format is PictureFormat.PNG:
        image.save(file, "PNG", compress_level=PNG_COMPRESS_LEVEL, icc_profile=icc_profile)
        lossless = True
    elif lossless := always_lossless or pixels.size <= _ALWAYS_LOSSLESS_BYTES or _is_flat(pixels):
        image.save(
            file,
            "WEBP",
            lossless=True,
            quality=WEBP_LOSSLESS_EFFORT,
            method=WEBP_LOSSLESS_METHOD,
            icc_profile=icc_profile,
        )
    else:
        image.save(file, "WEBP", quality=quality, method=WEBP_LOSSY_METHOD, icc_profile=icc_profile)
    return file.getvalue(), lossless


_ALWAYS_LOSSLESS_BYTES = 64 * 64 * 4
"""Of pixels. Pictures up to this size make small files either way."""

_SAMPLED_ROWS = 64
"""Rows that are looked at to see whether a picture is flat: 0.1 ms at 720p."""


def _is_flat(pixels: Pixels) -> bool:
    """Whether at least half of the pixels in some evenly spaced rows equal their left neighbour, alpha included.

    Plots are near 0.9, photographs and noise near 0.
    """
    step = max(1, pixels.shape[0] // _SAMPLED_ROWS)
    rows = pixels[::step]
    if rows.shape[1] < 2:
        return True
    if rows.shape[2] == 4:
        rows = rows.view(np.uint32)
    return bool(np.mean((rows[:, 1:] == rows[:, :-1]).all(axis=2)) >= 0.5)
