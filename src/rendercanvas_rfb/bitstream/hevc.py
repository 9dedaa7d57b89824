"""Reads the parts of an HEVC Annex B byte stream that decide how a browser decodes it.

Clause and table numbers refer to ITU-T H.265 (08/2021). Nothing here is ever rewritten: unlike H.264, the standard has
encoders say how many pictures come out of order.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from ..errors import BitstreamError
from ..protocol.formats import Chroma
from .annexb import remove_emulation_prevention, split_units
from .bits import BitReader
from .vui import VideoUsability, chroma_of, parse_color

__all__ = [
    "HevcNalType",
    "HevcSequenceParameters",
    "ProfileTierLevel",
    "find_sequence_parameters",
    "hevc_chroma",
    "hevc_codec_string",
    "is_keyframe",
    "parse_sps",
    "unit_type",
]


class HevcNalType(IntEnum):
    """nal_unit_type, table 7-1; only those that occur in the streams of this package."""

    TRAIL_R = 1
    IDR_W_RADL = 19
    IDR_N_LP = 20
    VPS = 32
    SPS = 33
    PPS = 34


@dataclass(frozen=True, slots=True)
class ProfileTierLevel:
    """What a decoder must be able to do (7.3.3), as the codec string says it.

    Attributes:
        profile_space: 0 to 3.
        high_tier: general_tier_flag.
        profile_idc: 0 to 31; 1 is Main, 4 the range extensions, with 4:4:4.
        compatibility: general_profile_compatibility_flags, 32 bits, that of profile 0 first.
        constraints: The six bytes from general_progressive_source_flag to before general_level_idc.
        level_idc: Thirty times the level.
    """

    profile_space: int
    high_tier: bool
    profile_idc: int
    compatibility: int
    constraints: bytes
    level_idc: int


@dataclass(frozen=True, slots=True)
class HevcSequenceParameters:
    """A sequence parameter set (7.3.2.2).

    Attributes:
        profile: Profile, tier and level.
        chroma_format_idc: 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4.
        bit_depth_luma, bit_depth_chroma: Bits per sample.
        width, height: Size of the picture after cropping, in luma samples.
        max_num_reorder: sps_max_num_reorder_pics of the highest sub-layer: pictures that a decoder may hold back.
        max_dec_pic_buffering: sps_max_dec_pic_buffering_minus1 of it, plus one: pictures that it must be able to keep.
        vui: What it says of colour; all None where there is nothing.
    """

    profile: ProfileTierLevel
    chroma_format_idc: int
    bit_depth_luma: int
    bit_depth_chroma: int
    width: int
    height: int
    max_num_reorder: int
    max_dec_pic_buffering: int
    vui: VideoUsability


def unit_type(unit: bytes) -> int:
    """nal_unit_type of a NAL unit, 0 to 63; compare with `HevcNalType`."""
    return unit[0] >> 1 & 0x3F


def is_keyframe(access_unit: bytes) -> bool:
    """Whether an access unit carries an IDR picture.

    Raises:
        BitstreamError: It is no Annex B stream.
    """
    idr = (HevcNalType.IDR_W_RADL, HevcNalType.IDR_N_LP)
    return any(unit_type(unit) in idr for unit in split_units(access_unit))


def find_sequence_parameters(stream: bytes) -> HevcSequenceParameters:
    """Parse the first sequence parameter set in an Annex B stream.

    Raises:
        BitstreamError: There is none, or it is malformed.
    """
    for unit in split_units(stream):
        if unit_type(unit) == HevcNalType.SPS:
            return parse_sps(unit)
    raise BitstreamError("the stream has no sequence parameter set")


def hevc_codec_string(profile: ProfileTierLevel) -> str:
    """The WebCodecs codec string ``hev1.…``, for parameter sets in the stream (ISO/IEC 14496-15 annex E.3)."""
    space = ("", "A", "B", "C")[profile.profile_space]
    reversed_flags = int(f"{profile.compatibility:032b}"[::-1], 2)
    tier = "H" if profile.high_tier else "L"
    constraints = [f"{byte:X}" for byte in profile.constraints.rstrip(b"\0")]
    parts = [f"{space}{profile.profile_idc}", f"{reversed_flags:X}", f"{tier}{profile.level_idc}", *constraints]
    return ".".join(["hev1", *parts])


def hevc_chroma(sps: HevcSequenceParameters) -> Chroma:
    """How colour is coded. `BitstreamError` for what no tier is made of."""
    return chroma_of(sps.chroma_format_idc, sps.vui)


def parse_sps(unit: bytes) -> HevcSequenceParameters:
    """Parse a sequence parameter set NAL unit, its header of two bytes included, start code not.

    Raises:
        BitstreamError: It is no such unit, ends too early, or has a value out of range.
    """
    if len(unit) < 2 or unit[0] & 0x80 or unit_type(unit) != HevcNalType.SPS:
        raise BitstreamError(f"a sequence parameter set begins with byte 0x42, not {unit[:1].hex() or 'nothing'}")
    reader = BitReader(remove_emulation_prevention(unit[2:]))
    reader.bits(4)  # sps_video_parameter_set_id
    sub_layers = reader.bits(3)  # sps_max_sub_layers_minus1
    if sub_layers > 6:
        raise BitstreamError(f"sps_max_sub_layers_minus1 must be at most 6, not {sub_layers}")
    reader.flag()  # sps_temporal_id_nesting_flag
    profile = _parse_profile(reader, sub_layers)
    reader.limited("sps_seq_parameter_set_id", 15)
    chroma_format_idc = reader.limited("chroma_format_idc", 3)
    separate_planes = chroma_format_idc == 3 and reader.flag()
    width = reader.limited("pic_width_in_luma_samples", _MAX_SIDE)
    height = reader.limited("pic_height_in_luma_samples", _MAX_SIDE)
    left, right, top, bottom = (reader.unsigned() for _ in range(4)) if reader.flag() else (0, 0, 0, 0)
    crop_x = 2 if chroma_format_idc in (1, 2) and not separate_planes else 1  # table 6-1
    crop_y = 2 if chroma_format_idc == 1 and not separate_planes else 1
    shown = (width - crop_x * (left + right), height - crop_y * (top + bottom))
    if min(shown) < 1:
        raise BitstreamError(f"the cropping leaves nothing of {width}x{height} samples")
    bit_depth_luma = 8 + reader.limited("bit_depth_luma_minus8", 8)
    bit_depth_chroma = 8 + reader.limited("bit_depth_chroma_minus8", 8)
    order_bits = 4 + reader.limited("log2_max_pic_order_cnt_lsb_minus4", 12)
    buffering = reorder = 0
    for _ in range(sub_layers + 1 if reader.flag() else 1):  # sps_sub_layer_ordering_info_present_flag
        buffering = 1 + reader.limited("sps_max_dec_pic_buffering_minus1", 15)
        reorder = reader.limited("sps_max_num_reorder_pics", 15)
        reader.unsigned()  # sps_max_latency_increase_plus1
    _skip_tools(reader, chroma_format_idc, order_bits)
    return HevcSequenceParameters(
        profile=profile,
        chroma_format_idc=chroma_format_idc,
        bit_depth_luma=bit_depth_luma,
        bit_depth_chroma=bit_depth_chroma,
        width=shown[0],
        height=shown[1],
        max_num_reorder=reorder,
        max_dec_pic_buffering=buffering,
        vui=_parse_vui(reader),
    )


_MAX_SIDE = 16_888
"""sqrt(8 * MaxLumaPs) of level 6.2 (A.4.1)."""


def _parse_profile(reader: BitReader, sub_layers: int) -> ProfileTierLevel:
    """7.3.3."""
    profile = ProfileTierLevel(
        profile_space=reader.bits(2),
        high_tier=reader.flag(),
        profile_idc=reader.bits(5),
        compatibility=reader.bits(32),
        constraints=reader.bits(48).to_bytes(6, "big"),
        level_idc=reader.bits(8),
    )
    present = [(reader.flag(), reader.flag()) for _ in range(sub_layers)]
    if sub_layers:
        reader.bits(2 * (8 - sub_layers))
    for has_profile, has_level in present:
        reader.bits((88 if has_profile else 0) + (8 if has_level else 0))
    return profile


def _skip_tools(reader: BitReader, chroma_format_idc: int, order_bits: int) -> None:
    """From log2_min_luma_coding_block_size_minus3 to strong_intra_smoothing_enabled_flag."""
    for _ in range(6):
        reader.unsigned()
    if reader.flag() and reader.flag():  # scaling_list_enabled_flag, sps_scaling_list_data_present_flag
        _skip_scaling_lists(reader)
    reader.bits(2)  # amp_enabled_flag, sample_adaptive_offset_enabled_flag
    if reader.flag():  # pcm_enabled_flag
        reader.bits(4 + 4)
        reader.unsigned()
        reader.unsigned()
        reader.flag()
    deltas = 0
    for index in range(reader.limited("num_short_term_ref_pic_sets", 64)):
        deltas = _skip_reference_set(reader, index, deltas)
    if reader.flag():  # long_term_ref_pics_present_flag
        for _ in range(reader.limited("num_long_term_ref_pics_sps", 32)):
            reader.bits(order_bits + 1)
    reader.bits(2)


def _skip_scaling_lists(reader: BitReader) -> None:
    """7.3.4."""
    for size in range(4):
        for _ in range(0, 6, 3 if size == 3 else 1):
            if not reader.flag():  # scaling_list_pred_mode_flag
                reader.unsigned()
                continue
            if size > 1:
                reader.signed()
            for _ in range(min(64, 1 << (4 + 2 * size))):
                reader.signed()


def _skip_reference_set(reader: BitReader, index: int, deltas_before: int) -> int:
    """7.3.7. Returns NumDeltaPocs, which the next set may build upon."""
    if index and reader.flag():  # inter_ref_pic_set_prediction_flag
        reader.flag()
        reader.unsigned()
        count = 0
        for _ in range(deltas_before + 1):
            used = reader.flag()  # used_by_curr_pic_flag; else use_delta_flag
            count += used or reader.flag()
        return count
    count = reader.limited("num_negative_pics", 16) + reader.limited("num_positive_pics", 16)
    for _ in range(count):
        reader.unsigned()
        reader.flag()
    return count


def _parse_vui(reader: BitReader) -> VideoUsability:
    """E.2.1, as far as it tells of colour: so far it is as in H.264."""
    return parse_color(reader) if reader.flag() else VideoUsability()
