"""One picture on its way from the canvas' texture to the display, with compute passes or without.

A drawing is submitted on the thread that draws, and finished on the reader's (`reader.Reader`).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..frames import PixelFormat, Pixels, Region
from .passes import DIFFERENCE_BYTES, ROW_ALIGNMENT, SizedPasses, decode_region, even_size, output_bytes
from .slots import Slot, SlotRing

__all__ = ["Computed", "Drawing", "Plain", "Source", "layout_of"]

OFFSET_ALIGNMENT = 256
"""Bytes. Each format begins at a multiple of it in its slot, so that encoders find its memory aligned for any SIMD
instructions, as libavutil wants it."""


@dataclass(slots=True)
class Drawing:
    """One picture that was drawn.

    Attributes:
        source: What made it.
        pixel_ratio: Physical over logical pixels.
        timestamp_us: When, microseconds of the monotonic clock.
        slot: What it is read back into.
        size: Bytes of the slot that are used.
        formats: What is in the slot; empty where it was only compared.
        wanted: What shall be read back if it is another one than before.
        picture: The GPU's copy of it; None where there is none.
        is_first: Whether there was none to compare it with.
        done: Set when it was shown, or proved to be the same as the one before.
    """

    source: Source
    pixel_ratio: float
    timestamp_us: int
    slot: Slot
    size: int
    formats: tuple[PixelFormat, ...]
    wanted: tuple[PixelFormat, ...]
    picture: Any = None
    is_first: bool = False
    done: threading.Event = field(default_factory=threading.Event)


class Source(Protocol):
    """Where the pictures of one size come from.

    Attributes:
        width, height: Size of the pictures, pixels.
        exact_format: The order of the channels of the texture: RGBA or BGRA.
        is_compared: Whether `difference` knows, and `read_again` can.
    """

    width: int
    height: int
    exact_format: PixelFormat
    is_compared: bool

    def submit(
        self, texture: Any, wanted: tuple[PixelFormat, ...], pixel_ratio: float, timestamp_us: int, *, ask_first: bool
    ) -> Drawing:
        """Have ``texture`` copied, and read back; with ``ask_first`` only whether it is another one than before."""
        ...

    def difference(self, data: Pixels) -> Region | None:
        """Where a picture differs from the one before, by what was read back of it."""
        ...

    def read_again(self, picture: Any, formats: tuple[PixelFormat, ...]) -> tuple[Slot, int]:
        """Read back a picture that the GPU still has: into which slot, and how many bytes."""
        ...

    def hand_out(self, slot: Slot, data: Pixels, formats: tuple[PixelFormat, ...]) -> dict[PixelFormat, Pixels]:
        """The picture in each format, C-contiguous; the slot is put back once nobody refers to any of them."""
        ...

    def put_back(self, slot: Slot) -> None:
        """Nothing in the slot is needed."""
        ...

    def forget(self, picture: Any) -> None:
        """The GPU's copy is of no more use."""
        ...


def layout_of(width: int, height: int, formats: Iterable[PixelFormat]) -> tuple[dict[PixelFormat, int], int]:
    """Where each format begins in a slot, and how many bytes they take in all."""
    offsets, end = {}, DIFFERENCE_BYTES
    for pixel_format in formats:
        offsets[pixel_format] = math.ceil(end / OFFSET_ALIGNMENT) * OFFSET_ALIGNMENT
        end = offsets[pixel_format] + math.ceil(output_bytes(width, height, pixel_format) / 4) * 4
    return offsets, end


class Computed:
    """Compares and converts the pictures on the GPU. Its buffers are made as they are needed.

    `submit` is called on one thread, the rest on another.

    Args:
        device: A ``wgpu.GPUDevice``.
        passes: What is done.
        ring: Where slots are from.
    """

    is_compared = True

    def __init__(self, device: Any, passes: SizedPasses, ring: SlotRing) -> None:
        self._device, self._passes, self._ring = device, passes, ring
        self.width, self.height, self.exact_format = passes.width, passes.height, passes.format
        self._free: list[Any] = []
        self._before: Any = None

    def submit(
        self, texture: Any, wanted: tuple[PixelFormat, ...], pixel_ratio: float, timestamp_us: int, *, ask_first: bool
    ) -> Drawing:
        """See `Source.submit`."""
        picture, before = self._free.pop() if self._free else self._passes.create_picture(), self._before
        is_first = before is None
        formats = () if ask_first and not is_first else wanted
        offsets, size = layout_of(self.width, self.height, formats)
        slot = self._ring.take(size)
        encoder = self._device.create_command_encoder()
        self._passes.take(encoder, texture, picture)
        if not is_first:
            self._passes.compare(encoder, picture, before, slot.buffer)
        self._convert(encoder, picture, offsets, slot)
        self._device.queue.submit([encoder.finish()])
        self._before = picture
        return Drawing(self, pixel_ratio, timestamp_us, slot, size, formats, wanted, picture, is_first)

    def difference(self, data: Pixels) -> Region | None:
        """See `Source.difference`."""
        return decode_region(data, self.width, self.height)

    def read_again(self, picture: Any, formats: tuple[PixelFormat, ...]) -> tuple[Slot, int]:
        """See `Source.read_again`."""
        offsets, size = layout_of(self.width, self.height, formats)
        slot = self._ring.take(size)
        encoder = self._device.create_command_encoder()
        self._convert(encoder, picture, offsets, slot)
        self._device.queue.submit([encoder.finish()])
        return slot, size

    def hand_out(self, slot: Slot, data: Pixels, formats: tuple[PixelFormat, ...]) -> dict[PixelFormat, Pixels]:
        """See `Source.hand_out`."""
        offsets, _size = layout_of(self.width, self.height, formats)
        leased = self._ring.lease(slot, data)
        return {key: self._view(leased[offset:], key) for key, offset in offsets.items()}

    def put_back(self, slot: Slot) -> None:
        """See `Source.put_back`."""
        self._ring.put_back(slot)

    def forget(self, picture: Any) -> None:
        """See `Source.forget`."""
        self._free.append(picture)

    def _convert(self, encoder: Any, picture: Any, offsets: dict[PixelFormat, int], slot: Slot) -> None:
        for pixel_format, offset in offsets.items():
            self._passes.convert(encoder, picture, pixel_format, slot.buffer, offset)

    def _view(self, data: Pixels, pixel_format: PixelFormat) -> Pixels:
        samples = data[: output_bytes(self.width, self.height, pixel_format)]
        if not pixel_format.is_planar:
            return samples.reshape(self.height, self.width, 4)
        return samples.reshape(-1, even_size(self.width, self.height)[0])


class Plain:
    """Reads the texture back as it is. Who shows the picture compares it with the one before.

    Args:
        device: A ``wgpu.GPUDevice``.
        width, height: Size of the pictures, pixels.
        exact_format: RGBA or BGRA.
        ring: Where slots are from.
    """

    is_compared = False

    def __init__(self, device: Any, width: int, height: int, exact_format: PixelFormat, ring: SlotRing) -> None:
        self._device, self._ring = device, ring
        self.width, self.height, self.exact_format = width, height, exact_format
        self._stride = math.ceil(4 * width / ROW_ALIGNMENT) * ROW_ALIGNMENT

    def submit(
        self, texture: Any, wanted: tuple[PixelFormat, ...], pixel_ratio: float, timestamp_us: int, *, ask_first: bool
    ) -> Drawing:
        """See `Source.submit`. There is nothing to ask, and one format."""
        size = self._stride * self.height
        slot = self._ring.take(size)
        encoder = self._device.create_command_encoder()
        encoder.copy_texture_to_buffer(
            {"texture": texture, "mip_level": 0, "origin": (0, 0, 0)},
            {"buffer": slot.buffer, "offset": 0, "bytes_per_row": self._stride, "rows_per_image": self.height},
            (self.width, self.height, 1),
        )
        self._device.queue.submit([encoder.finish()])
        formats = (self.exact_format,)
        return Drawing(self, pixel_ratio, timestamp_us, slot, size, formats, formats)

    def difference(self, data: Pixels) -> Region | None:
        """See `Source.difference`: not known."""
        return None

    def read_again(self, picture: Any, formats: tuple[PixelFormat, ...]) -> tuple[Slot, int]:
        """See `Source.read_again`: no copy is kept."""
        raise NotImplementedError

    def hand_out(self, slot: Slot, data: Pixels, formats: tuple[PixelFormat, ...]) -> dict[PixelFormat, Pixels]:
        """See `Source.hand_out`. Rows that are padded make it a copy."""
        if self._stride != 4 * self.width:
            rows = data.reshape(self.height, self._stride // 4, 4)
            return {self.exact_format: self._ring.copy(slot, rows[:, : self.width])}
        return {self.exact_format: self._ring.lease(slot, data).reshape(self.height, self.width, 4)}

    def put_back(self, slot: Slot) -> None:
        """See `Source.put_back`."""
        self._ring.put_back(slot)

    def forget(self, picture: Any) -> None:
        """See `Source.forget`."""
