"""Textures of wgpu to arrays in host memory."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from ..errors import FrameError
from ..frames import PixelFormat, Pixels

__all__ = ["is_texture", "read_texture"]

_FORMATS = {
    "rgba8unorm": PixelFormat.RGBA,
    "rgba8unorm-srgb": PixelFormat.RGBA,
    "bgra8unorm": PixelFormat.BGRA,
    "bgra8unorm-srgb": PixelFormat.BGRA,
}


def is_texture(value: Any) -> bool:
    """Whether it is a ``wgpu.GPUTexture``. Does not import wgpu: who has a texture has done so."""
    wgpu = sys.modules.get("wgpu")
    return wgpu is not None and isinstance(value, wgpu.GPUTexture)


def read_texture(texture: Any) -> tuple[Pixels, PixelFormat]:
    """Read the first mip level of a texture; waits for the GPU, on this thread.

    The bytes of the ``-srgb`` formats are sRGB-encoded; those of the others are taken as if they were.

    Returns:
        A new array of shape (height, width, 4), and the order of its channels.

    Raises:
        FrameError: It is no 2D texture in rgba8unorm or bgra8unorm (or their ``-srgb`` forms), has several samples or
            layers, may not be copied from, or is destroyed.
    """
    import wgpu

    if (format := _FORMATS.get(texture.format)) is None:
        raise FrameError(f"a texture must have one of the formats {', '.join(_FORMATS)}, not {texture.format}")
    width, height, layers = texture.size
    if texture.dimension != "2d" or layers != 1 or texture.sample_count != 1:
        raise FrameError(
            "a texture must be 2d with one layer and one sample per pixel, "
            f"not {texture.dimension} with {layers} layers and {texture.sample_count} samples"
        )
    if not texture.usage & wgpu.TextureUsage.COPY_SRC:
        raise FrameError("a texture must have COPY_SRC among its usages, so that it can be read")
    try:
        data = texture._device.queue.read_texture(
            {"texture": texture, "mip_level": 0, "origin": (0, 0, 0)},
            {"offset": 0, "bytes_per_row": 4 * width, "rows_per_image": height},
            (width, height, 1),
        )
    except (wgpu.GPUError, RuntimeError) as error:
        raise FrameError(f"the texture cannot be read: {error}") from error
    return np.frombuffer(data, np.uint8).reshape(height, width, 4), format
