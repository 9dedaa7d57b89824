"""Frames to what encoders take, and to RGB, on the CPU, with swscale through PyAV."""

from __future__ import annotations

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from ..errors import FrameError
from ..frames import Frame, PixelFormat, Pixels, size_of
from ..protocol.formats import Chroma
from .ycbcr import BT709_FULL, Matrix, Range, Ycbcr

__all__ = ["LIBAV_FORMATS", "MIN_CODED_SIDE", "HostConverter", "coded_size", "frame_to_rgb"]

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

_PIXEL_FORMATS = {Chroma.YUV420: "yuv420p", Chroma.YUV444: "yuv444p", Chroma.RGB: "bgr0"}

_PLANAR_FORMATS = {Chroma.YUV420: PixelFormat.I420, Chroma.YUV444: PixelFormat.I444}
"""What is copied as it is."""

LIBAV_FORMATS = {
    PixelFormat.RGBA: "rgba",
    PixelFormat.BGRA: "bgra",
    PixelFormat.RGB: "rgb24",
    PixelFormat.BGR: "bgr24",
    PixelFormat.GRAY: "gray",
    PixelFormat.NV12: "nv12",
    PixelFormat.I420: "yuv420p",
    PixelFormat.I444: "yuv444p",
}
"""libavutil's names of the pixel formats."""

_COLORSPACES = {Matrix.BT709: Colorspace.ITU709, Matrix.BT601: Colorspace.ITU601}

_COLOR_RANGES = {Range.FULL: ColorRange.JPEG, Range.LIMITED: ColorRange.MPEG}

_TAKES_THREADS = int(av.__version__.split(".")[0]) >= 17
"""Older PyAV converts on one thread and has no such argument."""


def coded_size(width: int, height: int) -> tuple[int, int]:
    """The size of the bitstream's picture for a frame of ``width`` by ``height`` pixels.

    At least `MIN_CODED_SIDE`, and even: at 4:4:4 the standard allows odd sizes, but decoders and the copies that
    browsers make are hardly ever tried with them.
    """
    return max(MIN_CODED_SIDE, width + width % 2), max(MIN_CODED_SIDE, height + height % 2)


class HostConverter:
    """Converts frames of one size to 8-bit planar Y'CbCr, or to B, G, R and a fourth byte that means nothing.

    The second has the values of `frame_to_rgb`. Y'CbCr is in BT.709 and full range, unless said otherwise, as the
    planes of frames are: where Chromium converts on the CPU, it takes limited range by coefficients that do not fit in
    its seven bits. The blue of saturated colours then errs by 12 of 255, and by 1 in full range. Luma is within 0.52 of
    the exact value, chroma, which swscale rounds down here, within 1.13.

    A 4:2:0 chroma sample is the mean of its four pixels, so it lies in their middle (type 1 of H.264 figure E-1).
    Where a stream does not say, H.264 assumes that it lies on the left ones, as in MPEG-2; therefore `X264Encoder`
    says so. What exceeds the frame in a picture repeats the frame's last column and row, so that no foreign colour
    bleeds in.

    Not thread-safe: it reuses its buffers.

    Args:
        width, height: Size of the frames, pixels.
        chroma: How colour is coded in the pictures.
        threads: Threads that share one conversion.
        encoding: The matrix and the range of Y'CbCr.

    Attributes:
        coded_width, coded_height: Size of the pictures, see `coded_size`.
    """

    def __init__(self, width: int, height: int, chroma: Chroma, threads: int = 1, encoding: Ycbcr = BT709_FULL) -> None:
        self._width = width
        self._height = height
        self.coded_width, self.coded_height = coded_size(width, height)
        self._padded: Pixels | None = None
        self._pixel_format = _PIXEL_FORMATS[chroma]
        self._reformatter = VideoReformatter()
        self._threads = {"threads": threads} if _TAKES_THREADS else {}
        self._encoding = BT709_FULL if chroma is Chroma.RGB else encoding
        # Planes of frames are in BT.709 and full range: of no use where those of the picture are not.
        takes_planes = chroma is not Chroma.RGB and encoding == BT709_FULL
        self._planar_format = _PLANAR_FORMATS[chroma] if takes_planes else None

    def convert(self, frame: Frame) -> VideoFrame:
        """Return a new picture. Reads ``frame.pixels`` before it returns, and keeps no reference to them.

        Raises:
            FrameError: The frame has another size than the converter.
        """
        if (frame.width, frame.height) != (self._width, self._height):
            raise FrameError(f"the frame must be {self._width}x{self._height} pixels, not {frame.width}x{frame.height}")
        source = self._source(self._best(frame))
        if source.format.name == self._pixel_format:
            return source
        return _reformat(self._reformatter, source, self._pixel_format, self._encoding, **self._threads)

    def _best(self, frame: Frame) -> Frame:
        """The frame in the format that needs the least conversion."""
        return frame.exact() if self._planar_format is None else frame.in_format(self._planar_format)

    def _source(self, frame: Frame) -> VideoFrame:
        if not frame.format.is_planar:
            return self._interleaved(frame.pixels, frame.format)
        if self._planar_format is None:
            return self._interleaved(frame_to_rgb(frame), PixelFormat.RGB)
        return self._planes(frame)

    def _interleaved(self, pixels: Pixels, pixel_format: PixelFormat) -> VideoFrame:
        padded = self._pad(pixels)
        if pixel_format is PixelFormat.GRAY:
            padded = padded[..., 0]
        # Wraps the memory; `from_ndarray` would copy it.
        return VideoFrame.from_numpy_buffer(padded, LIBAV_FORMATS[pixel_format])

    def _pad(self, pixels: Pixels) -> Pixels:
        height, width = self._height, self._width
        if (self.coded_width, self.coded_height) == (width, height):
            return pixels
        shape = (self.coded_height, self.coded_width, pixels.shape[2])
        if self._padded is None or self._padded.shape != shape:
            self._padded = np.empty(shape, np.uint8)
        _fill_padded(self._padded, pixels)
        return self._padded

    def _planes(self, frame: Frame) -> VideoFrame:
        """A copy: encoders go on reading a picture that needs no conversion after `convert` has returned."""
        picture = VideoFrame(self.coded_width, self.coded_height, LIBAV_FORMATS[frame.format])
        for plane, samples in zip(picture.planes, split_planes(frame), strict=True):
            memory = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
            depth = samples.shape[2]
            columns = memory[:, : plane.width * depth].reshape(plane.height, plane.width, depth)
            _fill_padded(columns, samples)
        return picture


def frame_to_rgb(frame: Frame) -> Pixels:
    """The picture as R'G'B' in a new C-contiguous uint8 array of shape (height, width, 3).

    Exact for the interleaved formats, which have these values, and for planes that were made of such (`Frame.exact`);
    other planes are converted by swscale, as `HostConverter` says.
    """
    frame = frame.exact()
    if frame.format is PixelFormat.RGB:
        return frame.pixels.copy()
    if frame.format is PixelFormat.GRAY:
        return frame.pixels.repeat(3, axis=2)
    if frame.format.is_planar:
        converter = HostConverter(frame.width, frame.height, Chroma.YUV444)
        source = converter._planes(frame)
    else:
        source = VideoFrame.from_numpy_buffer(frame.pixels, LIBAV_FORMATS[frame.format])
    rgb = _reformat(VideoReformatter(), source, "rgb24", BT709_FULL).to_ndarray().astype(np.uint8, copy=False)
    return np.ascontiguousarray(rgb[: frame.height, : frame.width])


def split_planes(frame: Frame) -> list[Pixels]:
    """The planes of a planar frame as views of shape (rows, columns, samples), see `Frame.size`."""
    width, height = size_of(frame.pixels.shape, frame.format)
    if frame.format is PixelFormat.I444:
        return list(frame.pixels.reshape(3, height, width, 1))
    luma, rest = frame.pixels[:height, :, None], frame.pixels[height:]
    if frame.format is PixelFormat.NV12:
        return [luma, rest.reshape(height // 2, width // 2, 2)]
    return [luma, *rest.reshape(2, height // 2, width // 2, 1)]


def _fill_padded(target: Pixels, pixels: Pixels) -> None:
    """Copy ``pixels`` to the top left of ``target``, and repeat the last column and row in the rest."""
    height, width = pixels.shape[:2]
    target[:height, :width] = pixels
    target[:height, width:] = pixels[:, -1:]
    target[height:] = target[height - 1]


def _reformat(
    reformatter: VideoReformatter, source: VideoFrame, pixel_format: str, encoding: Ycbcr, **threads: int
) -> VideoFrame:
    return reformatter.reformat(
        source,
        format=pixel_format,
        interpolation=_SCALER,
        src_colorspace=Colorspace.ITU709,
        dst_colorspace=_COLORSPACES[encoding.matrix],
        src_color_range=ColorRange.JPEG,
        dst_color_range=_COLOR_RANGES[encoding.range],
        **threads,
    )
