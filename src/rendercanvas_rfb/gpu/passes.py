"""The compute passes over a picture: on which device, and with what buffers."""

from __future__ import annotations

import math
import struct
from importlib import resources
from typing import Any

import wgpu

from ..convert.ycbcr import BT709_FULL, Ycbcr
from ..frames import PixelFormat, Region

__all__ = ["DIFFERENCE_BYTES", "ROW_ALIGNMENT", "Passes", "SizedPasses", "decode_region", "even_size", "output_bytes"]

ROW_ALIGNMENT = 256
"""Bytes that the rows of a texture are padded to in a buffer, says WebGPU's GPUTexelCopyBufferInfo."""

DIFFERENCE_BYTES = 16
"""Four 32-bit numbers, see `decode_region`."""

WORKGROUP = 64
"""Invocations of a workgroup in picture.wgsl; one and two waves of today's GPUs."""

TILE = 64
"""Pixels per side of what a workgroup compares, in picture.wgsl."""

MAX_WORKGROUPS = 65535
"""maxComputeWorkgroupsPerDimension, as WebGPU guarantees it."""

_SUBSAMPLED = {PixelFormat.I420: "to_i420", PixelFormat.NV12: "to_nv12"}

BLOCK = (8, 2)
"""Columns and rows that one invocation makes of a subsampled format where they divide the picture: whole words."""


def decode_region(data: Any, width: int, height: int) -> Region | None:
    """Where pictures of that size differ, by the first `DIFFERENCE_BYTES` of ``data``; None where they do not."""
    from_right, from_bottom, right, bottom = struct.unpack("<4I", bytes(data[:DIFFERENCE_BYTES]))
    return Region(width - from_right, height - from_bottom, right, bottom) if right else None


def even_size(width: int, height: int) -> tuple[int, int]:
    """The size of the planes of a picture: rounded up to even sides."""
    return width + width % 2, height + height % 2


def output_bytes(width: int, height: int, pixel_format: PixelFormat) -> int:
    """How many bytes a picture takes in this format, of which the planar ones have even sides."""
    if not pixel_format.is_planar:
        return width * height * pixel_format.channels
    columns, rows = even_size(width, height)
    return columns * rows * 3 if pixel_format is PixelFormat.I444 else columns * rows * 3 // 2


class Passes:
    """The pipelines of one device, made when they are first needed. May be used from any thread.

    Args:
        device: A ``wgpu.GPUDevice``.
        encoding: The matrix and the range of Y'CbCr.

    Raises:
        wgpu.GPUError: It cannot compute.
    """

    def __init__(self, device: Any, encoding: Ycbcr = BT709_FULL) -> None:
        self.device = device
        self._constants = encoding.coefficients.named()
        code = resources.files(__package__).joinpath("picture.wgsl").read_text("utf-8")
        self._module = device.create_shader_module(code=code)
        kinds = ["uniform", "read-only-storage", "read-only-storage", "read-only-storage", "storage"]
        self.input_layout = self._bind_group_layout(kinds)
        self.output_layout = self._bind_group_layout(["storage"])
        self._layout = device.create_pipeline_layout(bind_group_layouts=[self.input_layout, self.output_layout])
        self._pipelines: dict[str, Any] = {}
        self.compare = self._compare_pipeline()

    def _bind_group_layout(self, kinds: list[str]) -> Any:
        return self.device.create_bind_group_layout(
            entries=[
                {"binding": number, "visibility": wgpu.ShaderStage.COMPUTE, "buffer": {"type": kind}}
                for number, kind in enumerate(kinds)
            ]
        )

    def _compare_pipeline(self) -> Any:
        layout = self.device.create_pipeline_layout(bind_group_layouts=[self.input_layout])
        return self._make_pipeline("compare", layout)

    def pipeline(self, entry_point: str) -> Any:
        """The pipeline of a function of picture.wgsl that writes an output."""
        if (pipeline := self._pipelines.get(entry_point)) is None:
            pipeline = self._pipelines[entry_point] = self._make_pipeline(entry_point, self._layout)
        return pipeline

    def _make_pipeline(self, entry_point: str, layout: Any) -> Any:
        return self.device.create_compute_pipeline(
            layout=layout,
            compute={"module": self._module, "entry_point": entry_point, "constants": self._constants},
        )


class SizedPasses:
    """The passes over pictures of one size and channel order.

    Args:
        passes: The pipelines.
        width, height: Size of the pictures, pixels.
        is_bgra: Whether their first channel is blue.
    """

    def __init__(self, passes: Passes, width: int, height: int, *, is_bgra: bool) -> None:
        self._passes = passes
        self._device = passes.device
        self.width, self.height = width, height
        self.stride = math.ceil(4 * width / ROW_ALIGNMENT) * ROW_ALIGNMENT
        self.format = PixelFormat.BGRA if is_bgra else PixelFormat.RGBA
        size = struct.pack("<4I", width, height, self.stride // 16, is_bgra)
        self._size = self._device.create_buffer_with_data(data=size, usage=wgpu.BufferUsage.UNIFORM)
        usage = wgpu.BufferUsage.STORAGE | wgpu.BufferUsage.COPY_SRC | wgpu.BufferUsage.COPY_DST
        self._difference = self._device.create_buffer(size=DIFFERENCE_BYTES, usage=usage)
        self._outputs: dict[PixelFormat, tuple[Any, Any]] = {}
        self._inputs: dict[tuple[Any, Any], Any] = {}

    def create_picture(self) -> Any:
        """A buffer that holds one picture."""
        usage = wgpu.BufferUsage.STORAGE | wgpu.BufferUsage.COPY_SRC | wgpu.BufferUsage.COPY_DST
        return self._device.create_buffer(label="rfb-picture", size=self.stride * self.height, usage=usage)

    def take(self, encoder: Any, texture: Any, picture: Any) -> None:
        """Copy ``texture`` to ``picture``."""
        encoder.copy_texture_to_buffer(
            {"texture": texture, "mip_level": 0, "origin": (0, 0, 0)},
            {"buffer": picture, "offset": 0, "bytes_per_row": self.stride, "rows_per_image": self.height},
            (self.width, self.height, 1),
        )

    def compare(self, encoder: Any, picture: Any, before: Any, target: Any) -> None:
        """Find where two pictures differ, into the first `DIFFERENCE_BYTES` of ``target``."""
        encoder.clear_buffer(self._difference)
        compute = encoder.begin_compute_pass()
        compute.set_pipeline(self._passes.compare)
        compute.set_bind_group(0, self._input(picture, before))
        compute.dispatch_workgroups(math.ceil(self.width / TILE), math.ceil(self.height / TILE))
        compute.end()
        encoder.copy_buffer_to_buffer(self._difference, 0, target, 0, DIFFERENCE_BYTES)

    def convert(self, encoder: Any, picture: Any, pixel_format: PixelFormat, target: Any, offset: int) -> None:
        """Write ``picture`` to ``target`` in another format, or in its own without the padding of its rows.

        Takes `output_bytes`, rounded up to four, of ``target``.
        """
        size = _words(output_bytes(self.width, self.height, pixel_format)) * 4
        if not pixel_format.is_planar and self.stride == 4 * self.width:
            encoder.copy_buffer_to_buffer(picture, 0, target, offset, size)
            return
        output, group = self._output(pixel_format, size)
        compute = encoder.begin_compute_pass()
        entry_point, invocations = self._work(pixel_format)
        compute.set_pipeline(self._passes.pipeline(entry_point))
        compute.set_bind_group(0, self._input(picture, picture))
        compute.set_bind_group(1, group)
        compute.dispatch_workgroups(*_workgroups(invocations))
        compute.end()
        encoder.copy_buffer_to_buffer(output, 0, target, offset, size)

    def _work(self, pixel_format: PixelFormat) -> tuple[str, int]:
        """The function that writes this format, and how many invocations of it do the whole picture."""
        if not pixel_format.is_planar:
            return "pack", self.width * self.height
        columns, rows = even_size(self.width, self.height)
        if pixel_format is PixelFormat.I444:
            return "to_i444", columns * rows // 4
        name = _SUBSAMPLED[pixel_format]
        if self.width % BLOCK[0] or self.height % BLOCK[1]:
            return name, columns * rows // 4
        return f"{name}_in_blocks", columns * rows // math.prod(BLOCK)

    def _input(self, picture: Any, before: Any) -> Any:
        if (group := self._inputs.get((picture, before))) is None:
            buffers = (self._size, picture, picture, before, self._difference)
            group = self._inputs[picture, before] = self._group(self._passes.input_layout, buffers)
        return group

    def _output(self, pixel_format: PixelFormat, size: int) -> tuple[Any, Any]:
        if (output := self._outputs.get(pixel_format)) is None:
            usage = wgpu.BufferUsage.STORAGE | wgpu.BufferUsage.COPY_SRC
            buffer = self._device.create_buffer(label=f"rfb-{pixel_format.value}", size=size, usage=usage)
            output = self._outputs[pixel_format] = buffer, self._group(self._passes.output_layout, (buffer,))
        return output

    def _group(self, layout: Any, buffers: tuple[Any, ...]) -> Any:
        entries = [{"binding": number, "resource": {"buffer": buffer}} for number, buffer in enumerate(buffers)]
        return self._device.create_bind_group(layout=layout, entries=entries)


def _words(size: int) -> int:
    return -(-size // 4)


def _workgroups(invocations: int) -> tuple[int, int]:
    """As many workgroups as it takes, in rows where one dimension cannot hold them."""
    count = math.ceil(invocations / WORKGROUP)
    rows = math.ceil(count / MAX_WORKGROUPS)
    return math.ceil(count / rows), rows
