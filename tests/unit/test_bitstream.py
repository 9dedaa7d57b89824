from __future__ import annotations

import contextlib
import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendercanvas_rfb.bitstream.annexb import remove_emulation_prevention
from rendercanvas_rfb.bitstream.h264 import (
    NalType,
    codec_string,
    find_sequence_parameters,
    is_keyframe,
    parse_sps,
    split_nal_units,
    sps_chroma,
)
from rendercanvas_rfb.bitstream.vui import VideoUsability, color_tags
from rendercanvas_rfb.errors import BitstreamError
from rendercanvas_rfb.protocol.formats import BT709, Chroma
from tests.unit.bit_writing import BitWriter, protect


def high_sps(chroma_format: int, columns: int, rows: int, crop: tuple[int, int, int, int] | None) -> BitWriter:
    """An SPS up to, and without, vui_parameters_present_flag."""
    writer = BitWriter().bits(8, 244 if chroma_format == 3 else 100).bits(8, 0).bits(8, 31).unsigned(0, chroma_format)
    if chroma_format == 3:
        writer.flags(0)
    writer.unsigned(0, 0).flags(0, 0).unsigned(0, 2, 1).flags(0).unsigned(columns - 1, rows - 1).flags(1, 1)
    if crop is None:
        return writer.flags(0)
    return writer.flags(1).unsigned(*crop)


def test_splits_at_start_codes_of_three_and_four_bytes() -> None:
    units = split_nal_units(b"\0\0\0\1\x67\xaa\0\0\1\x68\xbb\0\0\0\1\x65\xcc\xdd\0\0")
    assert [(unit.type, unit.ref_idc, unit.data) for unit in units] == [
        (NalType.SPS, 3, b"\x67\xaa"),
        (NalType.PPS, 3, b"\x68\xbb"),
        (NalType.IDR_SLICE, 3, b"\x65\xcc\xdd"),
    ]


@pytest.mark.parametrize("stream", [b"", b"\0\0", b"\x67\x64", b"x\0\0\1\x67", b"\0\0\1", b"\0\0\1\0\0\1\x67"])
def test_refuses_what_is_no_byte_stream(stream: bytes) -> None:
    with pytest.raises(BitstreamError):
        split_nal_units(stream)


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=6), st.booleans())
def test_splitting_undoes_joining(payloads: list[bytes], long: bool) -> None:
    units = [bytes([0x65]) + protect(payload) + b"\x80" for payload in payloads]
    stream = b"".join((b"\0\0\0\1" if long else b"\0\0\1") + unit for unit in units)
    assert [unit.data for unit in split_nal_units(stream)] == units


@given(st.binary(max_size=200))
def test_emulation_prevention_is_removed(data: bytes) -> None:
    assert remove_emulation_prevention(protect(data)) == data


def test_keyframes_are_access_units_with_an_idr_slice() -> None:
    assert is_keyframe(b"\0\0\1\x67\xaa\0\0\1\x65\x88")
    assert not is_keyframe(b"\0\0\1\x41\x9a")


@pytest.mark.parametrize(
    ("chroma_format", "crop", "size", "cropped"),
    [
        (1, None, (1280, 720), (0, 0, 0, 0)),
        (1, (0, 1, 0, 4), (1278, 712), (0, 0, 2, 8)),
        (1, (1, 1, 2, 3), (1276, 710), (2, 4, 2, 6)),
        (2, (0, 1, 0, 4), (1278, 716), (0, 0, 2, 4)),
        (3, (0, 1, 0, 1), (1279, 719), (0, 0, 1, 1)),
    ],
)
def test_cropping_counts_in_chroma_samples(
    chroma_format: int,
    crop: tuple[int, int, int, int] | None,
    size: tuple[int, int],
    cropped: tuple[int, int, int, int],
) -> None:
    sps = parse_sps(high_sps(chroma_format, 80, 45, crop).flags(0).unit())
    assert (sps.width, sps.height) == size
    assert (sps.crop_left, sps.crop_top, sps.crop_right, sps.crop_bottom) == cropped
    assert sps.vui == VideoUsability()


def test_reads_past_everything_that_precedes_the_restriction() -> None:
    writer = high_sps(1, 80, 45, None).flags(1)
    writer.flags(1).bits(8, 255).bits(32, 0x00010001)  # extended sample aspect ratio
    writer.flags(1, 0)  # overscan
    writer.flags(1).bits(3, 5).flags(1, 1).bits(8, 9).bits(8, 16).bits(8, 9)
    writer.flags(1).unsigned(2, 2)
    writer.flags(1).bits(32, 1).bits(32, 120).flags(1)  # timing
    for _ in range(2):  # NAL and VCL HRD, two buffers each
        writer.flags(1).unsigned(1).bits(8, 0).unsigned(7, 8).flags(0).unsigned(1000, 1).flags(1).bits(20, 0)
    writer.flags(0, 1)
    writer.flags(1, 1).unsigned(0, 0, 11, 11, 2, 4)
    assert parse_sps(writer.unit()).vui == VideoUsability(
        full_range=True,
        primaries=9,
        transfer=16,
        matrix=9,
        chroma_location=2,
        max_num_reorder_frames=2,
        max_dec_frame_buffering=4,
    )


def test_reads_past_scaling_lists_and_cyclic_picture_order() -> None:
    writer = BitWriter().bits(8, 100).bits(8, 0).bits(8, 40).unsigned(3, 1, 0, 0).flags(0)
    writer.flags(1)  # scaling matrices: one that ends early, one in full, the others absent
    writer.flags(1).signed(-8).flags(0, 0, 0, 0, 0).flags(1).signed(*[1] * 64).flags(0)
    writer.unsigned(4, 1).flags(1).signed(-3, 5).unsigned(3).signed(1, -2, 3)
    writer.unsigned(4).flags(1).unsigned(119, 33).flags(0, 1, 1).flags(1).unsigned(0, 0, 0, 2).flags(0)
    sps = parse_sps(writer.unit())
    assert (sps.width, sps.height, sps.num_ref_frames) == (1920, 1080, 4)


def test_baseline_has_no_chroma_format() -> None:
    writer = BitWriter().bits(8, 66).bits(8, 0xC0).bits(8, 30).unsigned(0, 0, 2, 1).flags(0).unsigned(39, 29)
    sps = parse_sps(writer.flags(1, 1, 0, 0).unit())
    assert (sps.width, sps.height, sps.chroma_format_idc) == (640, 480, 1)
    assert codec_string(sps) == "avc1.42C01E"


def test_constraint_flags_and_level_are_in_the_codec_string() -> None:
    sps = parse_sps(high_sps(3, 80, 45, None).flags(0).unit())
    assert codec_string(sps) == "avc1.F4001F"
    assert sps_chroma(sps) is Chroma.YUV444


def test_full_chroma_with_the_rgb_matrix_is_rgb() -> None:
    sps = parse_sps(high_sps(3, 80, 45, None).flags(0).unit())
    assert sps_chroma(dataclasses.replace(sps, vui=VideoUsability(matrix=0))) is Chroma.RGB
    assert sps_chroma(dataclasses.replace(sps, vui=VideoUsability(matrix=1))) is Chroma.YUV444


@pytest.mark.parametrize("chroma_format", [0, 2])
def test_no_tier_is_monochrome_or_422(chroma_format: int) -> None:
    with pytest.raises(BitstreamError, match=f"not {chroma_format}"):
        sps_chroma(parse_sps(high_sps(chroma_format, 80, 45, None).flags(0).unit()))


def test_colour_tags_have_the_names_of_webcodecs() -> None:
    vui = VideoUsability(full_range=True, primaries=1, transfer=13, matrix=1)
    assert color_tags(vui) == BT709
    for incomplete in (VideoUsability(), dataclasses.replace(vui, transfer=2), dataclasses.replace(vui, matrix=None)):
        with pytest.raises(BitstreamError, match="no names"):
            color_tags(incomplete)


@pytest.mark.parametrize(
    "unit",
    [
        b"",
        b"\x68\x64",
        high_sps(1, 2000, 2, None).flags(0).unit(),  # wider than any level allows
        high_sps(1, 1, 1, (0, 8, 0, 0)).flags(0).unit(),  # cropped to nothing
        b"\x67\x64\x00\x1f" + bytes(16).replace(b"\0", b"\x04") + b"\0\0\0\0\0\0",
    ],
)
def test_refuses_values_out_of_range(unit: bytes) -> None:
    with pytest.raises(BitstreamError):
        parse_sps(unit)


@given(st.integers(0, 1), st.integers(1, 1055), st.integers(1, 1055), st.integers(0, 7), st.integers(0, 7))
def test_any_size_is_read_back(kind: int, columns: int, rows: int, right: int, bottom: int) -> None:
    chroma_format, unit = ((1, 2), (3, 1))[kind]
    sps = parse_sps(high_sps(chroma_format, columns, rows, (0, right, 0, bottom)).flags(0).unit())
    assert (sps.width, sps.height) == (16 * columns - unit * right, 16 * rows - unit * bottom)


@given(st.binary(max_size=120))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (split_nal_units, find_sequence_parameters, lambda d: parse_sps(b"\x67\x64" + d), is_keyframe):
        with contextlib.suppress(BitstreamError):
            read(data)


def test_every_truncation_is_refused() -> None:
    writer = high_sps(1, 80, 45, (0, 0, 0, 4)).flags(1, 0, 0).flags(1).bits(3, 5).flags(0, 1)
    unit = writer.bits(8, 1).bits(8, 13).bits(8, 1).flags(0, 0, 0, 0, 0, 1, 1).unsigned(0, 0, 11, 11, 0, 1).unit()
    assert parse_sps(unit).vui.max_dec_frame_buffering == 1
    for length in range(len(unit) - 1):
        with pytest.raises(BitstreamError):
            parse_sps(unit[:length])


def test_a_stream_without_parameters_is_refused() -> None:
    with pytest.raises(BitstreamError, match="no sequence parameter set"):
        find_sequence_parameters(b"\0\0\1\x41\x9a")
