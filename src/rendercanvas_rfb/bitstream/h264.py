"""Reads the parts of an H.264 Annex B byte stream that decide how a browser decodes it.

Section, table and annex numbers refer to ITU-T H.264 (08/2021). Nothing here decodes pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from ..errors import BitstreamError
from ..protocol.formats import Chroma
from .annexb import remove_emulation_prevention, split_units
from .bits import BitReader
from .vui import VideoUsability, VuiBounds, chroma_of, parse_vui

__all__ = [
    "NalType",
    "NalUnit",
    "SequenceParameters",
    "SpsBounds",
    "codec_string",
    "find_sequence_parameters",
    "is_keyframe",
    "level_for",
    "locate_sps",
    "parse_sps",
    "split_nal_units",
    "sps_chroma",
]


class NalType(IntEnum):
    """nal_unit_type, table 7-1; only those that occur in the streams of this package."""

    SLICE = 1
    IDR_SLICE = 5
    SEI = 6
    SPS = 7
    PPS = 8
    ACCESS_UNIT_DELIMITER = 9
    END_OF_SEQUENCE = 10
    END_OF_STREAM = 11
    FILLER = 12


@dataclass(frozen=True, slots=True)
class NalUnit:
    """One NAL unit.

    Attributes:
        type: nal_unit_type, 0 to 31; compare with `NalType`.
        ref_idc: nal_ref_idc, 0 to 3; 0 where no other picture refers to it.
        data: The unit with its header byte, without its start code, emulation prevention bytes still in.
    """

    type: int
    ref_idc: int
    data: bytes


@dataclass(frozen=True, slots=True)
class SequenceParameters:
    """A sequence parameter set (7.3.2.1.1).

    Attributes:
        profile_idc, constraint_flags, level_idc: The bytes that name profile and level; 31 is level 3.1.
        chroma_format_idc: 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4.
        bit_depth_luma, bit_depth_chroma: Bits per sample.
        width, height: Size of the picture after cropping, in luma samples.
        crop_left, crop_top, crop_right, crop_bottom: What is cropped from the whole macroblocks, in luma samples.
        num_ref_frames: max_num_ref_frames.
        vui: Video usability information; all None where there is none.
    """

    profile_idc: int
    constraint_flags: int
    level_idc: int
    chroma_format_idc: int
    bit_depth_luma: int
    bit_depth_chroma: int
    width: int
    height: int
    crop_left: int
    crop_top: int
    crop_right: int
    crop_bottom: int
    num_ref_frames: int
    vui: VideoUsability


def split_nal_units(stream: bytes) -> tuple[NalUnit, ...]:
    """Split an Annex B byte stream at its start codes (B.1.1).

    Raises:
        BitstreamError: The stream does not begin with a start code, or a unit is empty.
    """
    return tuple(NalUnit(type=unit[0] & 0x1F, ref_idc=unit[0] >> 5 & 3, data=unit) for unit in split_units(stream))


def is_keyframe(access_unit: bytes) -> bool:
    """Whether an access unit carries an IDR picture, so that decoding can begin with it.

    Raises:
        BitstreamError: As in `split_nal_units`.
    """
    return any(unit.type == NalType.IDR_SLICE for unit in split_nal_units(access_unit))


def find_sequence_parameters(stream: bytes) -> SequenceParameters:
    """Parse the first sequence parameter set in an Annex B stream.

    Raises:
        BitstreamError: There is none, or it is malformed.
    """
    for unit in split_nal_units(stream):
        if unit.type == NalType.SPS:
            return parse_sps(unit.data)
    raise BitstreamError("the stream has no sequence parameter set")


def codec_string(sps: SequenceParameters) -> str:
    """The WebCodecs codec string ``avc1.PPCCLL``: profile, constraint flags, level (RFC 6381 section 3.3)."""
    return f"avc1.{sps.profile_idc:02X}{sps.constraint_flags:02X}{sps.level_idc:02X}"


_LEVELS = (
    (31, 108_000, 3_600, 14_000),
    (32, 216_000, 5_120, 20_000),
    (40, 245_760, 8_192, 20_000),
    (41, 245_760, 8_192, 50_000),
    (42, 522_240, 8_704, 50_000),
    (50, 589_824, 22_080, 135_000),
    (51, 983_040, 36_864, 240_000),
    (52, 2_073_600, 36_864, 240_000),
    (60, 4_177_920, 139_264, 240_000),
    (61, 8_355_840, 139_264, 480_000),
    (62, 16_711_680, 139_264, 800_000),
)
"""level_idc, MaxMBPS, MaxFS and MaxBR of table A-1. Lower ones save no decoder anything."""

_HIGH_RATE_FACTOR = 1.25
"""cpbBrVclFactor of High profile over that of Main (table A-2)."""


def level_for(width: int, height: int, fps: float, bits_per_second: float) -> int:
    """level_idc of the lowest level, from 3.1 on, that has such a stream; the highest where none has."""
    macroblocks = -(-width // 16) * -(-height // 16)
    for level, rate, size, kilobits in _LEVELS:
        fits = macroblocks <= size and macroblocks * fps <= rate
        if fits and bits_per_second <= 1000 * _HIGH_RATE_FACTOR * kilobits:
            return level
    return _LEVELS[-1][0]


def sps_chroma(sps: SequenceParameters) -> Chroma:
    """How colour is coded. `BitstreamError` for monochrome and 4:2:2, which no tier is made of."""
    return chroma_of(sps.chroma_format_idc, sps.vui)


_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
"""profile_idc values whose parameter set says chroma format and bit depths (7.3.2.1.1)."""

_MAX_MACROBLOCKS_PER_SIDE = 1055
"""sqrt(8 * MaxFS) of level 6.2, the largest one (A.3.1)."""


@dataclass(frozen=True, slots=True)
class SpsBounds:
    """Where the parts of a parameter set lie, bits from the byte after the header of the unit.

    Attributes:
        vui_flag: Position of vui_parameters_present_flag.
        vui: The bounds in the information that follows it, where there is any.
    """

    vui_flag: int
    vui: VuiBounds | None


def parse_sps(unit: bytes) -> SequenceParameters:
    """Parse a sequence parameter set NAL unit, header byte included, start code not (7.3.2.1.1).

    Raises:
        BitstreamError: It is no such unit, ends too early, or has a value out of range.
    """
    return locate_sps(unit)[0]


def locate_sps(unit: bytes) -> tuple[SequenceParameters, SpsBounds]:
    """As `parse_sps`, and where the parts are that can be rewritten."""
    if not unit or unit[0] & 0x9F != NalType.SPS:
        raise BitstreamError(f"a sequence parameter set begins with byte 0x67, not {unit[:1].hex() or 'nothing'}")
    reader = BitReader(remove_emulation_prevention(unit[1:]))
    profile_idc, constraint_flags, level_idc = reader.bits(8), reader.bits(8), reader.bits(8)
    reader.limited("seq_parameter_set_id", 31)
    chroma_format_idc, bit_depth_luma, bit_depth_chroma = 1, 8, 8
    separate_planes = False
    if profile_idc in _HIGH_PROFILES:
        chroma_format_idc = reader.limited("chroma_format_idc", 3)
        separate_planes = chroma_format_idc == 3 and reader.flag()
        bit_depth_luma = 8 + reader.limited("bit_depth_luma_minus8", 6)
        bit_depth_chroma = 8 + reader.limited("bit_depth_chroma_minus8", 6)
        reader.flag()  # qpprime_y_zero_transform_bypass_flag
        _skip_scaling_matrices(reader, 12 if chroma_format_idc == 3 else 8)
    _skip_picture_order(reader)
    num_ref_frames = reader.limited("max_num_ref_frames", 16)
    reader.flag()  # gaps_in_frame_num_value_allowed_flag
    columns = 1 + reader.limited("pic_width_in_mbs_minus1", _MAX_MACROBLOCKS_PER_SIDE - 1)
    rows = 1 + reader.limited("pic_height_in_map_units_minus1", _MAX_MACROBLOCKS_PER_SIDE - 1)
    fields = 1 if reader.flag() else 2
    if fields == 2:
        reader.flag()  # mb_adaptive_frame_field_flag
    reader.flag()  # direct_8x8_inference_flag
    # Table 6-1, and equations 7-19 to 7-22: a crop unit is one chroma sample, of a field where there are two.
    crop_x = 2 if chroma_format_idc in (1, 2) and not separate_planes else 1
    crop_y = fields * (2 if chroma_format_idc == 1 and not separate_planes else 1)
    left, right, top, bottom = (reader.unsigned() for _ in range(4)) if reader.flag() else (0, 0, 0, 0)
    width = 16 * columns - crop_x * (left + right)
    height = 16 * rows * fields - crop_y * (top + bottom)
    if width < 1 or height < 1:
        raise BitstreamError(f"the cropping leaves nothing of {16 * columns}x{16 * rows * fields} samples")
    vui_flag = reader.position
    vui, vui_bounds = parse_vui(reader) if reader.flag() else (VideoUsability(), None)
    sps = SequenceParameters(
        profile_idc=profile_idc,
        constraint_flags=constraint_flags,
        level_idc=level_idc,
        chroma_format_idc=chroma_format_idc,
        bit_depth_luma=bit_depth_luma,
        bit_depth_chroma=bit_depth_chroma,
        width=width,
        height=height,
        crop_left=crop_x * left,
        crop_top=crop_y * top,
        crop_right=crop_x * right,
        crop_bottom=crop_y * bottom,
        num_ref_frames=num_ref_frames,
        vui=vui,
    )
    return sps, SpsBounds(vui_flag, vui_bounds)


def _skip_scaling_matrices(reader: BitReader, count: int) -> None:
    if not reader.flag():  # seq_scaling_matrix_present_flag
        return
    for index in range(count):
        if reader.flag():
            _skip_scaling_list(reader, 16 if index < 6 else 64)


def _skip_scaling_list(reader: BitReader, size: int) -> None:
    """7.3.2.1.1.1: the list ends early once a scale becomes zero."""
    last = following = 8
    for _ in range(size):
        if following != 0:
            following = (last + reader.signed()) % 256
        last = following or last


def _skip_picture_order(reader: BitReader) -> None:
    reader.limited("log2_max_frame_num_minus4", 12)
    order_type = reader.limited("pic_order_cnt_type", 2)
    if order_type == 0:
        reader.limited("log2_max_pic_order_cnt_lsb_minus4", 12)
    elif order_type == 1:
        reader.flag()  # delta_pic_order_always_zero_flag
        reader.signed()  # offset_for_non_ref_pic
        reader.signed()  # offset_for_top_to_bottom_field
        for _ in range(reader.limited("num_ref_frames_in_pic_order_cnt_cycle", 255)):
            reader.signed()
