"""What the GPU makes of a picture, against the conversion on the host."""

from __future__ import annotations

import numpy as np
import pytest

wgpu = pytest.importorskip("wgpu")

from rendercanvas_rfb.convert.host import HostConverter  # noqa: E402
from rendercanvas_rfb.frames import Frame, PixelFormat, Region  # noqa: E402
from rendercanvas_rfb.gpu.passes import (  # noqa: E402
    DIFFERENCE_BYTES,
    Passes,
    SizedPasses,
    decode_region,
    even_size,
    output_bytes,
)
from rendercanvas_rfb.protocol.formats import Chroma  # noqa: E402
from rendercanvas_rfb.testing.patterns import noise  # noqa: E402

pytestmark = pytest.mark.gpu

SIZES = [(1, 1), (2, 2), (3, 5), (8, 2), (8, 3), (17, 9), (64, 64), (255, 257), (640, 480), (1281, 721), (3840, 2160)]
TEXTURES = ["rgba8unorm-srgb", "rgba8unorm", "bgra8unorm-srgb", "bgra8unorm"]
CHROMA = {PixelFormat.I444: Chroma.YUV444, PixelFormat.I420: Chroma.YUV420, PixelFormat.NV12: Chroma.YUV420}


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


def host_planes(pixels, pixel_format, chroma):
    """The planes of the picture with even sides, one after the other."""
    height, width = pixels.shape[:2]
    columns, rows = even_size(width, height)
    padded = np.pad(pixels, ((0, rows - height), (0, columns - width), (0, 0)), mode="edge")
    picture = HostConverter(columns, rows, chroma).convert(Frame(padded, pixel_format, 1.0, 0, 0))
    shift = 0 if chroma is Chroma.YUV444 else 1
    sizes = [(rows, columns), (rows >> shift, columns >> shift), (rows >> shift, columns >> shift)]
    return [
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: size[0], : size[1]].ravel()
        for plane, size in zip(picture.planes, sizes, strict=True)
    ]


@pytest.mark.parametrize("target", CHROMA)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_planes_are_those_of_the_host_to_one_of_255(passes, size, target):
    pixels = noise(*size)
    bench = Bench(passes, *size)
    made = bench.convert(bench.upload(pixels), target)
    luma, cb, cr = host_planes(pixels, PixelFormat.RGBA, CHROMA[target])
    chroma = np.stack([cb, cr], axis=1).ravel() if target is PixelFormat.NV12 else np.concatenate([cb, cr])
    difference = np.abs(made.astype(int) - np.concatenate([luma, chroma]))
    assert difference.max() <= 1


@pytest.mark.parametrize("texture_format", TEXTURES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_pixels_are_the_bytes_of_the_texture(passes, size, texture_format):
    pixels = noise(*size)
    bench = Bench(passes, size[0], size[1], texture_format)
    np.testing.assert_array_equal(bench.convert(bench.upload(pixels), bench.sized.format), pixels.ravel())


@pytest.mark.parametrize("texture_format", TEXTURES)
@pytest.mark.parametrize("target", CHROMA)
def test_every_kind_of_texture_gives_the_same_planes(passes, texture_format, target):
    pixels = noise(40, 22)
    bench = Bench(passes, 40, 22, texture_format)
    reference = Bench(passes, 40, 22)
    if texture_format.startswith("bgra"):
        made = bench.convert(bench.upload(np.ascontiguousarray(pixels[..., [2, 1, 0, 3]])), target)
    else:
        made = bench.convert(bench.upload(pixels), target)
    np.testing.assert_array_equal(made, reference.convert(reference.upload(pixels), target))


@pytest.mark.parametrize("target", CHROMA)
def test_greys_have_no_tint_and_the_most_saturated_blue_does_not_wrap(passes, target):
    pixels = np.full((2, 512, 4), 255, np.uint8)
    pixels[:, :, :3] = np.arange(256, dtype=np.uint8).repeat(2)[None, :, None]
    bench = Bench(passes, 512, 2)
    made = bench.convert(bench.upload(pixels), target)
    np.testing.assert_array_equal(made[:1024].reshape(2, 512), pixels[..., 0])
    assert set(made[1024:]) == {128}
    pixels[:] = (0, 0, 255, 255)
    assert bench.convert(bench.upload(pixels), target)[1024] == 255


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
