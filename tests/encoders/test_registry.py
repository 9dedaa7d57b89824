from __future__ import annotations

import pytest

from rendercanvas_rfb.encoders.registry import available_tiers, open_encoder
from rendercanvas_rfb.errors import EncoderError
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.testing.patterns import color_blocks
from tests.encoders.decoding import frame_of

ALL = (
    Tier(PictureFormat.H264, Chroma.YUV444),
    Tier(PictureFormat.H264, Chroma.YUV420),
    Tier(PictureFormat.WEBP),
    Tier(PictureFormat.JPEG),
    Tier(PictureFormat.PNG),
)


def test_tiers_are_listed_best_first() -> None:
    assert available_tiers() == ALL


@pytest.mark.parametrize("tier", ALL, ids=str)
@pytest.mark.parametrize("size", [(1, 1), (640, 360)])
def test_every_tier_makes_what_it_says(tier, size) -> None:
    encoder = open_encoder(tier, *size)
    result = encoder.encode(frame_of(color_blocks(*size)), keyframe=False)
    assert result.keyframe
    assert result.payload
    assert encoder.info.tier == tier
    encoder.close()


@pytest.mark.parametrize("tier", [Tier(PictureFormat.H264), Tier(PictureFormat.JPEG, Chroma.YUV444)], ids=str)
def test_a_tier_that_nothing_makes(tier) -> None:
    with pytest.raises(EncoderError, match=f"no encoder makes {tier}"):
        open_encoder(tier, 640, 360)


def test_what_a_missing_tier_needs_is_named(monkeypatch) -> None:
    monkeypatch.setattr("av.codecs_available", set())
    monkeypatch.setattr("PIL.features.check", lambda name: name != "webp")
    assert available_tiers() == (Tier(PictureFormat.JPEG), Tier(PictureFormat.PNG))
    with pytest.raises(EncoderError, match=r"h264/444 needs PyAV built with libx264 \(pip install av\)"):
        open_encoder(ALL[0], 640, 360)
    with pytest.raises(EncoderError, match="webp needs Pillow built with webp"):
        open_encoder(ALL[2], 640, 360)


def test_a_size_that_the_tier_cannot_have_is_typed() -> None:
    with pytest.raises(EncoderError, match="16384x16384"):
        open_encoder(ALL[0], 16384, 16384)
