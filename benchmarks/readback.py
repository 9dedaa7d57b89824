"""What it takes to get a picture from the GPU to the encoders: milliseconds, and bytes that cross the bus.

    python benchmarks/readback.py [--frames 30] [--sizes 1280x720,1920x1080]

Moves a line plot through a texture. "gpu" compares and converts there, and reads back what the encoder wants; "host"
reads back RGBA, compares it and converts it with swscale. An unchanged picture is only compared. Times are from the
submission until the pixels are there as the encoder wants them, medians; the first few are left out.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import wgpu

from rendercanvas_rfb.convert.host import HostConverter
from rendercanvas_rfb.frames import Frame, PixelFormat, same_bytes
from rendercanvas_rfb.gpu.drawing import Computed, Plain
from rendercanvas_rfb.gpu.passes import Passes, SizedPasses
from rendercanvas_rfb.gpu.slots import SlotRing
from rendercanvas_rfb.protocol.formats import Chroma
from rendercanvas_rfb.testing.patterns import line_plot

CHROMA = {PixelFormat.I444: Chroma.YUV444, PixelFormat.I420: Chroma.YUV420}

WARM_UP = 5
"""Pictures that are not counted: pipelines and buffers are made."""


class Bench:
    """One size of picture on one device."""

    def __init__(self, device: wgpu.GPUDevice, passes: Passes, width: int, height: int) -> None:
        self.device, self.size = device, (width, height)
        usage = wgpu.TextureUsage.COPY_SRC | wgpu.TextureUsage.COPY_DST
        self.texture = device.create_texture(size=(width, height, 1), format="rgba8unorm-srgb", usage=usage)
        ring = SlotRing(device)
        self.computed = Computed(device, SizedPasses(passes, width, height, is_bgra=False), ring)
        self.plain = Plain(device, width, height, PixelFormat.RGBA, ring)
        self._plot = line_plot(width, height)
        self._before = np.empty((height, width, 4), np.uint8)

    def move(self, number: int) -> None:
        """Put the next picture into the texture."""
        pixels = np.ascontiguousarray(np.roll(self._plot, 3 * number, axis=1))
        target, layout = {"texture": self.texture}, {"bytes_per_row": pixels.strides[0]}
        self.device.queue.write_texture(target, pixels, layout, (*self.size, 1))
        # Waits for the upload, which would be counted else.
        self.device.queue.read_texture(target, {"bytes_per_row": 4}, (1, 1, 1))

    def on_gpu(self, target: PixelFormat, *, ask_first: bool = False) -> int:
        """One picture; returns the bytes that were read back."""
        drawing = self.computed.submit(self.texture, (target,), 1.0, 0, ask_first=ask_first)
        data = drawing.slot.map(drawing.size)
        if not drawing.is_first:
            self.computed.difference(data)
        if drawing.formats:
            self.computed.hand_out(drawing.slot, data, drawing.formats)
        else:
            self.computed.put_back(drawing.slot)
        self._forget_before(drawing.picture)
        return drawing.size

    def on_host(self, target: PixelFormat) -> int:
        """One picture; returns the bytes that were read back."""
        drawing = self.plain.submit(self.texture, (PixelFormat.RGBA,), 1.0, 0, ask_first=False)
        pixels = self.plain.hand_out(drawing.slot, drawing.slot.map(drawing.size), drawing.formats)[PixelFormat.RGBA]
        is_same = same_bytes(pixels, self._before)
        self._before = pixels
        if target in CHROMA and not is_same:
            HostConverter(*self.size, CHROMA[target]).convert(Frame(pixels, PixelFormat.RGBA, 1.0, 0, 0))
        return drawing.size

    _last = None

    def _forget_before(self, picture: object) -> None:
        if self._last is not None:
            self.computed.forget(self._last)
        self._last = picture


def measure(work: Callable[[], int], move: Callable[[int], None], count: int) -> tuple[float, int]:
    """Median milliseconds, and bytes, of ``count`` pictures."""
    times, size = [], 0
    for number in range(WARM_UP + count):
        move(number)
        started = time.perf_counter()
        size = work()
        times.append(time.perf_counter() - started)
    return 1e3 * float(np.median(times[WARM_UP:])), size


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--sizes", default="1280x720,1920x1080")
    options = parser.parse_args()
    adapter = wgpu.gpu.request_adapter_sync(power_preference="high-performance")
    device = adapter.request_device_sync()
    passes = Passes(device)
    print(f"{adapter.info['device']} ({adapter.info['adapter_type']}), medians of {options.frames} pictures")
    print(f"{'size':>10} {'picture':>10} {'gpu ms':>8} {'host ms':>8} {'gpu bytes':>10} {'host bytes':>10}")
    for size in options.sizes.split(","):
        width, height = (int(side) for side in size.split("x"))
        bench = Bench(device, passes, width, height)
        for target in (PixelFormat.RGBA, PixelFormat.I444, PixelFormat.I420):
            report(size, target.value, bench, target, options.frames, changes=True)
        report(size, "unchanged", bench, PixelFormat.RGBA, options.frames, changes=False)


def report(size: str, name: str, bench: Bench, target: PixelFormat, count: int, *, changes: bool) -> None:
    """Measure one kind of picture both ways, and print a line."""

    def stay(_number: int) -> None:
        """The texture is as it was."""

    move = bench.move if changes else stay
    gpu_ms, gpu_bytes = measure(partial(bench.on_gpu, target, ask_first=not changes), move, count)
    host_ms, host_bytes = measure(partial(bench.on_host, target), move, count)
    print(f"{size:>10} {name:>10} {gpu_ms:8.2f} {host_ms:8.2f} {gpu_bytes:10d} {host_bytes:10d}")


if __name__ == "__main__":
    main()
