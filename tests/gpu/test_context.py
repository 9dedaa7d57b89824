"""Pictures on their way from a texture to viewers, converted by the GPU and by the host."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest

wgpu = pytest.importorskip("wgpu")

from rendercanvas_rfb.client import connect  # noqa: E402
from rendercanvas_rfb.errors import ConfigurationError  # noqa: E402
from rendercanvas_rfb.frames import PixelFormat, Region  # noqa: E402
from rendercanvas_rfb.gpu.slots import MAX_LEASED  # noqa: E402
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier  # noqa: E402
from rendercanvas_rfb.testing.patterns import color_blocks, noise  # noqa: E402
from tests.support import until  # noqa: E402

pytestmark = pytest.mark.gpu

YUV444 = Tier(PictureFormat.H264, Chroma.YUV444)
YUV420 = Tier(PictureFormat.H264, Chroma.YUV420)
PLANAR = {YUV444: PixelFormat.I444, YUV420: PixelFormat.I420}


class Projector:
    """Draws given pixels through the wgpu context of a canvas."""

    def __init__(self, canvas, device, pixels):
        self.pixels = pixels
        self.draws = 0
        self.canvas = weakref.ref(canvas)
        self.context = canvas.get_wgpu_context()
        usage = wgpu.TextureUsage.RENDER_ATTACHMENT | wgpu.TextureUsage.COPY_DST
        self.context.configure(device=device, format="rgba8unorm-srgb", usage=usage)
        self._device = device
        canvas.request_draw(self.draw)

    def draw(self):
        """The draw function; the canvas has the size of the pixels."""
        self.draws += 1
        height, width = self.pixels.shape[:2]
        destination = {"texture": self.context.get_current_texture()}
        self._device.queue.write_texture(destination, self.pixels, {"bytes_per_row": 4 * width}, (width, height, 1))

    def force(self, pixels):
        """Draw these pixels now, and return the frame that is shown."""
        self.pixels = pixels
        canvas = self.canvas()
        assert canvas is not None
        canvas.force_draw()
        return canvas.display.latest


@pytest.fixture(params=["gpu", "host"])
def converter(request, monkeypatch):
    """Who converts."""
    monkeypatch.setenv("RENDERCANVAS_RFB_CONVERT", request.param)
    return request.param


@pytest.fixture
def on_gpu(monkeypatch):
    monkeypatch.setenv("RENDERCANVAS_RFB_CONVERT", "gpu")


@pytest.mark.parametrize("size", [(64, 48), (1, 1), (33, 21), (130, 98)])
async def test_what_is_drawn_is_the_picture_to_the_bit(make_canvas, device, converter, size):
    canvas = make_canvas(size=size)
    projector = Projector(canvas, device, noise(*size))
    for seed in range(3):
        pixels = noise(size[0], size[1], seed)
        frame = projector.force(pixels)
        np.testing.assert_array_equal(frame.pixels, pixels)
        np.testing.assert_array_equal(canvas.display.snapshot(), pixels[..., :3])


async def test_an_equal_picture_is_not_published_again(make_canvas, device, converter):
    canvas = make_canvas(size=(40, 30))
    projector = Projector(canvas, device, noise(40, 30))
    first = projector.force(noise(40, 30, seed=1))
    for _ in range(10):
        assert projector.force(noise(40, 30, seed=1)) is first
    # And one that is different after so many equal ones is.
    last = projector.force(noise(40, 30, seed=2))
    assert last.version == first.version + 1
    np.testing.assert_array_equal(last.pixels, noise(40, 30, seed=2))


async def test_a_frame_says_where_it_is_different(make_canvas, device, on_gpu):
    canvas = make_canvas(size=(100, 70))
    pixels = noise(100, 70)
    projector = Projector(canvas, device, pixels)
    assert projector.force(pixels).changed is None
    changed = pixels.copy()
    changed[20:31, 64:71, 0] ^= 255
    assert projector.force(changed).changed == Region(64, 20, 71, 31)


async def test_frames_that_are_kept_keep_their_pixels(make_canvas, device, converter):
    canvas = make_canvas(size=(64, 48))
    projector = Projector(canvas, device, noise(64, 48))
    pictures = [noise(64, 48, seed=seed) for seed in range(2 * MAX_LEASED)]
    frames = [projector.force(pixels) for pixels in pictures]
    for frame, pixels in zip(frames, pictures, strict=True):
        np.testing.assert_array_equal(frame.pixels, pixels)


async def test_buffers_are_used_again(make_canvas, device, converter):
    canvas = make_canvas(size=(64, 48))
    projector = Projector(canvas, device, noise(64, 48))
    for seed in range(30):
        projector.force(noise(64, 48, seed=seed))
    assert projector.context._sources._ring.allocated <= 4
    assert projector.context._sources._ring.copies == 0


async def test_a_frame_outlives_its_canvas(make_canvas, device, converter):
    canvas = make_canvas(size=(64, 48))
    projector = Projector(canvas, device, noise(64, 48))
    frame = projector.force(noise(64, 48, seed=3))
    make_canvas.forget(canvas)
    canvas.close()
    del canvas, projector
    gc.collect()
    np.testing.assert_array_equal(frame.pixels, noise(64, 48, seed=3))


async def test_the_thread_ends_with_the_canvas(make_canvas, device, converter):
    before = {thread for thread in threading.enumerate() if thread.name == "rfb-readback"}
    canvas = make_canvas(size=(16, 16))
    Projector(canvas, device, noise(16, 16)).force(noise(16, 16, seed=1))
    canvas.close()
    assert {thread for thread in threading.enumerate() if thread.name == "rfb-readback"} <= before


@pytest.mark.parametrize("size", [(64, 48), (97, 101), (640, 361)])
@pytest.mark.parametrize("tier", PLANAR)
async def test_planes_are_read_back_where_nobody_needs_more(make_canvas, device, on_gpu, tier, size):
    canvas = make_canvas(size=size, settle=False, update_mode="continuous")
    projector = Projector(canvas, device, noise(*size))
    async with connect(canvas.url, video=(tier,)) as client:
        await client.next_picture()
        projector.pixels = color_blocks(*size)
        version = canvas.display.latest.version
        await until(lambda: canvas.display.latest.version > version)
        frame = canvas.display.latest
        assert frame.format is PLANAR[tier]
        assert (frame.width, frame.height) == size
        picture = await client.next_picture()
        while picture.header.frame != frame.version:
            picture = await client.next_picture()
        difference = np.abs(picture.pixels.astype(int) - projector.pixels[..., :3])
        assert np.quantile(difference, 0.8) <= 8
        # Whoever wants the exact pixels gets them all the same.
        np.testing.assert_array_equal(canvas.display.snapshot(), projector.pixels[..., :3])


async def test_a_viewer_of_planes_gets_an_exact_still(make_canvas, device, on_gpu):
    canvas = make_canvas(size=(121, 91), update_mode="continuous")
    pixels = color_blocks(121, 91)
    Projector(canvas, device, pixels)
    async with connect(canvas.url, video=(YUV444,)) as client:
        picture = await client.next_picture()
        while not picture.header.lossless:
            picture = await client.next_picture()
    np.testing.assert_array_equal(picture.pixels, pixels[..., :3])


async def test_viewers_of_two_kinds_get_both(make_canvas, device, on_gpu):
    canvas = make_canvas(size=(96, 96), update_mode="continuous")
    projector = Projector(canvas, device, noise(96, 96))
    async with (
        connect(canvas.url, video=(YUV444,)) as video,
        connect(canvas.url, video=(), images=(PictureFormat.PNG,)) as images,
    ):
        await video.next_picture()
        await images.next_picture()
        version = canvas.display.latest.version
        projector.pixels = noise(96, 96, seed=1)
        await until(lambda: canvas.display.latest.version > version)
        frame = canvas.display.latest
    assert frame.format is PixelFormat.RGBA
    assert set(frame.others) == {PixelFormat.I444}
    assert frame.in_format(PixelFormat.I444).pixels.shape == (3 * 96, 96)


async def test_a_gpu_that_cannot_is_told_once_and_done_without(make_canvas, device, on_gpu, monkeypatch, caplog):
    def refuse(*_args):
        raise wgpu.GPUValidationError("no compute here")

    monkeypatch.setattr("rendercanvas_rfb.gpu.choice.Passes", refuse)
    canvas = make_canvas(size=(64, 48))
    projector = Projector(canvas, device, noise(64, 48))
    np.testing.assert_array_equal(projector.force(noise(64, 48, seed=1)).pixels, noise(64, 48, seed=1))
    assert [record.message for record in caplog.records] == [
        "pictures are converted by the host: the GPU cannot (no compute here)"
    ]


async def test_a_pass_that_fails_is_done_without_from_then_on(make_canvas, device, on_gpu, monkeypatch, caplog):
    canvas = make_canvas(size=(64, 48))
    projector = Projector(canvas, device, noise(64, 48))
    projector.force(noise(64, 48, seed=1))

    def fail(*_args):
        raise wgpu.GPUError("lost")

    monkeypatch.setattr("rendercanvas_rfb.gpu.drawing.Computed.difference", fail)
    projector.force(noise(64, 48, seed=2))
    np.testing.assert_array_equal(projector.force(noise(64, 48, seed=3)).pixels, noise(64, 48, seed=3))
    assert [record.message for record in caplog.records] == ["a picture could not be read from the GPU: lost"]


async def test_another_value_of_the_variable_is_refused(make_canvas, device, monkeypatch):
    monkeypatch.setenv("RENDERCANVAS_RFB_CONVERT", "cuda")
    with pytest.raises(ConfigurationError, match="must be auto, gpu or host, not 'cuda'"):
        Projector(make_canvas(size=(16, 16)), device, noise(16, 16))
