"""Decodes what the encoders make, independently of them: the colour maths is in float64, by the tags of the stream."""

from __future__ import annotations

from collections.abc import Iterable

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from rendercanvas_rfb.frames import Frame, PixelFormat, Pixels
from rendercanvas_rfb.protocol.formats import Chroma

YCBCR = (Chroma.YUV444, Chroma.YUV420)

Values = NDArray[np.float64]

KR, KB = 0.2126, 0.0722
"""Luma weights of ITU-R BT.709-6, item 3.2."""


def frame_of(pixels: Pixels, pixel_format: PixelFormat = PixelFormat.RGBA) -> Frame:
    return Frame(pixels, pixel_format, pixel_ratio=1.0, version=0, timestamp_us=0)


def to_ycbcr(rgb: NDArray[np.uint8]) -> tuple[Values, Values, Values]:
    """The exact full-range values of ITU-R BT.709-6, before rounding; the largest chroma is 255.5."""
    red, green, blue = (rgb[..., channel].astype(np.float64) / 255 for channel in range(3))
    luma = KR * red + (1 - KR - KB) * green + KB * blue
    cb = (blue - luma) / (2 * (1 - KB))
    cr = (red - luma) / (2 * (1 - KR))
    return 255 * luma, 128 + 255 * cb, 128 + 255 * cr


def planes_of(picture: VideoFrame) -> list[NDArray[np.uint8]]:
    return [
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in picture.planes
    ]


def to_rgb(picture: VideoFrame) -> NDArray[np.uint8]:
    """RGB of a decoded picture. 4:2:0 chroma is repeated, not interpolated."""
    assert (picture.colorspace, picture.color_range) == (1, 2), "not tagged as BT.709, full range"
    luma, cb, cr = (plane.astype(np.float64) for plane in planes_of(picture))
    if cb.shape != luma.shape:
        cb, cr = (plane.repeat(2, axis=0).repeat(2, axis=1)[: luma.shape[0], : luma.shape[1]] for plane in (cb, cr))
    luma, cb, cr = luma / 255, (cb - 128) / 255, (cr - 128) / 255
    red = luma + 2 * (1 - KR) * cr
    blue = luma + 2 * (1 - KB) * cb
    green = (luma - KR * red - KB * blue) / (1 - KR - KB)
    return np.clip(np.rint(np.stack([red, green, blue], axis=-1) * 255), 0, 255).astype(np.uint8)


def decode(access_units: Iterable[bytes]) -> list[VideoFrame]:
    """Decode H.264 one access unit at a time, without frame threads, as a low-delay decoder does."""
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)
    decoder.thread_type = "SLICE"
    pictures: list[VideoFrame] = []
    for count, access_unit in enumerate(access_units, start=1):
        pictures += decoder.decode(av.Packet(access_unit))
        assert len(pictures) == count, "the decoder holds pictures back"
    return pictures
