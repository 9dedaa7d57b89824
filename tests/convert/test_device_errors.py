"""A device that fails while its picture is read: no encoder is to blame."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from rendercanvas_rfb import serve
from rendercanvas_rfb.client import connect
from rendercanvas_rfb.encoders.base import EncoderSettings
from rendercanvas_rfb.encoders.builtin import BUILT_IN
from rendercanvas_rfb.encoders.choosing import EncoderChooser
from rendercanvas_rfb.encoders.standings import STANDINGS, Standings
from rendercanvas_rfb.encoders.tier import TierEncoder
from rendercanvas_rfb.errors import DeviceError
from rendercanvas_rfb.frames import Frame, PixelFormat
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.testing import ManualClock
from rendercanvas_rfb.testing.patterns import color_blocks, noise
from tests.convert.fake_cupy import FakeArray
from tests.convert.test_cuda_frames import Tensor, captured
from tests.support import until

SIZE = (160, 120)
TIERS = [
    *(Tier(PictureFormat.H264, chroma) for chroma in (Chroma.RGB, Chroma.YUV444, Chroma.YUV420)),
    Tier(PictureFormat.H264, Chroma.YUV420, 3),
    Tier(PictureFormat.VP9, Chroma.YUV444),
    *(Tier(format) for format in (PictureFormat.WEBP, PictureFormat.JPEG, PictureFormat.PNG)),
]


@pytest.fixture
def break_device(fake_cuda, monkeypatch):
    """Has nothing be read back from now on."""

    def fail(_size):
        raise MemoryError("out of memory")

    return lambda patch=monkeypatch: patch.setattr(fake_cuda.cuda, "alloc_pinned_memory", fail)


@pytest.mark.parametrize("tier", TIERS, ids=str)
def test_no_encoder_fails_for_it_and_the_same_one_goes_on(break_device, tier) -> None:
    standings = Standings()
    streams = itertools.count(1)
    settings = EncoderSettings()
    # VP9 is only chosen where it alone is asked for.
    chooser = EncoderChooser(BUILT_IN, settings, standings=standings).only([tier.full])
    encoder = TierEncoder(tier, chooser, lambda: next(streams), ManualClock())
    host = Frame(color_blocks(*SIZE), PixelFormat.RGBA, 1.0, 1, 1)
    first = encoder.encode(host, keyframe=True, bitrate=None)
    lost = Frame(captured(Tensor(noise(*SIZE))), PixelFormat.RGBA, 1.0, 2, 2)
    break_device()
    at = encoder.at
    for keyframe in (False, True):
        with pytest.raises(DeviceError, match="the CUDA device failed: out of memory"):
            encoder.feed(lost, keyframe=keyframe, bitrate=None)
    later = encoder.encode(replace(host, version=3), keyframe=False, bitrate=None)
    assert (later.header.stream, later.header.frame) == (first.header.stream, 3)
    assert at is not None
    assert encoder.at is not None
    assert encoder.at.encoder == at.encoder
    assert standings.failures() == {}
    encoder.close()


async def test_viewers_keep_their_picture_and_get_the_next_that_can_be_read(break_device, caplog) -> None:
    failures = STANDINGS.failures()
    async with serve(port=0) as display, connect(display.url) as client:
        display.publish(color_blocks(*SIZE))
        first = await client.next_picture()
        with pytest.MonkeyPatch.context() as patch:
            break_device(patch)
            display.publish(FakeArray(noise(*SIZE)))
            await until(lambda: "goes on with the next picture that can be read" in caplog.text, "the log")
        version = display.publish(FakeArray(color_blocks(*SIZE)))
        picture = await client.next_picture()
        assert picture.header.frame == version
        assert picture.header.stream == first.header.stream
    assert STANDINGS.failures() == failures
    assert "crashed" not in caplog.text
