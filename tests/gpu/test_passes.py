"""What the GPU makes of a picture, against the reference."""

from __future__ import annotations

import numpy as np
import pytest

wgpu = pytest.importorskip("wgpu")

from rendercanvas_rfb.convert.reference import convert_exactly  # noqa: E402
from rendercanvas_rfb.frames import PixelFormat, Region  # noqa: E402
from rendercanvas_rfb.gpu.passes import (  # noqa: E402
    DIFFERENCE_BYTES,
    Passes,
    SizedPasses,
    decode_region,
    output_bytes,
)
from rendercanvas_rfb.testing.patterns import noise  # noqa: E402

pytestmark = pytest.mark.gpu

SIZES = [(1, 1), (2, 2), (3, 5), (8, 2), (8, 3), (17, 9), (64, 64), (255, 257), (640, 480), (1281, 721), (3840, 2160)]
TEXTURES = ["rgba8unorm-srgb", "rgba8unorm", "bgra8unorm-srgb", "bgra8unorm"]
PLANAR = [PixelFormat.I444, PixelFormat.I420, PixelFormat.NV12]


@pytest.fixture(scope="module")
def passes(device):
    return Passes(device)


class Bench:
    """Runs passes over arrays."""

    def __init__(self, passes, width, height, texture_format="rgba8unorm-srgb"):
        self.device = passes.device
        self.sized = SizedPasses(passes, width, height, is_bgra=texture_format.startswith("bgra"))
        self.size = (width, height, 1)
        usage = wgpu.TextureUsage.COPY_SRC | wgpu.TextureUsage.COPY_DST
        self.texture = self.device.create_texture(size=self.size, format=texture_format, usage=usage)

    def upload(self, pixels):
        """The picture as the passes take it."""
        layout = {"bytes_per_row": 4 * pixels.shape[1], "rows_per_image": pixels.shape[0]}
        self.device.queue.write_texture({"texture": self.texture}, pixels, layout, self.size)
        picture = self.sized.create_picture()
        self.run(lambda encoder, _target: self.sized.take(encoder, self.texture, picture), 4)
        return picture

    def convert(self, picture, pixel_format):
        size = output_bytes(*self.size[:2], pixel_format)
        padded = size + -size % 4
        return self.run(lambda e, target: self.sized.convert(e, picture, pixel_format, target, 0), padded)[:size]

    def compare(self, pixels, before):
        pictures = self.upload(pixels), self.upload(before)
        data = self.run(lambda e, target: self.sized.compare(e, *pictures, target), DIFFERENCE_BYTES)
        return decode_region(data, *self.size[:2])

    def run(self, work, size):
        usage = wgpu.BufferUsage.MAP_READ | wgpu.BufferUsage.COPY_DST
        target = self.device.create_buffer(size=size, usage=usage)
        encoder = self.device.create_command_encoder()
        work(encoder, target)
        self.device.queue.submit([encoder.finish()])
        target.map_async(wgpu.MapMode.READ).sync_wait()
        return np.frombuffer(bytes(target.read_mapped()), np.uint8)


@pytest.mark.parametrize("target", PLANAR, ids=lambda target: target.value)
def test_planes_of_a_large_picture(passes, target):
    """More than fit in one row of workgroups; tests/convert has the other sizes."""
    pixels = noise(3840, 2160)
    bench = Bench(passes, 3840, 2160)
    made = bench.convert(bench.upload(pixels), target)
    difference = made.astype(int) - convert_exactly(pixels[..., :3], target).ravel()
    assert np.abs(difference).max() <= 1


@pytest.mark.parametrize("texture_format", TEXTURES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_pixels_are_the_bytes_of_the_texture(passes, size, texture_format):
    pixels = noise(*size)
    bench = Bench(passes, size[0], size[1], texture_format)
    np.testing.assert_array_equal(bench.convert(bench.upload(pixels), bench.sized.format), pixels.ravel())


@pytest.mark.parametrize("texture_format", TEXTURES)
@pytest.mark.parametrize("target", PLANAR)
def test_every_kind_of_texture_gives_the_same_planes(passes, texture_format, target):
    pixels = noise(40, 22)
    bench = Bench(passes, 40, 22, texture_format)
    reference = Bench(passes, 40, 22)
    if texture_format.startswith("bgra"):
        made = bench.convert(bench.upload(np.ascontiguousarray(pixels[..., [2, 1, 0, 3]])), target)
    else:
        made = bench.convert(bench.upload(pixels), target)
    np.testing.assert_array_equal(made, reference.convert(reference.upload(pixels), target))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_equal_pictures_do_not_differ(passes, size):
    pixels = noise(*size)
    other = pixels.copy()
    other[..., 3] ^= 255  # Pictures are opaque.
    assert Bench(passes, *size).compare(pixels, other) is None


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_region_holds_just_what_differs(passes, size):
    random = np.random.default_rng(size[0] * size[1])
    pixels = noise(*size)
    bench = Bench(passes, *size)
    for count in (1, 2, 5):
        changed = pixels.copy()
        rows, columns = random.integers(0, size[1], count), random.integers(0, size[0], count)
        changed[rows, columns, 1] ^= 1
        expected = Region(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
        assert bench.compare(changed, pixels) == expected
    inverted = pixels ^ 255
    assert bench.compare(inverted, pixels) == Region(0, 0, *size)
