"""What a display is asked for, seen from a viewer at the other end of a real server."""

from __future__ import annotations

import asyncio
import time

import numpy as np
import pytest

from rendercanvas_rfb import serve
from rendercanvas_rfb.client import connect
from rendercanvas_rfb.encoders import registry
from rendercanvas_rfb.encoders.registry import register_encoder
from rendercanvas_rfb.encoders.x264 import X264Encoder
from rendercanvas_rfb.errors import ConfigurationError, ConnectionClosed
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.testing.patterns import heatmap, line_plot, noise

SIZE = (321, 200)


@pytest.mark.parametrize("make", [line_plot, heatmap, noise], ids=lambda make: make.__name__)
@pytest.mark.parametrize("codec", ["auto", "png"])
async def test_lossless_is_exact(make, codec):
    pixels = make(*SIZE)
    with serve(port=0, quality="lossless", codec=codec) as display:
        async with connect(display.url) as client:
            display.publish(pixels)
            picture = await client.next_picture()
    assert picture.header.lossless
    assert np.array_equal(picture.pixels, pixels[..., :3])


@pytest.mark.parametrize(
    ("options", "tier"),
    [
        ({}, "h264/rgb"),
        ({"quality": "balanced"}, "h264/rgb"),
        ({"quality": "low-bandwidth"}, "h264/420"),
        ({"quality": "lossless"}, "h264/rgb"),
        ({"codec": "jpeg"}, "jpeg"),
        ({"encoder": "pillow"}, "webp"),
        ({"codec": "h264", "bitrate": 500_000, "max_fps": 30}, "h264/444"),
    ],
)
async def test_the_tier_is_what_was_asked_for(options, tier):
    with serve(port=0, **options) as display:
        async with connect(display.url) as client:
            display.publish(line_plot(*SIZE))
            await client.next_picture()
            assert client.stream is not None
            assert str(client.stream.info.tier) == tier


async def test_no_more_pictures_are_on_their_way_than_the_window_allows():
    with serve(port=0, window=1, codec="png", settle=False) as display:
        async with connect(display.url) as client:
            display.publish(line_plot(*SIZE))
            header, _ = await client.next_chunk(acknowledge=False)
            for shift in range(1, 6):
                display.publish(line_plot(*SIZE, shift))
            display.set_options(window=None)  # It holds until here.
            await client.acknowledge(header.sequence)
            assert display.latest is not None
            while (await client.next_picture()).header.frame != display.latest.version:
                pass


@pytest.mark.parametrize("window", [0, 33, 1.5, True])
def test_a_window_is_a_number_of_pictures(window):
    with pytest.raises(ConfigurationError, match="window must be an integer from 1 to 32"):
        serve(port=0, window=window)


async def test_a_viewer_that_does_not_decode_the_codec_is_refused_with_the_reason():
    refused = pytest.raises(ConnectionClosed, match="no format in common; the server offers h264/rgb, h264/444")
    with serve(port=0, codec="h264") as display, refused:
        async with connect(display.url, video=()) as client:
            await client.next_picture()


@pytest.mark.parametrize("options", [{"quality": "best"}, {"encoder": "none"}, {"codec": "av2"}, {"max_fps": -1}])
def test_what_cannot_be_is_refused_at_once(options):
    with pytest.raises(ConfigurationError):
        serve(port=0, **options)


async def test_an_encoder_of_somebody_else(monkeypatch):
    class Tagged(X264Encoder):
        count = 0

        def encode(self, frame, *, keyframe):
            type(self).count += 1
            return super().encode(frame, keyframe=keyframe)

    monkeypatch.setattr(registry, "_registered", {})
    tier = Tier(PictureFormat.H264, Chroma.YUV420)
    register_encoder("tagged", lambda tier, w, h, settings: Tagged(Chroma.YUV420, w, h, crf=settings.crf), tiers=[tier])
    with serve(port=0, encoder="tagged") as display:
        async with connect(display.url) as client:
            display.publish(line_plot(*SIZE))
            await client.next_picture()
            assert client.stream is not None
            assert client.stream.info.tier == tier
    assert Tagged.count == 1


async def test_a_highest_frame_rate_is_kept_to_and_the_last_frame_comes():
    frames, fps = 120, 20
    with serve(port=0, max_fps=fps, quality="lossless") as display:
        async with connect(display.url) as client:

            async def publish():
                for value in range(frames):
                    display.publish(np.full((40, 60, 3), value, np.uint8))
                    await asyncio.sleep(1 / 120)

            started = time.monotonic()
            publishing = asyncio.create_task(publish())
            pictures: list[int] = []
            while not pictures or pictures[-1] != frames - 1:
                async with asyncio.timeout(20):
                    pictures.append(int((await client.next_picture()).pixels[0, 0, 0]))
            took = time.monotonic() - started
            await publishing
    assert pictures == sorted(set(pictures))
    assert len(pictures) <= took * fps + 2
