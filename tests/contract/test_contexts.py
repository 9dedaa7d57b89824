"""What can be drawn with: bitmaps, and wgpu textures."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from rendercanvas.contexts import BitmapContext

from rendercanvas_rfb.client import connect
from rendercanvas_rfb.errors import ConnectionClosed
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.testing.patterns import color_blocks


def connect_lossless(url):
    """Watch exact pixels."""
    return connect(url, video=(), images=(PictureFormat.PNG,))


async def test_a_bitmap_arrives_exactly_as_it_was_drawn(make_canvas):
    canvas = make_canvas(size=(120, 90))
    bitmap = color_blocks(120, 90)
    canvas.get_bitmap_context().set_bitmap(bitmap)
    async with connect_lossless(canvas.url) as client:
        picture = await client.next_picture()
    np.testing.assert_array_equal(picture.pixels, bitmap[..., :3])


async def test_a_grey_bitmap_is_shown_in_grey(make_canvas):
    canvas = make_canvas(size=(40, 30))
    bitmap = np.arange(1200, dtype=np.uint8).reshape(30, 40)
    canvas.get_bitmap_context().set_bitmap(bitmap)
    async with connect_lossless(canvas.url) as client:
        picture = await client.next_picture()
    np.testing.assert_array_equal(picture.pixels, np.repeat(bitmap[..., None], 3, axis=2))


async def test_a_bitmap_of_another_size_keeps_the_canvas_size(make_canvas):
    canvas = make_canvas(size=(120, 90))
    canvas.get_bitmap_context().set_bitmap(color_blocks(60, 45))
    async with connect_lossless(canvas.url) as client:
        picture = await client.next_picture()
        assert picture.pixels.shape == (45, 60, 3)
        assert picture.header.pixel_ratio == 0.5
        assert (client.state["width"], client.state["height"]) == (120, 90)


async def test_the_program_may_write_to_its_bitmap_after_the_draw(make_canvas):
    canvas = make_canvas(size=(16, 16))
    bitmap = np.full((16, 16, 4), 200, np.uint8)
    canvas.get_bitmap_context().set_bitmap(bitmap)
    canvas.force_draw()
    bitmap[:] = 0
    async with connect_lossless(canvas.url) as client:
        assert (await client.next_picture()).pixels.min() == 200


async def test_a_canvas_has_one_context(make_canvas):
    canvas = make_canvas()
    context = canvas.get_context("bitmap")
    assert isinstance(context, BitmapContext)
    assert canvas.get_context("bitmap") is context
    with pytest.raises(RuntimeError, match="already set"):
        canvas.get_context("wgpu")
    with pytest.raises(TypeError, match="not 'bitmap' or 'wgpu'"):
        make_canvas().get_context("webgl")


async def test_presenting_to_a_screen_is_refused(make_canvas):
    with pytest.raises(RuntimeError, match="present_method 'screen' is not available"):
        make_canvas(present_method="screen").get_context("wgpu")


@pytest.mark.parametrize("format", [PictureFormat.PNG, PictureFormat.WEBP, PictureFormat.JPEG])
async def test_viewers_without_video_get_images(make_canvas, format):
    canvas = make_canvas(size=(121, 91))
    bitmap = color_blocks(121, 91)
    canvas.get_bitmap_context().set_bitmap(bitmap)
    async with connect(canvas.url, video=(), images=(format,)) as client:
        picture = await client.next_picture()
        assert client.stream is not None
        assert client.stream.info.tier.format is format
        assert "video is switched off" in client.stream.reason
    difference = np.abs(picture.pixels.astype(int) - bitmap[..., :3])
    assert np.quantile(difference, 0.99) <= (6 if format is PictureFormat.JPEG else 0)


@pytest.mark.parametrize("chroma", Chroma)
@pytest.mark.parametrize("size", [(1, 1), (2, 1), (3, 5), (17, 33), (639, 479), (7680, 4320)])
async def test_any_size_arrives_as_video(make_canvas, painter, size, chroma):
    canvas = make_canvas(size=size)
    painter(canvas, (60, 180, 120))
    async with connect(canvas.url, video=(Tier(PictureFormat.H264, chroma),)) as client:
        picture = await client.next_picture()
    assert picture.pixels.shape == (size[1], size[0], 3)
    corners = picture.pixels[[0, 0, -1, -1], [0, -1, 0, -1]].astype(int)
    assert np.abs(corners - (60, 180, 120)).max() <= 4


@pytest.mark.gpu
@pytest.mark.parametrize("format", ["rgba8unorm-srgb", "rgba8unorm", "bgra8unorm-srgb", "bgra8unorm"])
async def test_a_wgpu_texture_arrives_with_its_colour(make_canvas, device, format):
    canvas = make_canvas(size=(33, 21))
    context = canvas.get_wgpu_context()
    context.configure(device=device, format=format)
    canvas.request_draw(lambda: clear(device, context, (1.0, 0.5, 0.0, 1.0)))
    async with connect_lossless(canvas.url) as client:
        picture = await client.next_picture()
    # An sRGB texture encodes what is written to it: 0.5 becomes 1.055 * 0.5 ** (1 / 2.4) - 0.055 (IEC 61966-2-1).
    green = 188 if format.endswith("srgb") else 128
    assert picture.pixels.shape == (21, 33, 3)
    assert abs(picture.pixels.astype(int) - (255, green, 0)).max() <= 1


@pytest.mark.gpu
async def test_a_wgpu_canvas_can_be_drawn_at_once(make_canvas, device):
    canvas = make_canvas(size=(16, 16))
    context = canvas.get_wgpu_context()
    context.configure(device=device, format=None)
    canvas.request_draw(lambda: clear(device, context, (1.0, 1.0, 1.0, 1.0)))
    canvas.force_draw()
    assert canvas._display.latest.pixels.min() == 255


@pytest.mark.gpu
async def test_closing_in_the_middle_of_a_draw_is_quiet(make_canvas, device, caplog):
    canvas = make_canvas(size=(64, 64), update_mode="fastest")
    context = canvas.get_wgpu_context()
    context.configure(device=device, format=None)
    draws = itertools.count(1)

    def draw():
        clear(device, context, (1.0, 0.0, 0.0, 1.0))
        if next(draws) == 3:
            canvas.close()

    canvas.request_draw(draw)
    async with connect(canvas.url) as client:
        with pytest.raises(ConnectionClosed, match="closed with code 1000"):
            await exhaust(client)
    assert caplog.text == ""


@pytest.fixture(scope="session")
def device():
    wgpu = pytest.importorskip("wgpu")
    return wgpu.gpu.request_adapter_sync().request_device_sync()


async def exhaust(client):
    """Take pictures for as long as there are any."""
    while True:
        await client.next_picture()


def clear(device, context, color):
    """Fill the canvas' texture with one colour."""
    view = context.get_current_texture().create_view()
    attachment = {"view": view, "clear_value": color, "load_op": "clear", "store_op": "store"}
    encoder = device.create_command_encoder()
    encoder.begin_render_pass(color_attachments=[attachment]).end()
    device.queue.submit([encoder.finish()])
