"""Rewriting and codec strings on the streams of real encoders, whatever of them this PyAV has."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

from rendercanvas_rfb.bitstream import av1, hevc, vp9
from rendercanvas_rfb.bitstream.annexb import add_emulation_prevention, map_units, remove_emulation_prevention
from rendercanvas_rfb.bitstream.bits import BitReader, BitWriter
from rendercanvas_rfb.bitstream.description import describe, is_keyframe
from rendercanvas_rfb.bitstream.h264 import NalType, find_sequence_parameters, locate_sps, split_nal_units
from rendercanvas_rfb.bitstream.rewriting import ColorDescription, SpsChanges, rewrite_access_unit
from rendercanvas_rfb.protocol.formats import BT709, SRGB_FULL, Chroma, PictureFormat
from rendercanvas_rfb.testing.patterns import line_plot

WIDTH, HEIGHT = 194, 98
"""No whole macroblocks, so that pictures are cropped."""

X264 = {"preset": "ultrafast", "tune": "zerolatency", "forced-idr": "1"}
X265 = {"preset": "ultrafast", "tune": "zerolatency", "forced-idr": "1"}
X265_PARAMS = "repeat-headers=1:keyint=-1:log-level=none:bframes=0:open-gop=0"
VPX = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "g": "9999"}
SVT = {"preset": "12", "svtav1-params": "pred-struct=1:lookahead=0:keyint=-1"}

H264_STREAMS = {
    "baseline": ("libx264", "yuv420p", {**X264, "profile": "baseline"}),
    "main": ("libx264", "yuv420p", {**X264, "profile": "main", "x264-params": "cabac=1"}),
    "high": ("libx264", "yuv420p", {**X264, "x264-params": "8x8dct=1:chromaloc=1"}),
    "three references": ("libx264", "yuv420p", {**X264, "x264-params": "ref=3"}),
    "scaling lists": ("libx264", "yuv420p", {**X264, "x264-params": "cqm=jvt:8x8dct=1"}),
    "rate model": (
        "libx264",
        "yuv420p",
        {**X264, "x264-params": "nal-hrd=cbr:vbv-maxrate=900:vbv-bufsize=900:bitrate=900"},
    ),
    "shape": ("libx264", "yuv420p", {**X264, "x264-params": "sar=4/3:overscan=show:pic-struct=1"}),
    "4:2:2": ("libx264", "yuv422p", X264),
    "4:4:4": ("libx264", "yuv444p", X264),
    "10 bits": ("libx264", "yuv420p10le", X264),
    "rgb": ("libx264rgb", "bgr0", {**X264, "qp": "0"}),
}


def encode(name: str, pixel_format: str, options: dict[str, str], pictures: int = 6, key_at: int = 3) -> list[bytes]:
    if name not in av.codecs_available:
        pytest.skip(f"PyAV is built without {name}")
    codec = av.CodecContext.create(name, "w")
    assert isinstance(codec, VideoCodecContext)
    codec.width, codec.height, codec.pix_fmt = WIDTH, HEIGHT, pixel_format
    codec.framerate, codec.time_base = Fraction(60), Fraction(1, 60)
    is_rgb = pixel_format in ("bgr0", "gbrp")
    codec.color_primaries, codec.color_trc, codec.colorspace, codec.color_range = 1, 13, 0 if is_rgb else 1, 2
    codec.options = options
    access_units = []
    for step in range(pictures):
        rgb = np.ascontiguousarray(line_plot(WIDTH, HEIGHT, 3.0 * step))
        frame = VideoFrame.from_ndarray(rgb, format="rgba").reformat(format=pixel_format, dst_color_range=2)
        frame.pts, frame.time_base = step, Fraction(1, 60)
        frame.pict_type = PictureType.I if step in (0, key_at) else PictureType.NONE
        packets = codec.encode(frame)
        assert len(packets) == 1, f"{name} is not one in, one out"
        access_units.append(bytes(packets[0]))
    return access_units


def decode(name: str, access_units: list[bytes]) -> tuple[list[np.ndarray], VideoCodecContext]:
    """All the pictures, whether they come at once or not."""
    decoder = av.CodecContext.create(name, "r")
    assert isinstance(decoder, VideoCodecContext)
    decoder.thread_count = 1
    frames = [frame for unit in access_units for frame in decoder.decode(av.Packet(unit))]
    frames += decoder.decode(None)
    # PyAV has no arrays of 4:2:2.
    arrays = [frame.to_ndarray(format="rgb24" if "422" in frame.format.name else None) for frame in frames]
    return arrays, decoder


def without_restriction(access_unit: bytes) -> bytes:
    """The parameter sets without bitstream_restriction, as many encoders write them."""

    def strip(unit: bytes) -> bytes:
        if unit[0] & 31 != NalType.SPS:
            return unit
        _, bounds = locate_sps(unit)
        assert bounds.vui is not None
        reader = BitReader(remove_emulation_prevention(unit[1:]))
        writer = BitWriter().bits(*reader.between(0, bounds.vui.restriction[0])).flags(False)
        return unit[:1] + add_emulation_prevention(writer.closed())

    return map_units(access_unit, strip)


def without_vui(access_unit: bytes) -> bytes:
    def strip(unit: bytes) -> bytes:
        if unit[0] & 31 != NalType.SPS:
            return unit
        _, bounds = locate_sps(unit)
        reader = BitReader(remove_emulation_prevention(unit[1:]))
        writer = BitWriter().bits(*reader.between(0, bounds.vui_flag)).flags(False)
        return unit[:1] + add_emulation_prevention(writer.closed())

    return map_units(access_unit, strip)


@pytest.mark.parametrize("kind", H264_STREAMS)
@pytest.mark.parametrize("strip", [without_restriction, without_vui])
def test_rewritten_h264_decodes_to_the_same_pixels(kind, strip):
    name, pixel_format, options = H264_STREAMS[kind]
    as_made = encode(name, pixel_format, options)
    stripped = [strip(unit) for unit in as_made]
    sps = find_sequence_parameters(stripped[0])
    assert sps.vui.max_num_reorder_frames is None
    changes = SpsChanges(
        color=ColorDescription(True, 1, 13, 0 if kind == "rgb" else 1), chroma_location=1, level_idc=51
    )
    rewritten = [rewrite_access_unit(unit, changes) for unit in stripped]
    for index, (before, after) in enumerate(zip(stripped, rewritten, strict=True)):
        assert (after is before) == (index not in (0, 3)), "the parameter sets of keyframes alone are rewritten"
        assert [unit.data for unit in split_nal_units(before) if unit.type != NalType.SPS] == [
            unit.data for unit in split_nal_units(after) if unit.type != NalType.SPS
        ]
    new = find_sequence_parameters(rewritten[0])
    assert (new.vui.max_num_reorder_frames, new.vui.max_dec_frame_buffering) == (0, sps.num_ref_frames)
    assert (new.level_idc, new.vui.chroma_location, new.vui.transfer) == (51, 1, 13)
    # Matrix and range change nothing about the samples of the planes.
    expected, _ = decode("h264", as_made)
    shown, decoder = decode("h264", rewritten)
    assert len(shown) == len(expected) == len(as_made)
    assert all(np.array_equal(one, other) for one, other in zip(shown, expected, strict=True))
    assert (decoder.width, decoder.height) == (WIDTH, HEIGHT)


@pytest.mark.parametrize("kind", H264_STREAMS)
def test_what_libx264_writes_is_rewritten_to_itself_but_for_the_buffering(kind):
    (access_unit, *_) = encode(*H264_STREAMS[kind], pictures=1)
    again = rewrite_access_unit(access_unit, SpsChanges())
    before, after = find_sequence_parameters(access_unit), find_sequence_parameters(again)
    if before.vui.max_dec_frame_buffering == before.num_ref_frames and before.vui.max_num_reorder_frames == 0:
        assert again == access_unit
    assert after.vui.max_dec_frame_buffering == before.num_ref_frames


def test_a_decoder_holds_pictures_back_without_the_restriction_and_not_with_it():
    """libavcodec, told to be strict, stands for the hardware decoders that do so."""
    stripped = [without_restriction(unit) for unit in encode("libx264", "yuv420p", H264_STREAMS["main"][2])]

    def shown_at_once(units):
        decoder = av.CodecContext.create("h264", "r", None)
        decoder.thread_count = 1
        decoder.options = {"strict": "1"}
        return [len(decoder.decode(av.Packet(unit))) for unit in units]

    assert 0 in shown_at_once(stripped)
    assert shown_at_once([rewrite_access_unit(unit, SpsChanges()) for unit in stripped]) == [1] * len(stripped)


STREAMS = [
    ("libx264", "yuv420p", X264, PictureFormat.H264, Chroma.YUV420),
    ("libx264", "yuv444p", X264, PictureFormat.H264, Chroma.YUV444),
    ("libx264rgb", "bgr0", X264, PictureFormat.H264, Chroma.RGB),
    ("libx265", "yuv420p", {**X265, "x265-params": X265_PARAMS}, PictureFormat.HEVC, Chroma.YUV420),
    ("libx265", "yuv444p", {**X265, "x265-params": X265_PARAMS}, PictureFormat.HEVC, Chroma.YUV444),
    ("libx265", "gbrp", {**X265, "x265-params": X265_PARAMS}, PictureFormat.HEVC, Chroma.RGB),
    (
        "libx265",
        "yuv420p10le",
        {**X265, "preset": "slow", "x265-params": X265_PARAMS + ":scaling-list=default:sar=2:ref=4"},
        PictureFormat.HEVC,
        Chroma.YUV420,
    ),
    ("libvpx-vp9", "yuv420p", VPX, PictureFormat.VP9, Chroma.YUV420),
    ("libvpx-vp9", "yuv444p", VPX, PictureFormat.VP9, Chroma.YUV444),
    ("libvpx-vp9", "gbrp", {**VPX, "lossless": "1"}, PictureFormat.VP9, Chroma.RGB),
    ("libsvtav1", "yuv420p", SVT, PictureFormat.AV1, Chroma.YUV420),
    ("libsvtav1", "yuv420p10le", SVT, PictureFormat.AV1, Chroma.YUV420),
]


@pytest.mark.parametrize(("name", "pixel_format", "options", "kind", "chroma"), STREAMS)
def test_streams_of_every_encoder_describe_themselves(name, pixel_format, options, kind, chroma, monkeypatch):
    monkeypatch.setenv("SVT_LOG", "1")
    units = encode(name, pixel_format, options)
    found = describe(kind, units[0], fps=60, primaries=1, transfer=13)
    assert (found.width, found.height, found.chroma) == (WIDTH, HEIGHT, chroma)
    assert found.color == (SRGB_FULL if chroma is Chroma.RGB else BT709)
    assert found.max_num_reorder == 0
    assert [is_keyframe(kind, unit) for unit in units] == [True, False, False, True, False, False]
    if kind is not PictureFormat.AV1 or "libdav1d" in av.codecs_available:
        shown, _ = decode("libdav1d" if kind is PictureFormat.AV1 else kind.value, units)
        assert len(shown) == len(units)


@pytest.mark.parametrize(
    ("pixel_format", "start", "profile"),
    [("yuv420p", "hev1.1.6.L", "Main"), ("yuv444p", "hev1.4.10.L", "Rext"), ("yuv420p10le", "hev1.2.4.L", "Main 10")],
)
def test_hevc_strings_name_the_profile_that_decoders_see(pixel_format, start, profile):
    units = encode("libx265", pixel_format, {**X265, "x265-params": X265_PARAMS})
    sps = hevc.find_sequence_parameters(units[0])
    codec = hevc.hevc_codec_string(sps.profile)
    assert codec.startswith(start)
    assert codec.split(".")[3] == f"L{sps.profile.level_idc}"
    assert decode("hevc", units)[1].profile == profile


def test_vp9_and_av1_strings_name_profile_and_depth(monkeypatch):
    monkeypatch.setenv("SVT_LOG", "1")
    header = vp9.parse_keyframe(encode("libvpx-vp9", "yuv444p", VPX, pictures=1)[0])
    assert vp9.vp9_codec_string(header, level=10, primaries=1, transfer=13) == "vp09.01.10.08.03.01.13.01.01"
    unit = encode("libsvtav1", "yuv420p", SVT, pictures=1)[0]
    assert av1.av1_codec_string(av1.find_sequence_header(unit)).startswith("av01.0.00M.08.0.110.01.13.01.1")
