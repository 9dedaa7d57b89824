"""The encoders do what displays rely on; and the shared test notices where one does not."""

from __future__ import annotations

import pytest

from rendercanvas_rfb.encoders import registry
from rendercanvas_rfb.encoders.base import EncoderSettings
from rendercanvas_rfb.encoders.registry import register_encoder
from rendercanvas_rfb.encoders.x264 import X264Encoder
from rendercanvas_rfb.errors import EncoderError
from rendercanvas_rfb.options import QUALITIES
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.testing.conformance import EncoderConformance


class TestX264(EncoderConformance):
    encoder = "x264"


class TestX264WithLowBandwidth(EncoderConformance):
    encoder = "x264"
    settings = EncoderSettings(crf=33.0, max_bitrate=500_000, fps=10.0)


class TestVp9(EncoderConformance):
    encoder = "vp9"


class TestVp9WithLowBandwidth(EncoderConformance):
    encoder = "vp9"
    settings = EncoderSettings(crf=33.0, max_bitrate=500_000, fps=10.0)
    least_psnr_db = 22.0


class TestSvtAv1(EncoderConformance):
    encoder = "svt-av1"


class TestSvtAv1WithLowBandwidth(EncoderConformance):
    encoder = "svt-av1"
    settings = EncoderSettings(crf=33.0, max_bitrate=500_000, fps=10.0)
    least_psnr_db = 22.0


class TestPillow(EncoderConformance):
    encoder = "pillow"


class TestPillowWithLowBandwidth(EncoderConformance):
    encoder = "pillow"
    settings = QUALITIES["low-bandwidth"].settings
    least_psnr_db = 22.0


class TestPillowLossless(EncoderConformance):
    encoder = "pillow"
    settings = QUALITIES["lossless"].settings

    def tiers(self):
        return [tier for tier in super().tiers() if tier.format is not PictureFormat.JPEG]


H264 = Tier(PictureFormat.H264, Chroma.YUV420)


class Wrong(X264Encoder):
    """A working encoder, to be broken."""

    def __init__(self, tier, width, height, settings):
        super().__init__(tier.chroma, width, height)


class NeverAKeyframe(Wrong):
    def encode(self, frame, *, keyframe):
        return super().encode(frame, keyframe=False)


class OneLate(Wrong):
    def __init__(self, *args):
        super().__init__(*args)
        self.made = []

    def encode(self, frame, *, keyframe):
        self.made.append(super().encode(frame, keyframe=keyframe))
        return self.made[-2:][0]


class Hoarder(Wrong):
    def __init__(self, *args):
        super().__init__(*args)
        self.kept = []

    def encode(self, frame, *, keyframe):
        self.kept.append(frame)
        return super().encode(frame, keyframe=keyframe)


class Untyped(Wrong):
    def encode(self, frame, *, keyframe):
        try:
            return super().encode(frame, keyframe=keyframe)
        except EncoderError as error:
            raise ValueError(str(error)) from error


class Scribbler(Wrong):
    def encode(self, frame, *, keyframe):
        frame.pixels[0] = 0
        return super().encode(frame, keyframe=keyframe)


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setattr(registry, "_registered", {})


@pytest.mark.usefixtures("registered")
def test_a_third_party_encoder_that_works_passes():
    register_encoder("mine", Wrong, tiers=[H264])
    EncoderConformance.check("mine")


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("wrong", [NeverAKeyframe, OneLate, Hoarder, Untyped, Scribbler])
def test_one_that_does_not_fails(wrong):
    register_encoder("mine", wrong, tiers=[H264])
    with pytest.raises((AssertionError, ValueError)):
        EncoderConformance.check("mine")
