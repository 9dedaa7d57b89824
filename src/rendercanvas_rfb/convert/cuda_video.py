"""Frames that lie on a CUDA device to pictures of libav that lie there too, for encoders that read them there."""

from __future__ import annotations

from typing import Any

import av
from av.video.frame import VideoFrame

from ..errors import FrameError
from ..frames import Frame, PixelFormat
from .cupy import CudaPicture
from .host import coded_size

__all__ = ["CudaConverter"]


class CudaConverter:
    """Converts frames of one size to NV12 in BT.709 and full range, on the device that they lie on.

    What exceeds the frame in a picture repeats its last column and row. Not thread-safe.

    Args:
        width, height: Size of the frames, pixels.

    Attributes:
        coded_width, coded_height: Size of the pictures, see `coded_size`.
    """

    def __init__(self, width: int, height: int) -> None:
        self.coded_width, self.coded_height = coded_size(width, height)
        # One for each device: an encoder takes the pictures of one context only.
        self._contexts: dict[int, Any] = {}

    @staticmethod
    def is_available() -> bool:
        """Whether PyAV takes arrays of CUDA devices, which it does since version 18."""
        return hasattr(VideoFrame, "from_dlpack")

    @staticmethod
    def takes(frame: Frame) -> bool:
        """Whether the frame lies on a CUDA device, in a format that is converted there."""
        return isinstance(frame.content, CudaPicture) and PixelFormat.NV12 in frame.content.formats

    def convert(self, frame: Frame) -> VideoFrame:
        """Return a new picture, complete, whose memory is freed with it.

        Raises:
            FrameError: The device failed, or libav cannot use it.
        """
        picture = frame.content
        assert isinstance(picture, CudaPicture)
        planes = picture.planes(PixelFormat.NV12, (self.coded_width, self.coded_height))
        luma, chroma = planes[: self.coded_height], planes[self.coded_height :]
        try:
            return VideoFrame.from_dlpack(
                (luma, chroma),
                format="nv12",
                width=self.coded_width,
                height=self.coded_height,
                cuda_context=self._context(picture.device_index),
            )
        except (av.FFmpegError, OSError, RuntimeError, TypeError, ValueError) as error:
            raise FrameError(f"libav cannot use a picture on CUDA device {picture.device_index}: {error}") from error

    def _context(self, index: int) -> Any:
        if (context := self._contexts.get(index)) is None:
            from av.video.frame import CudaContext

            # The one that CuPy, torch and JAX work in, so that addresses mean the same.
            context = self._contexts[index] = CudaContext(index, primary_ctx=True)
        return context
