"""Buffers that pictures are read back into, and whose memory the encoders read without a copy."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
import wgpu

from ..frames import Pixels
from ..pool import BufferPool, lease

__all__ = ["Slot", "SlotRing"]

MAX_LEASED = 6
"""Buffers whose memory may be in use at a time: that of the latest frame, of the one before, of one for each of three
tiers that is still at an older one, and of one exact picture. Whatever exceeds that is copied."""


class Slot:
    """A buffer that can be mapped. One thread at a time has it, until it is leased or put back.

    Args:
        device: A ``wgpu.GPUDevice``.
        size: Bytes, a multiple of 4.
    """

    def __init__(self, device: Any, size: int) -> None:
        usage = wgpu.BufferUsage.MAP_READ | wgpu.BufferUsage.COPY_DST
        self.buffer = device.create_buffer(label="rfb-readback", size=size, usage=usage)
        self.size = size

    def map(self, size: int) -> Pixels:
        """Wait for the GPU, and return the first ``size`` bytes, read-only; valid until `unmap`.

        Call it on a thread without an event loop: wgpu then has none to call back.
        """
        self.buffer.map_async(wgpu.MapMode.READ, 0, size).sync_wait()
        return np.frombuffer(self.buffer.read_mapped(0, size, copy=False), np.uint8)

    def unmap(self) -> None:
        """Give the buffer back to the GPU, if it has it not. Nobody may read the memory any more."""
        if self.buffer.map_state == "mapped":
            self.buffer.unmap()


class SlotRing:
    """The slots of one device. `take` and `put_back` may be called from any thread, the rest from one at a time.

    Attributes:
        allocated: How many buffers were made so far.
        copies: How many pictures were copied, because too many slots were leased.
    """

    def __init__(self, device: Any) -> None:
        self._device = device
        self._free: deque[Slot] = deque()
        self._leased: set[Slot] = set()
        self._pool = BufferPool()
        self.allocated = 0
        self.copies = 0

    def take(self, size: int) -> Slot:
        """An unmapped slot of at least ``size`` bytes, and not much more."""
        while self._free:
            try:
                slot = self._free.popleft()
            except IndexError:  # Another thread was faster.
                break
            slot.unmap()
            if size <= slot.size <= 4 * size:
                return slot
        self.allocated += 1
        return Slot(self._device, size)

    def put_back(self, slot: Slot) -> None:
        """It is free again. It is unmapped when it is taken next."""
        self._free.append(slot)

    def lease(self, slot: Slot, data: Pixels) -> Pixels:
        """What `Slot.map` returned, for frames: the slot is put back once nothing refers to it or to a view of it.

        A copy where too many slots are out.
        """
        if len(self._leased) >= MAX_LEASED:
            self.copies += 1
            return self.copy(slot, data)
        self._leased.add(slot)
        # Holds the slot, and thus the memory, for as long as the array lives; takes no lock.
        return lease(data, lambda: self._end_lease(slot))

    def copy(self, slot: Slot, view: Pixels) -> Pixels:
        """A C-contiguous copy of what `Slot.map` returned, or of a part of it; the slot is put back at once."""
        copy = self._pool.take(view.shape)
        copy[...] = view
        self.put_back(slot)
        return copy

    def _end_lease(self, slot: Slot) -> None:
        self._leased.discard(slot)
        self.put_back(slot)
