"""Video in other codecs than H.264, through a real server to the Python client."""

from __future__ import annotations

import av
import numpy as np
import pytest

from rendercanvas_rfb import serve
from rendercanvas_rfb.client import connect
from rendercanvas_rfb.errors import ConfigurationError
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.testing.patterns import color_blocks

WIDTH, HEIGHT = 321, 203

VP9, HALF_VP9, AV1 = (
    Tier(PictureFormat.VP9, Chroma.YUV444),
    Tier(PictureFormat.VP9, Chroma.YUV420),
    Tier(PictureFormat.AV1, Chroma.YUV420),
)


@pytest.mark.parametrize(
    ("options", "tier"),
    [
        ({"encoder": "vp9"}, VP9),
        ({"codec": "vp9"}, VP9),
        ({"encoder": "vp9", "quality": "low-bandwidth"}, HALF_VP9),
        ({"encoder": "vp9", "bitrate": 2_000_000}, VP9),
        ({"encoder": "svt-av1"}, AV1),
        ({"codec": "av1", "bitrate": 2_000_000}, AV1),
    ],
    ids=str,
)
async def test_a_codec_that_is_asked_for_is_sent(options, tier):
    async with serve(port=0, settle=False, **options) as display, connect(display.url) as client:
        pixels = color_blocks(WIDTH, HEIGHT)
        display.publish(pixels)
        picture = await client.next_picture()
        for _ in range(3):
            pixels = np.roll(pixels, 16, axis=1)
            version = display.publish(pixels)
            while picture.header.frame != version:
                picture = await client.next_picture()
        assert client.stream is not None
        assert client.stream.info.tier == tier
        errors = np.abs(picture.pixels.astype(int) - pixels[..., :3]).max(axis=2)
        # Halved colour mixes those of blocks along their edges, and a bitrate costs elsewhere too.
        assert np.mean(errors <= 16) > 0.8


async def test_nobody_is_sent_it_who_did_not_ask():
    async with serve(port=0, settle=False) as display, connect(display.url, video=(VP9, AV1)) as client:
        display.publish(color_blocks(WIDTH, HEIGHT))
        picture = await client.next_picture()
        assert picture.header.format is PictureFormat.WEBP


async def test_viewers_that_do_not_decode_it_get_images():
    h264 = (Tier(PictureFormat.H264, Chroma.YUV420),)
    async with serve(port=0, settle=False, encoder="vp9") as display, connect(display.url, video=h264) as client:
        display.publish(color_blocks(WIDTH, HEIGHT))
        picture = await client.next_picture()
        assert picture.header.format is PictureFormat.WEBP


@pytest.mark.parametrize("options", [{"encoder": "vp9"}, {"codec": "av1"}])
def test_what_they_cannot_do_is_refused(options):
    with pytest.raises(ConfigurationError, match="lossless"), serve(port=0, quality="lossless", **options):
        pass


def test_a_codec_that_nothing_here_makes_is_refused_with_the_reason(monkeypatch):
    monkeypatch.setattr("av.codecs_available", {name for name in av.codecs_available if not name.startswith("hevc_")})
    with pytest.raises(ConfigurationError, match="built without hevc_nvenc"), serve(port=0, codec="hevc"):
        pass
