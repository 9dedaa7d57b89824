"""Every conversion to Y'CbCr, called in the same way."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable

import numpy as np
import pytest

from rendercanvas_rfb.convert import cupy as convert_cupy
from rendercanvas_rfb.convert import mlx as convert_mlx
from rendercanvas_rfb.convert.host import HostConverter
from rendercanvas_rfb.convert.ycbcr import Ycbcr
from rendercanvas_rfb.frames import Frame, PixelFormat, Pixels
from rendercanvas_rfb.protocol.formats import Chroma
from tests.convert import fake_cupy

Convert = Callable[[Pixels, PixelFormat, PixelFormat, Ycbcr], Pixels]
"""Pixels and what they hold, a planar format and an encoding: the planes, of even sides."""


def on_host(pixels: Pixels, source: PixelFormat, target: PixelFormat, encoding: Ycbcr) -> Pixels:
    """Crops what lies beyond, and interleaves where that is asked for: the encoder that takes NV12 is another one."""
    height, width = pixels.shape[:2]
    chroma = Chroma.YUV444 if target is PixelFormat.I444 else Chroma.YUV420
    picture = HostConverter(width, height, chroma, encoding=encoding).convert(Frame(pixels, source, 1.0, 0, 0))
    columns, rows = width + width % 2, height + height % 2
    shift = 0 if chroma is Chroma.YUV444 else 1
    sizes = [(rows, columns), (rows >> shift, columns >> shift), (rows >> shift, columns >> shift)]
    luma, *rest = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: size[0], : size[1]]
        for plane, size in zip(picture.planes, sizes, strict=True)
    )
    joined = np.stack(rest, axis=-1 if target is PixelFormat.NV12 else 0)
    return np.concatenate([luma, joined.reshape(-1, columns)])


def in_shader(pixels: Pixels, source: PixelFormat, target: PixelFormat, encoding: Ycbcr) -> Pixels:
    wgpu = pytest.importorskip("wgpu")
    if source not in (PixelFormat.RGBA, PixelFormat.BGRA):
        pytest.skip("textures have four channels")
    from rendercanvas_rfb.gpu.passes import SizedPasses, output_bytes

    passes = _passes(encoding)
    device = passes.device
    height, width = pixels.shape[:2]
    sized = SizedPasses(passes, width, height, is_bgra=source is PixelFormat.BGRA)
    layout = {"bytes_per_row": 4 * width, "rows_per_image": height}
    texture = device.create_texture(
        size=(width, height, 1), format="rgba8unorm", usage=wgpu.TextureUsage.COPY_SRC | wgpu.TextureUsage.COPY_DST
    )
    device.queue.write_texture({"texture": texture}, pixels, layout, (width, height, 1))
    size = output_bytes(width, height, target)
    buffer = device.create_buffer(size=size + -size % 4, usage=wgpu.BufferUsage.MAP_READ | wgpu.BufferUsage.COPY_DST)
    encoder = device.create_command_encoder()
    picture = sized.create_picture()
    sized.take(encoder, texture, picture)
    sized.convert(encoder, picture, target, buffer, 0)
    device.queue.submit([encoder.finish()])
    buffer.map_async(wgpu.MapMode.READ).sync_wait()
    samples = np.frombuffer(bytes(buffer.read_mapped()), np.uint8)[:size]
    return samples.reshape(-1, width + width % 2)


@functools.cache
def _passes(encoding: Ycbcr):
    from rendercanvas_rfb.gpu.passes import Passes

    return Passes(_device(), encoding)


@functools.cache
def _device():
    import wgpu

    return wgpu.gpu.request_adapter_sync().request_device_sync()


def with_kernels_on_cpu(pixels: Pixels, source: PixelFormat, target: PixelFormat, encoding: Ycbcr) -> Pixels:
    planes = convert_cupy.convert(fake_module(), fake_cupy.FakeArray(pixels), source, target, encoding)
    fake_module().cuda.get_current_stream().synchronize()
    made: Pixels = planes.memory
    return made


@functools.cache
def fake_module():
    return fake_cupy.make()


def on_cuda(pixels: Pixels, source: PixelFormat, target: PixelFormat, encoding: Ycbcr) -> Pixels:
    cupy = cuda_or_skip()
    planes = convert_cupy.convert(cupy, cupy.asarray(pixels), source, target, encoding)
    return np.asarray(cupy.asnumpy(planes))


@functools.cache
def _missing_for_cuda() -> str:
    """What the real CUDA tests need and have not; empty where nothing is missing."""
    try:
        cupy = importlib.import_module("cupy")
    except ImportError:
        return "needs CuPy"
    try:
        cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        return f"needs a CUDA device: {error}"
    return ""


def cuda_or_skip():
    if missing := _missing_for_cuda():
        pytest.skip(missing)
    return importlib.import_module("cupy")


def with_mlx(pixels: Pixels, source: PixelFormat, target: PixelFormat, encoding: Ycbcr) -> Pixels:
    mx = mlx_or_skip()
    # Uncompiled: the compiler of MLX's CPU build takes seconds for each size, and changes no arithmetic.
    mx.disable_compile()
    try:
        planes = convert_mlx.convert(mx.array(pixels), source, target, encoding)
        return np.array(planes)
    finally:
        mx.enable_compile()


def mlx_or_skip():
    return pytest.importorskip("mlx.core", reason="needs MLX")


CONVERTERS: dict[str, Convert] = {
    "host": on_host,
    "wgsl": in_shader,
    "cuda-on-cpu": with_kernels_on_cpu,
    "cuda": on_cuda,
    "mlx": with_mlx,
}
