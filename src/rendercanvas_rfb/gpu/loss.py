"""Whether a GPU device is lost: its driver was reset, or the GPU is gone.

wgpu-py (0.32) has no `GPUDevice.lost` yet. A lost device refuses whatever it is asked for, with an error whose text
says why.
"""

from __future__ import annotations

from typing import Any

import wgpu

__all__ = ["LOSS", "is_lost"]

LOSS = "The GPU device was lost. This is the last picture before that; the program has to be started again."
"""What viewers are told."""


def is_lost(device: Any) -> bool:
    """Ask ``device``, a ``wgpu.GPUDevice``, for next to nothing: some 30 microseconds."""
    try:
        device.create_command_encoder().finish()
    except (wgpu.GPUError, RuntimeError) as error:
        return "lost" in str(error).lower()
    return False
