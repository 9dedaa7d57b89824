"""What a display can be asked for, and what it answers to what it cannot do."""

from __future__ import annotations

import re

import pytest

from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import ConfigurationError
from rendercanvas_rfb.options import QUALITIES, DisplayOptions
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from tests.unit.support import H264_420, H264_444, PNG

WEBP, JPEG = Tier(PictureFormat.WEBP), Tier(PictureFormat.JPEG)
H264_RGB = Tier(PictureFormat.H264, Chroma.RGB)


def tiers(**options) -> tuple[Tier, ...]:
    return DisplayOptions(**options).select()[0]


def test_the_default_is_sharp_in_anything_that_the_viewer_decodes() -> None:
    assert DisplayOptions() == DisplayOptions(quality="sharp", encoder="auto", codec="auto", max_fps=None, bitrate=None)
    assert DisplayOptions().settings.crf == 20
    assert tiers() == (H264_RGB, H264_444, H264_420, WEBP, JPEG, PNG)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"quality": "lossless"}, (H264_RGB, WEBP, PNG)),
        ({"quality": "lossless", "codec": "h264"}, (H264_RGB,)),
        ({"quality": "lossless", "encoder": "x264"}, (H264_RGB, WEBP, PNG)),
        ({"quality": "lossless", "codec": "png"}, (PNG,)),
        ({"quality": "balanced"}, (H264_RGB, H264_444, H264_420, WEBP, JPEG, PNG)),
        ({"quality": "low-bandwidth"}, (H264_420, WEBP, JPEG, PNG)),
        ({"codec": "h264"}, (H264_RGB, H264_444, H264_420)),
        ({"codec": "jpeg"}, (JPEG,)),
        ({"encoder": "x264"}, (H264_RGB, H264_444, H264_420, WEBP, JPEG, PNG)),
        ({"encoder": "pillow"}, (WEBP, JPEG, PNG)),
        ({"encoder": "x264", "codec": "h264", "quality": "low-bandwidth"}, (H264_420,)),
    ],
)
def test_what_viewers_can_choose_from(options, expected) -> None:
    assert tiers(**options) == expected
    assert Display("plot", options=DisplayOptions(**options)).pipeline.tiers == expected


def test_each_quality_is_coarser_than_the_one_before() -> None:
    lossless, *lossy = (DisplayOptions(quality=quality).settings for quality in QUALITIES)
    assert lossless.lossless
    assert [settings.crf for settings in lossy] == sorted(settings.crf for settings in lossy)
    assert [settings.image_quality for settings in lossy] == sorted(
        (settings.image_quality for settings in lossy), reverse=True
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"quality": "best"}, "quality must be one of 'lossless', 'sharp', 'balanced', 'low-bandwidth', not 'best'"),
        ({"quality": None}, "quality must be one of .*, not None"),
        ({"codec": "theora"}, "codec must be one of 'auto', 'h264', 'vp9', .*, not 'theora'"),
        ({"codec": ["h264"]}, "codec must be one of"),
        ({"encoder": "nonesuch"}, "there is no encoder 'nonesuch'; there are auto, x264, pillow"),
        ({"encoder": 5}, "encoder must be the name of one, not 5"),
        ({"max_fps": 0}, "max_fps must be a positive finite number or None, not 0"),
        ({"max_fps": float("nan")}, "max_fps must be .*, not nan"),
        ({"max_fps": float("inf")}, "max_fps must be .*, not inf"),
        ({"max_fps": True}, "max_fps must be .*, not True"),
        ({"max_fps": "30"}, "max_fps must be .*, not '30'"),
        ({"bitrate": 0}, "bitrate must be None or at least 10000 bits per second, not 0"),
        ({"bitrate": float("nan")}, "bitrate must be .*, not nan"),
        ({"bitrate": "5M"}, "bitrate must be .*, not '5M'"),
        (
            {"quality": "lossless", "codec": "jpeg"},
            "'jpeg', only with h264 or webp or png",
        ),
        ({"encoder": "pillow", "codec": "h264"}, "'pillow' makes webp, jpeg, png, none of which is asked for"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(options, message) -> None:
    with pytest.raises(ConfigurationError, match=message):
        DisplayOptions(**options)


def test_a_codec_whose_library_is_missing_is_refused_with_what_it_needs(monkeypatch) -> None:
    monkeypatch.setattr("av.codecs_available", set())
    with pytest.raises(ConfigurationError, match=re.escape("needed is PyAV built with libx264 (pip install av)")):
        DisplayOptions(codec="h264")
    assert tiers() == (WEBP, JPEG, PNG)


def test_the_encoders_get_the_settings() -> None:
    options = DisplayOptions(quality="balanced", bitrate=2e6, max_fps=12.5)
    assert (options.settings.crf, options.settings.max_bitrate, options.settings.fps) == (27.0, 2_000_000, 12.5)
