"""Frames at half their size, on the CPU."""

from __future__ import annotations

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from ..frames import Frame, PixelFormat, Pixels
from .host import LIBAV_FORMATS

__all__ = ["Shrinker", "shrunk_size"]


def shrunk_size(width: int, height: int, factor: int) -> tuple[int, int]:
    """Width and height over ``factor``, rounded up: no picture vanishes."""
    return -(-width // factor), -(-height // factor)


class Shrinker:
    """Scales frames down by a whole factor, each pixel the mean of those that it stands for (swscale's SWS_AREA).

    The values are averaged as they are, encoded by sRGB's transfer function, as browsers do where they scale. Not
    thread-safe: it keeps the scaler.

    Args:
        factor: Width and height are divided by it; at least 1, which changes nothing.
    """

    def __init__(self, factor: int) -> None:
        self._factor = factor
        self._reformatter = VideoReformatter()

    def shrink(self, frame: Frame) -> Frame:
        """A smaller frame with the same version and logical size, to less than a pixel. Planes come out as I444."""
        if self._factor == 1:
            return frame
        width, height = shrunk_size(frame.width, frame.height, self._factor)
        if frame.format is PixelFormat.I444:
            # libav* takes such an array plane by plane only.
            planes = [
                self._scale(plane, PixelFormat.GRAY, width, height)[..., 0] for plane in np.split(frame.pixels, 3)
            ]
            format, pixels = PixelFormat.I444, np.concatenate(planes)
        else:
            format = PixelFormat.I444 if frame.format.is_planar else frame.format
            pixels = self._scale(frame.pixels, frame.format, width, height)
        ratio = frame.pixel_ratio * width / frame.width
        return Frame(pixels, format, ratio, frame.version, frame.timestamp_us, frame.color)

    def _scale(self, pixels: Pixels, format: PixelFormat, width: int, height: int) -> Pixels:
        if pixels.ndim == 3 and pixels.shape[2] == 1:
            pixels = pixels[..., 0]
        target = PixelFormat.I444 if format.is_planar else format
        source = VideoFrame.from_numpy_buffer(np.ascontiguousarray(pixels), LIBAV_FORMATS[format])
        scaled = self._reformatter.reformat(
            source, width=width, height=height, format=LIBAV_FORMATS[target], interpolation=Interpolation.AREA
        )
        return _samples(scaled, target)


def _samples(picture: VideoFrame, format: PixelFormat) -> Pixels:
    """The samples in the layout of `PixelFormat`, in new memory without padding at the ends of rows."""
    planes = []
    for plane in picture.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        planes.append(rows[:, : plane.width * (format.channels or 1)])
    if format.is_planar:
        return np.concatenate(planes)
    return np.ascontiguousarray(planes[0]).reshape(picture.height, picture.width, format.channels)
