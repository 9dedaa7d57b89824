"""Pictures in arrays of MLX: kept without a copy, since those never change, and converted by MLX.

On a Mac they lie in memory that the GPU shares with the CPU, so that nothing has to be downloaded: the CPU reads what
the GPU wrote. The same code runs on MLX's builds for CPUs. MLX is not imported here: who has such an array has done so.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any, cast

import numpy as np

from ..errors import DeviceError, FrameError
from ..frames import DevicePicture, Memory, PixelFormat, Pixels, same_bytes
from .device import CopiedOnce, conversion_wish
from .ycbcr import BT709_FULL, Coefficients, Ycbcr

__all__ = ["MlxArray", "MlxPicture", "convert", "is_mlx_array"]

_COLORS = {
    PixelFormat.RGBA: (0, 1, 2),
    PixelFormat.BGRA: (2, 1, 0),
    PixelFormat.RGB: (0, 1, 2),
    PixelFormat.BGR: (2, 1, 0),
    PixelFormat.GRAY: (0, 0, 0),
}
"""Which channels are red, green and blue."""


def is_mlx_array(value: Any) -> bool:
    """Whether it is an ``mlx.core.array``."""
    mx = sys.modules.get("mlx.core")
    return mx is not None and isinstance(value, mx.array)


def _mlx() -> ModuleType:
    return sys.modules["mlx.core"]


@functools.cache
def _converter() -> ThreadPoolExecutor:
    """The thread that converts: MLX gives each thread streams of its own, of which a GPU has not many."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="rfb-mlx")


def convert(pixels: Any, source: PixelFormat, target: PixelFormat, encoding: Ycbcr = BT709_FULL) -> Any:
    """Convert a picture; lazily, as MLX does everything.

    Args:
        pixels: uint8 array of shape (H, W, channels).
        source: What it holds; an interleaved format.
        target: A planar one.
        encoding: The matrix and the range.

    Returns:
        An array of the shape that `PixelFormat` says, of even sides.
    """
    return _compiled(source, target, encoding)(pixels)


@functools.cache
def _compiled(source: PixelFormat, target: PixelFormat, encoding: Ycbcr) -> Callable[[Any], Any]:
    """Fused as far as MLX does it; compiled once more for each size."""
    mx, coefficients = _mlx(), encoding.coefficients
    to_planes = _to_i444 if target is PixelFormat.I444 else functools.partial(_to_420, mixed=target is PixelFormat.NV12)

    def work(pixels: Any) -> Any:
        height, width = pixels.shape[:2]
        if height % 2 or width % 2:
            pixels = mx.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        channels = pixels.astype(mx.int32)
        return to_planes(mx, [channels[..., color] for color in _COLORS[source]], coefficients)

    compiled: Callable[[Any], Any] = mx.compile(work)
    return compiled


def _to_i444(mx: ModuleType, colors: list[Any], coefficients: Coefficients) -> Any:
    return mx.concatenate([_luma(mx, colors, coefficients), *_chroma(mx, colors, coefficients, 0)])


def _to_420(mx: ModuleType, colors: list[Any], coefficients: Coefficients, *, mixed: bool) -> Any:
    """With Cb and Cr sample by sample where they are ``mixed``, else one plane after the other."""
    luma = _luma(mx, colors, coefficients)
    chroma = mx.stack(_chroma(mx, _sums(colors), coefficients, 2), axis=-1 if mixed else 0)
    return mx.concatenate([luma, chroma.reshape(-1, luma.shape[1])])


def _luma(mx: ModuleType, colors: list[Any], coefficients: Coefficients) -> Any:
    weighted = _weighted(colors, coefficients.luma) + (coefficients.luma_offset * 0x10000 + 0x8000)
    return (weighted >> 16).astype(mx.uint8)


def _chroma(mx: ModuleType, colors: list[Any], coefficients: Coefficients, shift: int) -> list[Any]:
    """Of ``1 << shift`` pixels whose sums are given."""
    lines = coefficients.cb, coefficients.cr
    planes = ((_weighted(colors, line) + (0x808000 << shift)) >> (16 + shift) for line in lines)
    return [mx.minimum(plane, 255).astype(mx.uint8) for plane in planes]


def _weighted(colors: list[Any], line: tuple[int, int, int]) -> Any:
    red, green, blue = colors
    return line[0] * red + line[1] * green + line[2] * blue


def _sums(colors: list[Any]) -> list[Any]:
    """Of squares of two by two pixels."""
    return [color[::2, ::2] + color[::2, 1::2] + color[1::2, ::2] + color[1::2, 1::2] for color in colors]


class MlxPicture(CopiedOnce):
    """A picture in an MLX array.

    Args:
        array: uint8, evaluated, rows one after the other, of the shape that ``format`` says.
        format: What it holds.
    """

    def __init__(self, array: Any, format: PixelFormat) -> None:
        super().__init__(tuple(array.shape), format, converts=_converts())
        self._array = array

    @property
    def memory(self) -> Memory:
        """See `DevicePicture.memory`."""
        return Memory.METAL if _mlx().metal.is_available() else Memory.HOST

    def is_same_as(self, other: DevicePicture) -> bool:
        """See `DevicePicture.is_same_as`. The CPU looks: most pictures differ in the first bytes that it compares."""
        return same_bytes(_view(self._array), _view(cast(MlxPicture, other)._array))

    def _begin(self, format: PixelFormat) -> Callable[[], Pixels]:
        if format is self.format:
            view = _view(self._array)
            return lambda: view
        return _converter().submit(_planes, self._array, self.format, format).result


def _planes(array: Any, source: PixelFormat, target: PixelFormat) -> Pixels:
    try:
        planes = convert(array, source, target)
        _mlx().eval(planes)
    except (RuntimeError, ValueError) as error:
        raise DeviceError(f"MLX failed to convert a frame: {error}") from error
    return _view(planes)


def _view(array: Any) -> Pixels:
    """The memory of an array that is evaluated, read-only."""
    view = np.array(array, copy=False)
    view.flags.writeable = False
    return view


def _converts() -> bool:
    """Whether MLX shall convert: where it has a GPU. On a CPU swscale takes half the time, and needs no compiler."""
    wish, mx = conversion_wish(), _mlx()
    return wish == "gpu" or (wish == "auto" and mx.default_device().type == mx.DeviceType.gpu)


class MlxArray:
    """An MLX array of the program's, perhaps not computed yet."""

    def __init__(self, array: Any) -> None:
        self._array = array

    @property
    def shape(self) -> tuple[int, ...]:
        """See `DeviceArray.shape`."""
        return tuple(self._array.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """See `DeviceArray.dtype`; that of bfloat16 is float32."""
        name = str(self._array.dtype).rpartition(".")[2]
        return np.dtype("float32" if name == "bfloat16" else name.rstrip("_"))

    def capture(self, shape: tuple[int, ...], format: PixelFormat) -> MlxPicture:
        """See `DeviceArray.capture`. Computes the array, on this thread as MLX wants it; no copy of uint8."""
        mx = _mlx()
        try:
            array = self._array
            if self.dtype != np.uint8:
                array = _quantized(mx, array)
            # Another array over the same memory: assigning to a part of the program's one leaves this one alone.
            picture = mx.contiguous(array).reshape(shape)
            mx.eval(picture)
        except (RuntimeError, ValueError) as error:
            raise FrameError(f"MLX failed to compute a frame: {error}") from error
        return MlxPicture(picture, format)


def _quantized(mx: ModuleType, array: Any) -> Any:
    """Round 255 times the values, which are clipped to 0..1; NaN becomes 0. Halves go to the even value."""
    values = mx.where(mx.isnan(array), 0, array).astype(mx.float32)
    return mx.round(255 * mx.clip(values, 0, 1)).astype(mx.uint8)
