"""Once what is published stands still, every viewer has its exact pixels; and video goes on where it was."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from rendercanvas_rfb.client import connect
from rendercanvas_rfb.frames import ColorSpace
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.session.repeats import REPEATS
from rendercanvas_rfb.testing.fidelity import psnr
from rendercanvas_rfb.testing.patterns import color_blocks
from tests.push.viewers import make_display

__all__ = ["make_display"]

H264 = tuple(Tier(PictureFormat.H264, chroma) for chroma in (Chroma.YUV444, Chroma.YUV420))


async def next_of(client, display, *, lossless):
    """The next picture of the latest frame that is lossless, or not."""
    while True:
        picture = await client.next_picture()
        if picture.header.frame == display.latest.version and picture.header.lossless is lossless:
            return picture


async def no_more_chunks(client, seconds=0.6):
    """For twice the time in which a picture settles."""
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(client.next_chunk(), seconds)


@pytest.mark.parametrize(
    ("capabilities", "format"),
    [
        ({"video": H264}, PictureFormat.WEBP),
        ({"video": H264[1:]}, PictureFormat.WEBP),
        ({"video": H264, "images": (PictureFormat.JPEG, PictureFormat.PNG)}, PictureFormat.PNG),
        ({"video": (), "images": (PictureFormat.JPEG, PictureFormat.WEBP)}, PictureFormat.WEBP),
    ],
    ids=["444", "420", "png", "jpeg"],
)
async def test_a_settled_picture_arrives_exactly_and_goes_on_with_a_delta(make_display, capabilities, format):
    display = make_display()
    if not capabilities["video"]:
        display.set_options(codec="jpeg")
    async with connect(display.url, **capabilities) as client:
        for shift in range(3):
            display.publish(np.roll(color_blocks(200, 120), shift, axis=1))
            assert not (await next_of(client, display, lossless=False)).header.lossless
        still = await client.next_picture()
        assert (still.header.format, still.header.lossless) == (format, True)
        assert client.stream is not None
        assert client.stream.info.tier == Tier(format)
        assert np.array_equal(still.pixels, display.latest.pixels[..., :3])
        display.publish(np.roll(color_blocks(200, 120), 5, axis=1))
        header = (await next_of(client, display, lossless=False)).header
        assert header.keyframe is (header.format is PictureFormat.JPEG)
        still = await client.next_picture()
        assert np.array_equal(still.pixels, display.latest.pixels[..., :3])
        await no_more_chunks(client)


async def test_who_comes_to_a_settled_picture_gets_it_exactly_too(make_display):
    display = make_display()
    display.publish(color_blocks(160, 100))
    async with connect(display.url, video=H264) as first:
        await next_of(first, display, lossless=True)
        async with connect(display.url, video=H264) as second:
            keyframe = await second.next_picture()
            assert (keyframe.header.format, keyframe.header.keyframe) == (PictureFormat.H264, True)
            still = await second.next_picture()
            assert np.array_equal(still.pixels, display.latest.pixels[..., :3])


async def test_all_formats_and_color_spaces_of_pictures_settle(make_display):
    display = make_display()
    async with connect(display.url) as client:
        for color in ColorSpace:
            display.publish(color_blocks(96, 64), color=color)
            still = await next_of(client, display, lossless=True)
            assert still.color is color
            assert np.array_equal(still.pixels, color_blocks(96, 64)[..., :3])
        display.publish(np.arange(96 * 64, dtype=np.uint8).reshape(64, 96))
        still = await next_of(client, display, lossless=True)
        assert np.array_equal(still.pixels, display.snapshot())
        display.publish(np.full((96, 96), 90, np.uint8), format="nv12")
        still = await next_of(client, display, lossless=True)
        assert np.array_equal(still.pixels, display.snapshot())


async def test_a_picture_that_is_lossless_anyway_is_sent_once(make_display):
    display = make_display()
    display.set_options(quality="lossless")
    display.publish(color_blocks(96, 64))
    async with connect(display.url) as client:
        assert (await client.next_picture()).header.lossless
        await no_more_chunks(client)


async def test_settling_can_be_switched_off_and_on(make_display):
    display = make_display()
    display.set_options(settle=False)
    display.publish(color_blocks(96, 64))
    async with connect(display.url, video=H264) as client:
        assert not (await client.next_picture()).header.lossless
        await no_more_chunks(client)
        display.set_options(settle=True)
        await next_of(client, display, lossless=True)


async def test_a_picture_that_a_bitrate_has_blurred_is_refined_while_it_stands_still(make_display):
    display = make_display()
    display.set_options(bitrate=400_000, settle=False)
    noise = np.random.default_rng(7).integers(0, 256, (90, 160, 3), np.uint8).repeat(4, axis=0).repeat(4, axis=1)
    async with connect(display.url, video=H264) as client:
        display.publish(noise)
        first = await next_of(client, display, lossless=False)
        refined = [await client.next_picture() for _ in range(REPEATS)]
        assert {picture.header.frame for picture in refined} == {first.header.frame}
        assert psnr(refined[-1].pixels, noise) > psnr(first.pixels, noise) + 1
        await no_more_chunks(client)
