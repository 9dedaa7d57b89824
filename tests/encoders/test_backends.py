"""Encoders of GPUs, which are not at hand: their options against libavcodec's tables, and a codec context that is
recorded. What needs the hardware is in test_hardware.py."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import av
import pytest
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from rendercanvas_rfb.bitstream.h264 import codec_string, find_sequence_parameters, level_for
from rendercanvas_rfb.encoders import later_codecs, libav, libav_codec, nvenc, other_gpus, videotoolbox
from rendercanvas_rfb.encoders.base import MAX_DEPTH, EncoderSettings
from rendercanvas_rfb.encoders.builtin import BUILT_IN
from rendercanvas_rfb.encoders.libav import LibavCodec, LibavEncoder, Target
from rendercanvas_rfb.errors import EncoderBusyError, EncoderError
from rendercanvas_rfb.frames import ColorSpace
from rendercanvas_rfb.protocol.formats import BT709, Chroma, PictureFormat, Tier
from rendercanvas_rfb.testing.conformance import frame_of
from rendercanvas_rfb.testing.patterns import line_plot
from tests.encoders import option_tables
from tests.encoders.test_bitstreams import X264, without_restriction, without_vui

CODECS = [
    nvenc.H264,
    nvenc.HEVC,
    nvenc.AV1,
    videotoolbox.H264,
    videotoolbox.HEVC,
    other_gpus.QSV,
    other_gpus.AMF,
    other_gpus.VAAPI,
    later_codecs.VP9,
    later_codecs.SVT_AV1,
]

IN_THE_WHEELS_FOR_LINUX = {
    "h264_nvenc",
    "hevc_nvenc",
    "av1_nvenc",
    "h264_qsv",
    "h264_amf",
    "libvpx-vp9",
    "libsvtav1",
}

TARGETS = [
    Target(chroma, width, height, crf, bitrate, Fraction(60), depth)
    for chroma in (Chroma.YUV444, Chroma.YUV420)
    for width, height in ((146, 146), (3840, 2160))
    for crf in (0.0, 20.0, 51.0)
    for bitrate in (None, 10_000, 80_000_000)
    for depth in (1, MAX_DEPTH)
]


def named(codec: LibavCodec) -> str:
    return codec.name


@pytest.mark.parametrize("codec", CODECS, ids=named)
def test_libavcodec_takes_every_option_that_a_codec_is_opened_with(codec):
    if codec.name not in av.codecs_available or not option_tables.are_readable():
        assert codec.name not in IN_THE_WHEELS_FOR_LINUX or not option_tables.are_readable()
        pytest.skip(f"PyAV {av.__version__} has no {codec.name} here, or hides its libraries")
    table = option_tables.Table(codec.name)
    assert not table.takes("no-such-option", "1")
    for target in TARGETS:
        if target.chroma in codec.pixel_formats:
            refused = {name: value for name, value in codec.options(target).items() if not table.takes(name, value)}
            assert not refused, target
    table.close()


@pytest.mark.parametrize("codec", CODECS, ids=named)
def test_libavcodec_takes_the_pixel_formats(codec):
    if codec.name not in av.codecs_available:
        pytest.skip(f"PyAV {av.__version__} has no {codec.name}")
    formats = {video_format.name for video_format in av.Codec(codec.name, "w").video_formats or ()}
    if not codec.device:
        assert formats.issuperset(codec.pixel_formats.values())


@pytest.mark.parametrize("codec", CODECS, ids=named)
def test_each_declares_what_it_refuses(codec):
    (backend,) = [one for one in BUILT_IN if one.tiers == codec.tiers and one.needs == codec.needs]
    assert (backend.takes.min_size, backend.takes.max_size) == (codec.min_size, codec.max_size)
    assert backend.hardware == codec.hardware
    able = replace(codec, name="libx264", device="", nodes=())
    (min_width, min_height), (max_width, max_height) = codec.min_size, codec.max_size
    tier = codec.tiers[0]
    for width, height in ((min_width - 1, min_height), (min_width, min_height - 1), (max_width + 1, max_height)):
        with pytest.raises(EncoderError, match=f"not {width}x{height}"):
            LibavEncoder(able, tier.chroma, width, height, EncoderSettings())
    with pytest.raises(EncoderError, match="with loss"):
        LibavEncoder(able, tier.chroma, 640, 360, EncoderSettings(lossless=True))


def test_a_tier_that_a_codec_does_not_have_is_an_error():
    backend = nvenc.BACKENDS[0]
    for tier in (Tier(PictureFormat.PNG), Tier(PictureFormat.AV1, Chroma.YUV420)):
        with pytest.raises(EncoderError, match="does not make"):
            backend.open(tier, 640, 360, EncoderSettings())
    with pytest.raises(EncoderError, match="does not make h264/rgb"):
        LibavEncoder(replace(nvenc.H264, nodes=()), Chroma.RGB, 640, 360, EncoderSettings())


NO_DRIVER = nvenc.H264.missing() is not None


@pytest.mark.parametrize("codec", nvenc.BACKENDS, ids=lambda backend: backend.name)
def test_a_machine_without_a_gpu_says_so(codec, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(libav_codec, "glob", lambda pattern: [])
    assert "/dev/nvidiactl" in (codec.missing() or "")
    monkeypatch.setattr(libav_codec, "glob", lambda pattern: [pattern])
    assert codec.missing() is None


@pytest.mark.skipif(not NO_DRIVER, reason="there is an NVIDIA driver here")
@pytest.mark.skipif("h264_nvenc" not in av.codecs_available, reason="PyAV is built without NVENC")
@pytest.mark.parametrize("codec", [nvenc.H264, nvenc.HEVC, nvenc.AV1], ids=named)
def test_without_a_driver_nvenc_really_refuses_and_says_why(codec):
    encoder = LibavEncoder(replace(codec, nodes=()), Chroma.YUV420, 640, 360, EncoderSettings())
    with pytest.raises(EncoderError, match=f"{codec.name} cannot be opened: there is no NVIDIA driver"):
        encoder.encode(frame_of(line_plot(640, 360)), keyframe=True)
    encoder.close()


class Recorded:
    """A codec context as those of GPUs are, which libx264 makes the access units for.

    Attributes:
        asked: What was set before it was opened.
        bitrates: What was set as bitrate since.
        held: Pictures that it keeps before the first comes out.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.asked: dict[str, object] = {}
        self.bitrates: list[int] = []
        self.flushed = False
        self._waiting: list = []
        codec = av.CodecContext.create("libx264", "w")
        assert isinstance(codec, VideoCodecContext)
        self._codec = codec

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("plan", "asked", "bitrates", "flushed") or name.startswith("_"):
            object.__setattr__(self, name, value)
        elif name == "bit_rate":
            self.bitrates.append(value)
        else:
            self.asked[name] = value

    def open(self) -> None:
        if self.plan.open_error is not None:
            raise self.plan.open_error
        for name, value in {**self.asked, "options": self.plan.options}.items():
            setattr(self._codec, name, value)
        self._codec.open()

    def encode(self, frame):
        if frame is None:
            self.flushed = True
            return []
        if self.plan.encode_error is not None:
            raise self.plan.encode_error
        if self.plan.deaf:
            frame.pict_type = PictureType.NONE
        self._waiting += self._codec.encode(frame)
        if len(self._waiting) <= self.plan.held:
            return []
        packet = self._waiting.pop(0)
        return [RecordedPacket(self.plan.change(bytes(packet)), packet.is_keyframe, packet.pts)]


@dataclass
class RecordedPacket:
    data: bytes
    is_keyframe: bool
    pts: int

    def __bytes__(self) -> bytes:
        return self.data


@dataclass
class Plan:
    """What the contexts do that are opened from now on."""

    options: dict[str, str] = field(default_factory=lambda: dict(X264))
    change: Callable[[bytes], bytes] = bytes
    held: int = 0
    deaf: bool = False
    open_error: Exception | None = None
    encode_error: Exception | None = None
    opened: list[Recorded] = field(default_factory=list)


@pytest.fixture
def plan(monkeypatch) -> Plan:
    plan = Plan()

    def new_context(spec: LibavCodec) -> Recorded:
        plan.opened.append(Recorded(plan))
        return plan.opened[-1]

    monkeypatch.setattr(libav, "_new_context", new_context)
    return plan


def nvenc_encoder(width: int = 640, height: int = 360, chroma: Chroma = Chroma.YUV420, **settings) -> LibavEncoder:
    return LibavEncoder(replace(nvenc.H264, nodes=()), chroma, width, height, EncoderSettings(**settings))


def picture(step: int = 0, width: int = 640, height: int = 360):
    return frame_of(line_plot(width, height, 3.0 * step))


def test_it_is_opened_for_low_delay_with_colours_and_an_endless_gop(plan):
    encoder = nvenc_encoder(641, 359)
    encoder.encode(picture(0, 641, 359), keyframe=False)
    asked = plan.opened[0].asked
    assert (asked["width"], asked["height"], asked["pix_fmt"]) == (642, 360, "yuv420p")
    assert (asked["gop_size"], asked["max_b_frames"]) == (libav.INFINITE_GOP, 0)
    tags = [asked[name] for name in ("color_primaries", "color_trc", "colorspace", "color_range")]
    assert tags == [1, 13, 1, 2]
    options = asked["options"]
    assert (options["delay"], options["zerolatency"], options["rc-lookahead"]) == ("0", "1", "0")
    assert (options["forced-idr"], options["tune"], options["profile"]) == ("1", "ull", "high")
    encoder.close()
    assert plan.opened[0].flushed


@pytest.mark.parametrize("written", [without_restriction, without_vui])
def test_what_it_writes_is_completed(plan, written):
    plan.change = written
    encoder = nvenc_encoder()
    payloads = [encoder.encode(picture(step), keyframe=step == 2).payload for step in range(4)]
    for payload in (payloads[0], payloads[2]):
        sps = find_sequence_parameters(payload)
        assert (sps.vui.max_num_reorder_frames, sps.vui.max_dec_frame_buffering) == (0, sps.num_ref_frames)
        assert (sps.vui.chroma_location, sps.vui.full_range, sps.vui.transfer) == (1, True, 13)
        assert sps.level_idc == level_for(640, 360, 60, 40_000_000)
        assert encoder.info.codec == codec_string(sps)
    assert encoder.info.color == BT709
    encoder.close()


def test_the_colour_space_of_the_frames_is_that_of_the_stream(plan):
    encoder = nvenc_encoder()
    wide = replace(picture(), color=ColorSpace.DISPLAY_P3)
    encoder.encode(wide, keyframe=False)
    assert encoder.info.color.primaries == "smpte432"
    with pytest.raises(EncoderError, match="the stream is in"):
        encoder.encode(picture(1), keyframe=False)


def test_one_bitrate_after_another_opens_no_decoder_anew(plan):
    encoder = nvenc_encoder(max_bitrate=2_000_000)
    infos = []
    for step, rate in enumerate((2_000_000, 2_100_000, 500_000, 30_000_000)):
        encoder.set_max_bitrate(rate)
        encoder.encode(picture(step), keyframe=True)
        infos.append(encoder.info)
    assert len(set(infos)) == 1
    assert len(plan.opened) == 1
    assert plan.opened[0].bitrates == [500_000, 30_000_000], "small changes are not worth the keyframe"
    encoder.set_max_bitrate(None)
    assert encoder.encode(picture(9), keyframe=False).keyframe, "without a limit it is opened anew"
    assert len(plan.opened) == 2
    assert plan.opened[0].flushed
    assert encoder.info == infos[0]
    assert plan.opened[0].asked["options"]["rc"] == "cbr"
    assert plan.opened[1].asked["options"]["rc"] == "vbr"


def test_a_picture_under_a_limit_would_be_better_a_second_time(plan):
    assert not nvenc_encoder().encode(picture(), keyframe=False).improvable
    assert nvenc_encoder(max_bitrate=500_000).encode(picture(), keyframe=False).improvable
    mac = LibavEncoder(
        replace(videotoolbox.H264, name="libx264", pixel_formats={Chroma.YUV420: "yuv420p"}),
        Chroma.YUV420,
        640,
        360,
        EncoderSettings(),
    )
    assert mac.encode(picture(), keyframe=False).improvable


@pytest.mark.parametrize("rate", [0, -1])
def test_a_bitrate_must_be_positive(plan, rate):
    with pytest.raises(EncoderError, match="must be positive"):
        nvenc_encoder().set_max_bitrate(rate)


@pytest.mark.parametrize("number", [errno.ENOMEM, errno.EAGAIN])
def test_a_gpu_without_a_free_session_is_busy(plan, number):
    plan.open_error = av.FFmpegError(number, "no session")
    with pytest.raises(EncoderBusyError, match="all encoding sessions of the GPU are taken"):
        nvenc_encoder().encode(picture(), keyframe=False)
    plan.open_error = None
    assert nvenc_encoder().encode(picture(), keyframe=False).keyframe


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EPERM, "there is no NVIDIA driver"),
        (errno.ENOSYS, "this GPU has no NVENC"),
        (errno.EINVAL, "the driver refuses such pictures"),
        (errno.EIO, "went away"),
    ],
)
def test_an_error_at_opening_is_explained(plan, number, words):
    plan.open_error = av.FFmpegError(number, "it went away")
    with pytest.raises(EncoderError, match=f"h264_nvenc cannot be opened: .*{words}"):
        nvenc_encoder().encode(picture(), keyframe=False)


def test_a_driver_that_dies_mid_stream_is_an_encoder_error(plan):
    encoder = nvenc_encoder()
    encoder.encode(picture(), keyframe=False)
    plan.encode_error = av.FFmpegError(errno.EIO, "the device is lost")
    with pytest.raises(EncoderError, match=r"h264_nvenc failed: .*the device is lost"):
        encoder.encode(picture(1), keyframe=False)
    encoder.close()


def test_one_that_holds_pictures_back_is_refused(plan):
    plan.held = 1
    with pytest.raises(EncoderError, match="made 0 access units of one frame"):
        nvenc_encoder().encode(picture(), keyframe=False)


def test_one_that_does_not_hear_of_keyframes_is_refused(plan):
    plan.deaf = True
    encoder = nvenc_encoder()
    encoder.encode(picture(), keyframe=False)
    with pytest.raises(EncoderError, match="made no keyframe where one was asked for"):
        encoder.encode(picture(1), keyframe=True)


def test_one_without_repeated_parameter_sets_is_refused(plan):
    plan.change = lambda data: data if not data.startswith(b"\0\0\0\1\x67") else data[data.index(b"\0\0\1\x65") :]
    with pytest.raises(EncoderError, match="no sequence parameter set"):
        nvenc_encoder().encode(picture(), keyframe=False)


def test_full_chroma_has_its_profile(plan):
    encoder = nvenc_encoder(chroma=Chroma.YUV444)
    encoder.encode(picture(), keyframe=False)
    assert plan.opened[0].asked["options"]["profile"] == "high444p"
    assert plan.opened[0].asked["pix_fmt"] == "yuv444p"
    assert encoder.info.tier == Tier(PictureFormat.H264, Chroma.YUV444)


def test_a_frame_of_another_size_and_one_after_the_end_are_errors(plan):
    encoder = nvenc_encoder()
    with pytest.raises(EncoderError, match="not 320x240"):
        encoder.encode(picture(0, 320, 240), keyframe=False)
    with pytest.raises(EncoderError, match="not known before"):
        _ = encoder.info
    encoder.close()
    encoder.close()
    with pytest.raises(EncoderError, match="closed"):
        encoder.encode(picture(), keyframe=False)
