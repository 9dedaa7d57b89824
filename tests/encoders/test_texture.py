from __future__ import annotations

import numpy as np
import pytest

from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import FrameError
from rendercanvas_rfb.frames import PixelFormat
from rendercanvas_rfb.intake import Source, take_in
from rendercanvas_rfb.testing.patterns import noise

wgpu = pytest.importorskip("wgpu")
pytestmark = pytest.mark.gpu

SIZE = (37, 21)
"""Rows of 148 bytes: no multiple of the 256 by which copies to buffers are aligned."""


@pytest.fixture(scope="module")
def device():
    return wgpu.gpu.request_adapter_sync().request_device_sync()


def make(device, *, format="rgba8unorm", size=(*SIZE, 1), usage="COPY_SRC", **options):
    usages = wgpu.TextureUsage.COPY_DST | wgpu.TextureUsage.TEXTURE_BINDING
    usages |= getattr(wgpu.TextureUsage, usage) if usage else 0
    return device.create_texture(size=size, format=format, usage=usages, **options)


def fill(device, texture, pixels) -> None:
    device.queue.write_texture(
        {"texture": texture, "mip_level": 0, "origin": (0, 0, 0)},
        pixels,
        {"offset": 0, "bytes_per_row": pixels.strides[0], "rows_per_image": pixels.shape[0]},
        (pixels.shape[1], pixels.shape[0], 1),
    )


@pytest.mark.parametrize(
    ("texture_format", "format"),
    [
        ("rgba8unorm", PixelFormat.RGBA),
        ("rgba8unorm-srgb", PixelFormat.RGBA),
        ("bgra8unorm", PixelFormat.BGRA),
        ("bgra8unorm-srgb", PixelFormat.BGRA),
    ],
)
def test_a_texture_is_read_byte_for_byte(device, texture_format, format) -> None:
    texture, pixels = make(device, format=texture_format), noise(*SIZE)
    fill(device, texture, pixels)
    source = take_in(texture)
    assert isinstance(source, Source)
    assert (source.format, source.owned) == (format, True)
    assert np.array_equal(source.array, pixels)


@pytest.mark.parametrize("copy", [True, False])
def test_a_texture_may_be_drawn_to_again_at_once(device, copy) -> None:
    display = Display("plot", tiers=())
    texture = make(device)
    for seed in range(3):
        fill(device, texture, noise(*SIZE, seed=seed))
        assert display.publish(texture, copy=copy) == seed + 1
    fill(device, texture, noise(*SIZE, seed=9))
    assert display.latest is not None
    assert np.array_equal(display.latest.pixels, noise(*SIZE, seed=2))
    assert (display.latest.width, display.latest.height) == SIZE
    assert display.wait_encoded(0)
    display.close()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"format": "r8unorm"}, "formats rgba8unorm, rgba8unorm-srgb, .* not r8unorm"),
        ({"format": "rgba16float"}, "not rgba16float"),
        ({"size": (*SIZE, 2)}, "2d with 2 layers and 1 samples"),
        ({"usage": None}, "COPY_SRC among its usages"),
        ({"size": (8, 8, 1), "usage": "RENDER_ATTACHMENT", "sample_count": 4}, "4 samples"),
    ],
)
def test_other_textures_are_refused(device, options, words) -> None:
    if options.get("sample_count"):
        usages = wgpu.TextureUsage.RENDER_ATTACHMENT
        texture = device.create_texture(size=(8, 8, 1), format="rgba8unorm", usage=usages, sample_count=4)
    else:
        texture = make(device, **options)
    with pytest.raises(FrameError, match=words):
        take_in(texture)


def test_a_texture_has_the_order_that_it_has(device) -> None:
    with pytest.raises(FrameError, match="a texture in rgba cannot be taken as bgra"):
        take_in(make(device), "bgra")
