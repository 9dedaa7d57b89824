"""Reads the parts of an H.264 Annex B byte stream that decide how a browser decodes it.

Section, table and annex numbers refer to ITU-T H.264 (08/2021). Nothing here decodes pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from .errors import BitstreamError
from .protocol.formats import Chroma, ColorTags

__all__ = [
    "NalType",
    "NalUnit",
    "SequenceParameters",
    "VideoUsability",
    "codec_string",
    "color_tags",
    "find_sequence_parameters",
    "is_keyframe",
    "parse_sps",
    "remove_emulation_prevention",
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
class VideoUsability:
    """The parts of the video usability information (annex E) that decoders act upon.

    ``None`` means that the bitstream does not say.

    Attributes:
        full_range: video_full_range_flag.
        primaries, transfer, matrix: Code points of tables E-3, E-4 and E-5; 2 is "unspecified".
        chroma_location: chroma_sample_loc_type_top_field (figure E-1): at 0 a chroma sample lies between the left
            pixels, at 1 in the middle of four.
        max_num_reorder_frames, max_dec_frame_buffering: Frames that a decoder may hold back, and that it must be able
            to keep. Without them it has to assume the most that the level allows.
    """

    full_range: bool | None = None
    primaries: int | None = None
    transfer: int | None = None
    matrix: int | None = None
    chroma_location: int | None = None
    max_num_reorder_frames: int | None = None
    max_dec_frame_buffering: int | None = None


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
    start = stream.find(b"\0\0\1")
    if start < 0 or stream[:start].strip(b"\0"):
        raise BitstreamError(f"{len(stream)} bytes do not begin with an Annex B start code")
    units = []
    while start >= 0:
        begin = start + 3
        start = stream.find(b"\0\0\1", begin)
        # A unit never ends in a zero byte (7.4.1): those before a start code are its own or padding.
        data = stream[begin : start if start >= 0 else len(stream)].rstrip(b"\0")
        if not data:
            raise BitstreamError(f"the NAL unit at byte {begin} is empty")
        units.append(NalUnit(type=data[0] & 0x1F, ref_idc=data[0] >> 5 & 3, data=data))
    return tuple(units)


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


def remove_emulation_prevention(data: bytes) -> bytes:
    """Take the emulation prevention bytes out of a NAL unit: the 3 of each 0, 0, 3 (7.3.1)."""
    parts, begin = [], 0
    while (found := data.find(b"\0\0\3", begin)) >= 0:
        parts.append(data[begin : found + 2])
        begin = found + 3
    parts.append(data[begin:])
    return b"".join(parts)


_FULL_CHROMA = 3
"""chroma_format_idc of 4:4:4."""

_MATRIX_RGB = 0
"""matrix_coefficients of G', B', R' (table E-5)."""


def codec_string(sps: SequenceParameters) -> str:
    """The WebCodecs codec string ``avc1.PPCCLL``: profile, constraint flags, level (RFC 6381 section 3.3)."""
    return f"avc1.{sps.profile_idc:02X}{sps.constraint_flags:02X}{sps.level_idc:02X}"


def sps_chroma(sps: SequenceParameters) -> Chroma:
    """How colour is coded. `BitstreamError` for monochrome and 4:2:2, which no tier is made of."""
    if sps.chroma_format_idc == _FULL_CHROMA and sps.vui.matrix == _MATRIX_RGB:
        return Chroma.RGB
    try:
        return {1: Chroma.YUV420, 3: Chroma.YUV444}[sps.chroma_format_idc]
    except KeyError:
        raise BitstreamError(f"chroma_format_idc must be 1 or 3, not {sps.chroma_format_idc}") from None


_PRIMARIES = {1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020", 12: "smpte432"}
_TRANSFERS = {1: "bt709", 6: "smpte170m", 8: "linear", 13: "iec61966-2-1", 16: "pq", 18: "hlg"}
_MATRICES = {0: "rgb", 1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020-ncl"}
"""Code points of tables E-3, E-4 and E-5 that WebCodecs' VideoColorPrimaries, VideoTransferCharacteristics and
VideoMatrixCoefficients can name."""


def color_tags(vui: VideoUsability) -> ColorTags:
    """The colour description in WebCodecs' names.

    Raises:
        BitstreamError: A code point is missing, unspecified or has no name there. A browser would then guess from the
            size of the picture, so such a stream is not fit to be sent.
    """
    try:
        return ColorTags(
            primaries=_PRIMARIES[_present(vui.primaries)],
            transfer=_TRANSFERS[_present(vui.transfer)],
            matrix=_MATRICES[_present(vui.matrix)],
            full_range=bool(vui.full_range),
        )
    except KeyError as error:
        raise BitstreamError(f"the colour description {vui} has no names in WebCodecs") from error


def _present(code_point: int | None) -> int:
    return 2 if code_point is None else code_point


class _BitReader:
    """Reads bits, most significant first; `BitstreamError` at the end of the data."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def bits(self, count: int) -> int:
        """u(count) of clause 7.2."""
        if count > self._left:
            raise BitstreamError(f"the parameter set ends {count - self._left} bits too early")
        self._left -= count
        return self._value >> self._left & ((1 << count) - 1)

    def flag(self) -> bool:
        """u(1)."""
        return self.bits(1) == 1

    def unsigned(self) -> int:
        """ue(v) of clause 9.1, at most 2**32 - 2."""
        zeros = 0
        while not self.flag():
            zeros += 1
            if zeros > 31:
                raise BitstreamError("an Exp-Golomb code of the parameter set is longer than 63 bits")
        return (1 << zeros) - 1 + self.bits(zeros)

    def signed(self) -> int:
        """se(v) of clause 9.1.1."""
        code = self.unsigned()
        return (code + 1) // 2 if code % 2 else -(code // 2)

    def limited(self, name: str, most: int) -> int:
        """ue(v) that must not exceed ``most``."""
        value = self.unsigned()
        if value > most:
            raise BitstreamError(f"{name} must be at most {most}, not {value}")
        return value


_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
"""profile_idc values whose parameter set says chroma format and bit depths (7.3.2.1.1)."""

_MAX_MACROBLOCKS_PER_SIDE = 1055
"""sqrt(8 * MaxFS) of level 6.2, the largest one (A.3.1)."""

_EXTENDED_SAR = 255
"""aspect_ratio_idc that is followed by a ratio (table E-1)."""


def parse_sps(unit: bytes) -> SequenceParameters:
    """Parse a sequence parameter set NAL unit, header byte included, start code not (7.3.2.1.1).

    Raises:
        BitstreamError: It is no such unit, ends too early, or has a value out of range.
    """
    if not unit or unit[0] & 0x9F != NalType.SPS:
        raise BitstreamError(f"a sequence parameter set begins with byte 0x67, not {unit[:1].hex() or 'nothing'}")
    reader = _BitReader(remove_emulation_prevention(unit[1:]))
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
    vui = _parse_vui(reader) if reader.flag() else VideoUsability()
    return SequenceParameters(
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


def _skip_scaling_matrices(reader: _BitReader, count: int) -> None:
    if not reader.flag():  # seq_scaling_matrix_present_flag
        return
    for index in range(count):
        if reader.flag():
            _skip_scaling_list(reader, 16 if index < 6 else 64)


def _skip_scaling_list(reader: _BitReader, size: int) -> None:
    """7.3.2.1.1.1: the list ends early once a scale becomes zero."""
    last = following = 8
    for _ in range(size):
        if following != 0:
            following = (last + reader.signed()) % 256
        last = following or last


def _skip_picture_order(reader: _BitReader) -> None:
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


def _parse_vui(reader: _BitReader) -> VideoUsability:
    """E.1.1."""
    full_range = primaries = transfer = matrix = location = reorder = buffering = None
    if reader.flag() and reader.bits(8) == _EXTENDED_SAR:  # aspect_ratio_info_present_flag
        reader.bits(32)
    if reader.flag():  # overscan_info_present_flag
        reader.flag()
    if reader.flag():  # video_signal_type_present_flag
        reader.bits(3)
        full_range = reader.flag()
        if reader.flag():  # colour_description_present_flag
            primaries, transfer, matrix = reader.bits(8), reader.bits(8), reader.bits(8)
    if reader.flag():  # chroma_loc_info_present_flag
        location = reader.limited("chroma_sample_loc_type_top_field", 5)
        reader.limited("chroma_sample_loc_type_bottom_field", 5)
    if reader.flag():  # timing_info_present_flag
        reader.bits(32 + 32 + 1)
    nal_hrd = reader.flag()
    if nal_hrd:
        _skip_hrd(reader)
    vcl_hrd = reader.flag()
    if vcl_hrd:
        _skip_hrd(reader)
    if nal_hrd or vcl_hrd:
        reader.flag()  # low_delay_hrd_flag
    reader.flag()  # pic_struct_present_flag
    if reader.flag():  # bitstream_restriction_flag
        reader.flag()  # motion_vectors_over_pic_boundaries_flag
        for _ in range(4):  # max_bytes_per_pic_denom to log2_max_mv_length_vertical
            reader.limited("a bitstream restriction", 16)
        reorder = reader.limited("max_num_reorder_frames", 16)
        buffering = reader.limited("max_dec_frame_buffering", 16)
    return VideoUsability(full_range, primaries, transfer, matrix, location, reorder, buffering)


def _skip_hrd(reader: _BitReader) -> None:
    """E.1.2."""
    count = 1 + reader.limited("cpb_cnt_minus1", 31)
    reader.bits(4 + 4)
    for _ in range(count):
        reader.unsigned()
        reader.unsigned()
        reader.flag()
    reader.bits(5 + 5 + 5 + 5)
