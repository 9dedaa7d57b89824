"""RGBA to Y'CbCr on the CPU, with swscale through PyAV."""

from __future__ import annotations

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from ..errors import FrameError
from ..frames import Frame, Pixels
from ..protocol.formats import Chroma

__all__ = ["MIN_CODED_SIDE", "HostConverter", "coded_size"]

MIN_CODED_SIDE = 96
"""Pixels. Smaller pictures are padded up to it: hardware decoders have a least size, such as 48x16 (NVDEC), 64x64
(Direct3D 11 in Chromium) and 96x96 (phones), and what lies below it may fail instead of falling back. Padding costs a
few bytes."""

_AREA = 0x20
_FULL_CHROMA_INPUT = 0x4000
_SCALER = _AREA | _FULL_CHROMA_INPUT
"""SWS_AREA and SWS_FULL_CHR_H_INP of libswscale/swscale.h, as numbers since older PyAV does not name the second. Area
averaging makes a 4:2:0 chroma sample the plain mean of its 2x2 pixels. SWS_ACCURATE_RND is left out: it takes twice
the time at 4:4:4, where it changes nothing, and at 4:2:0 it takes a tenth off the largest error."""

_PIXEL_FORMATS = {Chroma.YUV420: "yuv420p", Chroma.YUV444: "yuv444p"}

_TAKES_THREADS = int(av.__version__.split(".")[0]) >= 17
"""Older PyAV converts on one thread and has no such argument."""


def coded_size(width: int, height: int) -> tuple[int, int]:
    """The size of the bitstream's picture for a frame of ``width`` by ``height`` pixels.

    At least `MIN_CODED_SIDE`, and even: at 4:4:4 the standard allows odd sizes, but decoders and the copies that
    browsers make are hardly ever tried with them.
    """
    return max(MIN_CODED_SIDE, width + width % 2), max(MIN_CODED_SIDE, height + height % 2)


class HostConverter:
    """Converts frames of one size to 8-bit planar Y'CbCr.

    The matrix is that of ITU-R BT.709-6, items 3.2 and 3.3; the range is full, 0 to 255 (H.264 equations E-5 to E-7).
    Where Chromium converts on the CPU, it takes limited range by coefficients that do not fit in its seven bits: the
    blue of saturated colours then errs by 12 of 255, and by 1 in full range. Luma is within 0.52 of
    the exact value, chroma, which swscale rounds down here, within 1.13.

    A 4:2:0 chroma sample is the mean of its four pixels, so it lies in their middle (type 1 of H.264 figure E-1).
    Where a stream does not say, H.264 assumes that it lies on the left ones, as in MPEG-2; therefore `X264Encoder`
    says so. What exceeds the frame in a picture repeats the frame's last column and row, so that no foreign colour
    bleeds in.

    Not thread-safe: it reuses its buffers.

    Args:
        width, height: Size of the frames, pixels.
        chroma: Chroma subsampling of the pictures.
        threads: Threads that share one conversion.

    Attributes:
        coded_width, coded_height: Size of the pictures, see `coded_size`.
    """

    def __init__(self, width: int, height: int, chroma: Chroma, threads: int = 1) -> None:
        self._width = width
        self._height = height
        self.coded_width, self.coded_height = coded_size(width, height)
        self._padded: Pixels | None = None
        if (self.coded_width, self.coded_height) != (width, height):
            self._padded = np.empty((self.coded_height, self.coded_width, 4), np.uint8)
        self._pixel_format = _PIXEL_FORMATS[chroma]
        self._reformatter = VideoReformatter()
        self._threads = {"threads": threads} if _TAKES_THREADS else {}

    def convert(self, frame: Frame) -> VideoFrame:
        """Return a new picture. Reads ``frame.pixels`` before it returns, and keeps no reference to them.

        Raises:
            FrameError: The frame has another size than the converter.
        """
        if (frame.width, frame.height) != (self._width, self._height):
            raise FrameError(f"the frame must be {self._width}x{self._height} pixels, not {frame.width}x{frame.height}")
        # Wraps the memory; `from_ndarray` would copy it.
        source = VideoFrame.from_numpy_buffer(self._pad(frame.pixels), frame.format.value)
        return self._reformatter.reformat(
            source,
            format=self._pixel_format,
            interpolation=_SCALER,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.JPEG,
            **self._threads,
        )

    def _pad(self, pixels: Pixels) -> Pixels:
        if self._padded is None:
            return pixels
        height, width = self._height, self._width
        self._padded[:height, :width] = pixels
        self._padded[:height, width:] = pixels[:, -1:]
        self._padded[height:] = self._padded[height - 1]
        return self._padded
