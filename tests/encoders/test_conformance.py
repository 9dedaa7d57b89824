"""The encoders do what displays rely on; and the shared test notices where one does not."""

from __future__ import annotations

import dataclasses

import pytest

from rendercanvas_rfb.encoders import registry
from rendercanvas_rfb.encoders.base import EncoderSettings
from rendercanvas_rfb.encoders.builtin import BUILT_IN
from rendercanvas_rfb.encoders.libav import LibavCodec, backend_of
from rendercanvas_rfb.encoders.registry import register_encoder
from rendercanvas_rfb.encoders.x264 import X264Encoder
from rendercanvas_rfb.errors import EncoderError, ProtocolError
from rendercanvas_rfb.options import QUALITIES
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.testing.conformance import EncoderConformance
from rendercanvas_rfb.testing.delay import measure_delay


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

LIKE_A_GPU = LibavCodec(
    name="libx264",
    format=PictureFormat.H264,
    pixel_formats={Chroma.YUV444: "yuv444p", Chroma.YUV420: "nv12"},
    options=lambda target: {"preset": "ultrafast", "tune": "zerolatency", "forced-idr": "1", "crf": f"{target.crf:g}"},
    min_size=(146, 114),
    hardware=False,
)
"""What encoders in hardware share, with libx264 in the place of the driver."""


class TestWhatEncodersInHardwareShare(EncoderConformance):
    encoder = "like-a-gpu"

    @pytest.fixture(autouse=True)
    def as_built_in(self, monkeypatch):
        backends = (*BUILT_IN, backend_of("like-a-gpu", LIKE_A_GPU))
        monkeypatch.setattr("rendercanvas_rfb.encoders.registry.BUILT_IN", backends)


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


class HeldBack(Wrong):
    """A picture late, without a break: what a codec with a queue does."""

    def __init__(self, *args):
        super().__init__(*args)
        self.last = None

    def encode(self, frame, *, keyframe):
        if (frame.width, frame.height) != self._size:
            raise EncoderError("another size")
        last, self.last = self.last or frame, frame
        return super().encode(last, keyframe=keyframe)


class HeadersOnce(Wrong):
    def __init__(self, *args):
        super().__init__(*args)
        self.began = False

    def encode(self, frame, *, keyframe):
        picture = super().encode(frame, keyframe=keyframe)
        if self.began and picture.keyframe:
            picture = dataclasses.replace(picture, payload=picture.payload[picture.payload.index(b"\0\0\1\x65") :])
        self.began = True
        return picture


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
@pytest.mark.parametrize("wrong", [NeverAKeyframe, OneLate, HeldBack, HeadersOnce, Hoarder, Untyped, Scribbler])
def test_one_that_does_not_fails(wrong):
    register_encoder("mine", wrong, tiers=[H264])
    with pytest.raises((AssertionError, ValueError, ProtocolError)):
        EncoderConformance.check("mine")


@pytest.mark.parametrize(("broken", "delay"), [(Wrong, 0), (HeldBack, 1)])
def test_the_delay_is_counted_in_frames(broken, delay):
    encoder = broken(H264, 128, 96, EncoderSettings())
    assert measure_delay(encoder, 128, 96) == delay
    encoder.close()


@pytest.mark.parametrize("frames", [1, 11])
def test_greys_of_too_many_frames_could_not_be_told_apart(frames):
    with pytest.raises(ValueError, match=f"not {frames}"):
        measure_delay(Wrong(H264, 128, 96, EncoderSettings()), 128, 96, frames)
