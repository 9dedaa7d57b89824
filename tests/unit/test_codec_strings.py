"""Codec strings from headers that are written here bit by bit; those of real streams are in tests/encoders."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendercanvas_rfb.bitstream import av1, hevc, vp9
from rendercanvas_rfb.bitstream.description import describe, is_keyframe
from rendercanvas_rfb.errors import BitstreamError
from rendercanvas_rfb.protocol.formats import BT709, Chroma, PictureFormat
from tests.unit.bit_writing import BitWriter

VIDEO = [picture_format for picture_format in PictureFormat if picture_format.is_video]

MAIN = hevc.ProfileTierLevel(0, False, 1, 0x60000000, bytes.fromhex("900000000000"), 93)


def hevc_sps(chroma: int = 1, sub_layers: int = 1, sets: int = 0) -> bytes:
    """1280x720, cropped from 1280x728, with every optional part that precedes the colour."""
    writer = BitWriter().bits(4, 0).bits(3, sub_layers - 1).flags(1)
    writer.bits(2, 0).flags(0).bits(5, 1).bits(32, MAIN.compatibility).bits(48, 0x900000000000).bits(8, 93)
    for _ in range(sub_layers - 1):
        writer.flags(1, 1)
    if sub_layers > 1:
        writer.bits(2 * (9 - sub_layers), 0)
    for _ in range(sub_layers - 1):
        writer.bits(88, 0).bits(8, 60)
    writer.unsigned(0, chroma)
    if chroma == 3:
        writer.flags(0)
    writer.unsigned(1280, 728).flags(1).unsigned(0, 0, 0, 8 // (2 if chroma == 1 else 1)).unsigned(0, 0, 4)
    writer.flags(1)
    for layer in range(sub_layers):
        writer.unsigned(1 + layer, layer, 0)
    writer.unsigned(0, 3, 0, 3, 0, 0)
    writer.flags(1, 1)  # scaling lists: the first of each kind in full, the others predicted
    for size in range(4):
        for matrix in range(0, 6, 3 if size == 3 else 1):
            writer.flags(matrix == 0)
            if matrix:
                writer.unsigned(1)
                continue
            if size > 1:
                writer.signed(8)
            writer.signed(*[0] * min(64, 4 ** (size + 2)))
    writer.flags(1, 1, 1).bits(8, 0x77).unsigned(0, 2).flags(1)  # PCM
    writer.unsigned(sets)
    for index in range(sets):
        if index:  # predicted from the one before, which has three pictures at first
            writer.flags(1, 0).unsigned(0).flags(1, 0, 0, 0, 1, 1)
        else:
            writer.unsigned(2, 1).unsigned(0).flags(1).unsigned(1).flags(1).unsigned(0).flags(0)
    writer.flags(1).unsigned(2).bits(9, 5).bits(9, 6)  # long-term pictures, of 8 + 1 bits
    writer.flags(1, 1).flags(1)
    writer.flags(1).bits(8, 255).bits(32, 0x00010001).flags(0)
    writer.flags(1).bits(3, 5).flags(1, 1).bits(8, 1).bits(8, 13).bits(8, 1)
    return writer.flags(1).unsigned(1, 1).unit(b"\x42\x01")


@pytest.mark.parametrize(
    ("chroma", "sub_layers", "sets"), [(1, 1, 0), (1, 3, 2), (3, 1, 1), (3, 7, 2), (2, 1, 1), (0, 2, 2)]
)
def test_reads_past_everything_in_a_hevc_parameter_set(chroma: int, sub_layers: int, sets: int) -> None:
    sps = hevc.parse_sps(hevc_sps(chroma, sub_layers, sets))
    assert (sps.profile, sps.chroma_format_idc, sps.width) == (MAIN, chroma, 1280)
    assert sps.height == (728 - 8)
    assert (sps.max_num_reorder, sps.max_dec_pic_buffering) == (sub_layers - 1, sub_layers + 1)
    assert (sps.vui.primaries, sps.vui.transfer, sps.vui.matrix, sps.vui.full_range) == (1, 13, 1, True)
    assert sps.vui.chroma_location == 1


@pytest.mark.parametrize(
    ("profile", "codec"),
    [
        (MAIN, "hev1.1.6.L93.90"),  # the example of ISO/IEC 14496-15 annex E.3, with B0 there
        (replace(MAIN, high_tier=True, level_idc=153), "hev1.1.6.H153.90"),
        (replace(MAIN, profile_space=1, constraints=bytes(6)), "hev1.A1.6.L93"),
        (
            hevc.ProfileTierLevel(0, False, 4, 0x08000000, bytes.fromhex("9e0800000000"), 120),
            "hev1.4.10.L120.9E.8",
        ),
    ],
)
def test_hevc_codec_strings(profile: hevc.ProfileTierLevel, codec: str) -> None:
    assert hevc.hevc_codec_string(profile) == codec


@pytest.mark.parametrize("chroma", [0, 2])
def test_no_tier_is_made_of_other_hevc(chroma: int) -> None:
    with pytest.raises(BitstreamError, match=f"not {chroma}"):
        hevc.hevc_chroma(hevc.parse_sps(hevc_sps(chroma)))


def test_every_truncation_of_a_hevc_parameter_set_is_refused() -> None:
    unit = hevc_sps(1, 2, 2)
    for length in range(len(unit) - 1):
        with pytest.raises(BitstreamError):
            hevc.parse_sps(unit[:length])


def obu(kind: int, payload: bytes) -> bytes:
    size = bytes([len(payload)]) if len(payload) < 128 else bytes([len(payload) & 127 | 128, len(payload) >> 7])
    return bytes([kind << 3 | 2]) + size + payload


def av1_header(*, timing: bool = False, level: int = 8, profile: int = 0, rgb: bool = False) -> bytes:
    """1280x720, with a decoder model where there is ``timing``."""
    writer = BitWriter().bits(3, profile).flags(0, 0)
    writer.flags(timing)
    if timing:
        writer.bits(32, 1).bits(32, 60).flags(1).unsigned(0)
        writer.flags(1).bits(5, 9).bits(32, 1).bits(5, 9).bits(5, 9)
    writer.flags(timing).bits(5, 0).bits(12, 0).bits(5, level)
    if level > 7:
        writer.flags(1)
    if timing:
        writer.flags(1).bits(10, 1).bits(10, 1).flags(1)
        writer.flags(1).bits(4, 3)
    writer.bits(4, 10).bits(4, 9).bits(11, 1279).bits(10, 719)
    writer.flags(timing)
    if timing:
        writer.bits(4, 0).bits(3, 0)
    writer.bits(3, 0).bits(4, 0).flags(1, 0, 0).flags(0, 1, 0, 1).bits(3, 6).bits(3, 0)
    writer.flags(0)
    if profile != 1:
        writer.flags(0)
    writer.flags(1).bits(8, 1).bits(8, 13).bits(8, 0 if rgb else 1)
    if not rgb:
        writer.flags(1)
        if profile == 0:
            writer.bits(2, 1)
    return obu(2, b"") + obu(1, writer.flags(0, 0).raw()) + obu(6, b"\x10\0")


@pytest.mark.parametrize(
    ("stream", "codec", "chroma"),
    [
        (av1_header(), "av01.0.08H.08.0.111.01.13.01.1", Chroma.YUV420),
        (av1_header(timing=True, level=5), "av01.0.05M.08.0.111.01.13.01.1", Chroma.YUV420),
        (av1_header(profile=1), "av01.1.08H.08.0.000.01.13.01.1", Chroma.YUV444),
        (av1_header(profile=1, rgb=True), "av01.1.08H.08.0.000.01.13.00.1", Chroma.RGB),
    ],
)
def test_av1_codec_strings(stream: bytes, codec: str, chroma: Chroma) -> None:
    header = av1.find_sequence_header(stream)
    assert (av1.av1_codec_string(header), av1.av1_chroma(header)) == (codec, chroma)
    assert (header.width, header.height) == (1280, 720)
    assert av1.is_keyframe(stream)


def test_an_av1_frame_without_sequence_header_is_no_keyframe() -> None:
    assert not av1.is_keyframe(obu(2, b"") + obu(6, b"\x10\0"))
    assert not av1.is_keyframe(obu(2, b"") + obu(1, b"\0") + obu(6, b"\x30\0"))


def vp9_frame(profile: int = 0, color_space: int = 2, subsampling: tuple[int, int] = (0, 0)) -> bytes:
    writer = BitWriter().bits(2, 2).flags(profile & 1, profile >> 1)
    if profile == 3:
        writer.flags(0)
    writer.flags(0, 0, 1, 0).bits(24, 0x498342)
    if profile > 1:
        writer.flags(0)
    writer.bits(3, color_space)
    if color_space != 7:
        writer.flags(1)
    if profile in (1, 3):
        if color_space != 7:
            writer.flags(*subsampling)
        writer.flags(0)
    return writer.bits(16, 1279).bits(16, 719).raw() + bytes(8)


@pytest.mark.parametrize(
    ("frame", "codec", "chroma"),
    [
        (vp9_frame(), "vp09.00.40.08.01.01.13.01.01", Chroma.YUV420),
        (vp9_frame(1), "vp09.01.40.08.03.01.13.01.01", Chroma.YUV444),
        (vp9_frame(1, 7), "vp09.01.40.08.03.01.13.00.01", Chroma.RGB),
        (vp9_frame(2), "vp09.02.40.10.01.01.13.01.01", Chroma.YUV420),
        (vp9_frame(3), "vp09.03.40.10.03.01.13.01.01", Chroma.YUV444),
    ],
)
def test_vp9_codec_strings(frame: bytes, codec: str, chroma: Chroma) -> None:
    header = vp9.parse_keyframe(frame)
    level = vp9.vp9_level(header.width, header.height, 60)
    assert vp9.vp9_codec_string(header, level=level, primaries=1, transfer=13) == codec
    assert vp9.vp9_chroma(header) == chroma
    assert vp9.is_keyframe(frame)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x40",
        vp9_frame()[:8],
        b"\x82\0\0\0" + bytes(12),
        vp9_frame(0, 7),
        b"\x84" + bytes(15),
        b"\xb8" + bytes(15),
    ],
)
def test_what_is_no_vp9_keyframe_is_refused(frame: bytes) -> None:
    with pytest.raises(BitstreamError):
        vp9.parse_keyframe(frame)


@pytest.mark.parametrize(
    ("size", "fps", "level"),
    [
        ((96, 96), 60, 10),
        ((1280, 720), 30, 31),
        ((1280, 720), 60, 40),
        ((3840, 2160), 60, 51),
        ((16384, 16384), 60, 62),
    ],
)
def test_the_level_of_vp9_follows_from_size_and_pace(size: tuple[int, int], fps: float, level: int) -> None:
    assert vp9.vp9_level(*size, fps) == level


def test_a_description_has_all_that_a_decoder_is_told() -> None:
    found = describe(PictureFormat.VP9, vp9_frame(), fps=60, primaries=1, transfer=13)
    assert (found.codec, found.color) == ("vp09.00.40.08.01.01.13.01.01", BT709)
    assert (found.width, found.height, found.chroma, found.max_num_reorder) == (1280, 720, Chroma.YUV420, 0)


def test_images_have_no_description() -> None:
    with pytest.raises(BitstreamError, match="no format of video"):
        describe(PictureFormat.PNG, b"", fps=60, primaries=1, transfer=13)
    with pytest.raises(BitstreamError, match="no format of video"):
        is_keyframe(PictureFormat.PNG, b"")


STARTS = [
    b"",
    b"\0\0\1\x67\x64",
    b"\0\0\1\x42\x01",
    b"\x0a\x10",
    av1_header()[:20],
    vp9_frame()[:6],
    b"\0\0\1\x42\x01\1\1\x60",
]


@pytest.mark.parametrize("picture_format", VIDEO)
@given(st.sampled_from(STARTS), st.binary(max_size=200))
def test_any_bytes_are_described_or_refused(picture_format: PictureFormat, start: bytes, rest: bytes) -> None:
    for read in (is_keyframe, lambda f, d: describe(f, d, fps=60, primaries=1, transfer=13)):
        with contextlib.suppress(BitstreamError):
            read(picture_format, start + rest)


@given(st.binary(min_size=1, max_size=6), st.integers(0, 2**11))
def test_any_bits_of_real_headers_may_be_wrong(noise: bytes, at: int) -> None:
    for picture_format, data in (
        (PictureFormat.HEVC, b"\0\0\1" + hevc_sps(1, 2, 2)),
        (PictureFormat.AV1, av1_header(timing=True)),
        (PictureFormat.VP9, vp9_frame(1)),
    ):
        place = at % len(data)
        with contextlib.suppress(BitstreamError):
            describe(
                picture_format, data[:place] + noise + data[place + len(noise) :], fps=60, primaries=1, transfer=13
            )
