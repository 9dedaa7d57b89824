"""Whether pictures are compared and converted by the GPU or by the host."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import wgpu

from ..convert.device import conversion_wish
from ..convert.host import HostConverter
from ..frames import Frame, PixelFormat, same_bytes
from ..protocol.formats import Chroma
from .drawing import Computed, Plain, Source
from .passes import Passes, SizedPasses, output_bytes
from .slots import SlotRing

__all__ = ["Sources", "choose"]

logger = logging.getLogger("rendercanvas_rfb")

MEASURED_SIZE = (640, 360)
"""Pixels, of which the rows need no padding. Large enough to outweigh what a submission costs whatever its size."""

MEASURED_TIMES = 3
"""The best of so many counts: what else runs on a CPU only ever makes it slower."""

_FORMATS = {
    "rgba8unorm": PixelFormat.RGBA,
    "rgba8unorm-srgb": PixelFormat.RGBA,
    "bgra8unorm": PixelFormat.BGRA,
    "bgra8unorm-srgb": PixelFormat.BGRA,
}

_measured: dict[str, bool] = {}
"""By the name of the adapter: whether its passes are faster than the host."""


def choose(device: Any) -> Passes | None:
    """The passes to use on this device; None where the host does it.

    An adapter of type CPU is measured once, unless the environment decides (`convert.device.VARIABLE`): its passes run
    on the processor too. Others have less to send, and nothing else to do.

    Raises:
        ConfigurationError: The variable has another value.
    """
    wish = conversion_wish()
    if wish == "host":
        return None
    info = device.adapter.info
    key = f"{info['vendor']} {info['device']} {info['backend_type']}"
    is_cpu = info["adapter_type"] == "CPU"
    if wish == "auto" and is_cpu and _measured.get(key) is False:
        return None
    try:
        passes = Passes(device)
        if wish == "auto" and is_cpu:
            if key not in _measured:
                _measured[key] = _is_faster(device, passes)
            return passes if _measured[key] else None
        return passes
    except (wgpu.GPUError, RuntimeError, ValueError) as error:
        logger.warning("pictures are converted by the host: the GPU cannot (%s)", error)
        return None


class Sources:
    """Makes the source of each size of picture on one device.

    Args:
        device: A ``wgpu.GPUDevice``.
        passes: What its GPU does; None for nothing.
    """

    def __init__(self, device: Any, passes: Passes | None) -> None:
        self._device, self._passes = device, passes
        self._ring = SlotRing(device)

    def give_up_passes(self) -> bool:
        """Use the GPU for nothing from now on; whether that is another way than before."""
        passes, self._passes = self._passes, None
        return passes is not None

    def open(self, texture: Any) -> Source:
        """The source for pictures like this texture."""
        width, height, _layers = texture.size
        exact_format = _FORMATS[texture.format]
        if self._passes is not None and self._fits(width, height):
            try:
                sized = SizedPasses(self._passes, width, height, is_bgra=exact_format is PixelFormat.BGRA)
                return Computed(self._device, sized, self._ring)
            except (wgpu.GPUError, RuntimeError) as error:
                logger.warning("%dx%d pixels are converted by the host: the GPU cannot (%s)", width, height, error)
        return Plain(self._device, width, height, exact_format, self._ring)

    def _fits(self, width: int, height: int) -> bool:
        # The largest buffer that a shader sees is the picture itself, with its rows padded by less than 256 bytes.
        limits = self._device.limits
        size = output_bytes(width, height, PixelFormat.RGBA) + 256 * height
        return bool(size <= limits["max-storage-buffer-binding-size"] and size <= limits["max-buffer-size"])


def _is_faster(device: Any, passes: Passes) -> bool:
    """Whether the GPU compares a picture, converts it to 4:4:4 and hands it over sooner than the host does."""
    width, height = MEASURED_SIZE
    texture = device.create_texture(
        size=(width, height, 1), format="rgba8unorm", usage=wgpu.TextureUsage.COPY_SRC | wgpu.TextureUsage.COPY_DST
    )
    ring = SlotRing(device)
    computed = Computed(device, SizedPasses(passes, width, height, is_bgra=False), ring)
    plain = Plain(device, width, height, PixelFormat.RGBA, ring)
    converter = HostConverter(width, height, Chroma.YUV444)
    before = np.zeros((height, width, 4), np.uint8)

    def on_gpu() -> None:
        _read(computed, texture, PixelFormat.I444)

    def on_host() -> None:
        pixels = _read(plain, texture, PixelFormat.RGBA)
        same_bytes(pixels, before)
        converter.convert(Frame(pixels, PixelFormat.RGBA, 1.0, 0, 0))

    gpu_s, host_s = _best(on_gpu), _best(on_host)
    logger.debug("conversion takes %.1f ms on the GPU and %.1f ms on the host", 1e3 * gpu_s, 1e3 * host_s)
    return gpu_s < host_s


def _read(source: Source, texture: Any, pixel_format: PixelFormat) -> Any:
    drawing = source.submit(texture, (pixel_format,), 1.0, 0, ask_first=False)
    pixels = source.hand_out(drawing.slot, drawing.slot.map(drawing.size), drawing.formats)[pixel_format]
    source.forget(drawing.picture)
    return pixels


def _best(work: Callable[[], None]) -> float:
    work()  # The first time includes making the pipelines.
    times = []
    for _ in range(MEASURED_TIMES):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)
