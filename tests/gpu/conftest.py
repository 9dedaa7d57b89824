"""Any adapter that wgpu finds."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.canvases import MakeCanvas


@pytest.fixture(scope="session")
def device():
    """A ``wgpu.GPUDevice``."""
    wgpu = pytest.importorskip("wgpu")
    return wgpu.gpu.request_adapter_sync().request_device_sync()


@pytest.fixture
async def make_canvas() -> AsyncIterator[MakeCanvas]:
    """Makes canvases that are closed when the test ends."""
    make = MakeCanvas()
    yield make
    await make.finish()
