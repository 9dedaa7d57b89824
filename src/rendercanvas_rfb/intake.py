"""What `Display.publish` accepts: arrays of several kinds and formats, on the host or on a GPU, and textures.

Everything is checked here, on the caller's thread, so that no encoder ever meets a picture that it cannot have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .convert.cupy import CUDA_DEVICE, borrow_cuda
from .convert.device import DeviceArray
from .convert.mlx import MlxArray, is_mlx_array
from .convert.texture import is_texture, read_texture
from .errors import FrameError
from .frames import MAX_DIMENSION, DevicePicture, PixelFormat, Pixels, size_of

__all__ = ["DeviceSource", "Source", "take_in"]

ACCEPTED = (
    "accepted are uint8 arrays of shape (H, W), (H, W, 1), (H, W, 3) and (H, W, 4), float arrays of these shapes with "
    "values from 0 to 1, uint8 planes with format='nv12', 'i420' or 'i444', on the host, on a CUDA device or of MLX, "
    "and wgpu textures"
)

_FORMAT_OF_CHANNELS = {1: PixelFormat.GRAY, 3: PixelFormat.RGB, 4: PixelFormat.RGBA}

_HOST_DEVICES = frozenset({1, 3, 11, 13})
"""kDLCPU, kDLCUDAHost, kDLROCMHost and kDLCUDAManaged of dlpack.h: memory that the CPU can read."""

_BLOCK_VALUES = 64 * 1024
"""Floats that are converted at once, so that what lies between stays in the cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A picture that was accepted.

    Attributes:
        array: uint8 or float, of any strides; where it has more or fewer dimensions than ``shape``, the values are the
            same ones in the same order.
        format: What it holds.
        shape: Shape of the pixels of its `Frame`.
        owned: Whether nobody else has the array.
    """

    array: NDArray[Any]
    format: PixelFormat
    shape: tuple[int, ...]
    owned: bool = False

    @property
    def plain(self) -> Pixels | None:
        """The array as the pixels of a frame, without a copy; None where there is none without."""
        if self.array.dtype != np.uint8 or not self.array.flags.c_contiguous:
            return None
        return self.array.reshape(self.shape)

    def write_to(self, pixels: Pixels) -> None:
        """Copy the picture to a C-contiguous uint8 array of its `shape`."""
        target = pixels.reshape(self.array.shape)
        if self.array.dtype == np.uint8:
            np.copyto(target, self.array)
        else:
            _quantize(self.array, target)


@dataclass(frozen=True, slots=True, eq=False)
class DeviceSource:
    """A picture that was accepted, and lies on a device.

    Attributes:
        array: uint8 or float; where it has more or fewer dimensions than ``shape``, the values are the same ones in
            the same order.
        format: What it holds.
        shape: Shape of the pixels of its `Frame`.
    """

    array: DeviceArray
    format: PixelFormat
    shape: tuple[int, ...]

    def capture(self) -> DevicePicture:
        """See `DeviceArray.capture`."""
        return self.array.capture(self.shape, self.format)


def take_in(frame: Any, format: PixelFormat | str | None = None) -> Source | DeviceSource:
    """Check what is to be published.

    Args:
        frame: See `Display.publish`.
        format: What it holds; from the number of channels by default.

    Raises:
        FrameError: It is nothing of what is accepted; the message says what it is and what that would be.
    """
    wanted = _parse_format(format)
    if is_texture(frame):
        pixels, texture_format = read_texture(frame)
        if wanted not in (None, texture_format):
            raise FrameError(f"a texture in {texture_format.value} cannot be taken as {wanted.value}")
        return _check_size(Source(pixels, texture_format, pixels.shape, owned=True))
    array = _as_array(frame)
    if array.dtype != np.uint8 and array.dtype.kind != "f":
        raise _refusal(array)
    shape, found = _interleaved(array) if wanted is None or wanted.channels else _planar(array, wanted)
    if wanted is not None and wanted.channels and wanted.channels != found.channels:
        raise FrameError(
            f"a frame in {wanted.value} must have {wanted.channels} channels, not the shape {array.shape}; {ACCEPTED}"
        )
    if isinstance(array, np.ndarray):
        return _check_size(Source(array, wanted or found, shape))
    return _check_size(DeviceSource(array, wanted or found, shape))


def _parse_format(format: PixelFormat | str | None) -> PixelFormat | None:
    try:
        return None if format is None else PixelFormat(format)
    except ValueError:
        names = ", ".join(each.value for each in PixelFormat)
        raise FrameError(f"the format of a frame must be one of {names}, not {format!r}") from None


def _as_array(frame: Any) -> NDArray[Any] | DeviceArray:
    if isinstance(frame, np.ndarray):
        return np.asarray(frame)
    if is_mlx_array(frame):
        return MlxArray(frame)
    if hasattr(frame, "__dlpack__") and hasattr(frame, "__dlpack_device__"):
        device = int(frame.__dlpack_device__()[0])
        if device == CUDA_DEVICE:
            return borrow_cuda(frame)
        if device not in _HOST_DEVICES:
            raise FrameError(
                f"this {type(frame).__name__} lies in the memory of a device that is not known here (DLPack device "
                f"type {device}); copy it to the host first; {ACCEPTED}"
            )
        return _imported(frame, np.from_dlpack)
    if hasattr(frame, "__array_interface__"):
        return _imported(frame, np.asarray)
    if hasattr(frame, "__cuda_array_interface__"):
        return borrow_cuda(frame)
    raise FrameError(f"a frame cannot be of type {type(frame).__name__}; {ACCEPTED}")


def _imported(frame: Any, function: Any) -> NDArray[Any]:
    try:
        array: NDArray[Any] = function(frame)
    # What the two protocols may raise: of a bad description, or of memory that its owner does not export now.
    except (AttributeError, BufferError, RuntimeError, TypeError, ValueError) as error:
        raise FrameError(f"a {type(frame).__name__} cannot be read as an array: {error}; {ACCEPTED}") from error
    return array


def _refusal(array: NDArray[Any] | DeviceArray) -> FrameError:
    return FrameError(f"a frame cannot have shape {array.shape} and dtype {array.dtype}; {ACCEPTED}")


def _interleaved(array: NDArray[Any] | DeviceArray) -> tuple[tuple[int, ...], PixelFormat]:
    shape = (*array.shape, 1) if len(array.shape) == 2 else array.shape
    if len(shape) != 3 or shape[2] not in _FORMAT_OF_CHANNELS:
        raise _refusal(array)
    return shape, _FORMAT_OF_CHANNELS[shape[2]]


def _planar(array: NDArray[Any] | DeviceArray, format: PixelFormat) -> tuple[tuple[int, ...], PixelFormat]:
    dimensions = len(array.shape)
    rows, width = array.shape[-2:] if dimensions >= 2 else (0, 0)
    if format is PixelFormat.I444 and dimensions == 3 and array.shape[0] == 3:
        rows *= 3
    elif dimensions != 2:
        rows = -1
    if array.dtype != np.uint8 or rows < 0 or rows % 3 or (format is not PixelFormat.I444 and width % 2):
        needed = "(3, H, W) or (3 * H, W)" if format is PixelFormat.I444 else "(H * 3/2, W) with an even H and W"
        raise FrameError(
            f"a frame in {format.value} must have shape {needed} and dtype uint8, not {array.shape} and {array.dtype}"
        )
    return (rows, width), format


_S = TypeVar("_S", Source, DeviceSource)


def _check_size(source: _S) -> _S:
    width, height = size_of(source.shape, source.format)
    if not (0 < height <= MAX_DIMENSION and 0 < width <= MAX_DIMENSION):
        raise FrameError(
            f"a frame must have 1 to {MAX_DIMENSION} pixels per side, not {width}x{height}: "
            f"its shape is {source.array.shape} in {source.format.value}"
        )
    return source


def _quantize(values: NDArray[Any], target: Pixels) -> None:
    """Round 255 times the values, which are clipped to 0..1; NaN becomes 0."""
    step = max(1, _BLOCK_VALUES // max(1, values[0].size))
    for begin in range(0, len(values), step):
        # fmax returns the other argument for NaN.
        block = np.fmin(np.fmax(values[begin : begin + step], 0), 1)
        scaled = np.multiply(block, 255, dtype=np.float32)
        np.rint(scaled, out=scaled)
        np.copyto(target[begin : begin + step], scaled, casting="unsafe")
