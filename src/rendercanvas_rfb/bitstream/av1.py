"""Reads the sequence header of AV1 temporal units, as encoders make them: OBUs with sizes.

Section numbers are those of the AV1 Bitstream & Decoding Process Specification, version 1.0.0 with errata 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from ..errors import BitstreamError
from ..protocol.formats import Chroma
from .bits import BitReader
from .vui import VideoUsability

__all__ = [
    "ObuType",
    "SequenceHeader",
    "av1_chroma",
    "av1_codec_string",
    "find_sequence_header",
    "is_keyframe",
    "split_obus",
]


class ObuType(IntEnum):
    """obu_type (6.2.2); only those that occur in the streams of this package."""

    SEQUENCE_HEADER = 1
    TEMPORAL_DELIMITER = 2
    FRAME_HEADER = 3
    FRAME = 6


@dataclass(frozen=True, slots=True)
class SequenceHeader:
    """A sequence header (5.5.1).

    Attributes:
        profile: seq_profile: 0 Main, 1 High, with 4:4:4, 2 Professional.
        level_index: seq_level_idx of the first operating point: 8 is level 4.0 (A.3).
        high_tier: seq_tier of it.
        bit_depth: Bits per sample.
        monochrome: Whether there is no colour.
        subsampling: subsampling_x and subsampling_y: (1, 1) is 4:2:0, (0, 0) 4:4:4.
        chroma_position: chroma_sample_position (6.4.2); 0 unknown.
        width, height: The largest frame.
        color: Code points, those of H.264.
    """

    profile: int
    level_index: int
    high_tier: bool
    bit_depth: int
    monochrome: bool
    subsampling: tuple[int, int]
    chroma_position: int
    width: int
    height: int
    color: VideoUsability


def split_obus(temporal_unit: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield obu_type and payload of each OBU.

    Raises:
        BitstreamError: One has no size, or ends too early.
    """
    position = 0
    while position < len(temporal_unit):
        header = temporal_unit[position]
        if header & 0x80 or not header & 2:
            raise BitstreamError(f"the OBU at byte {position} has no size, or is none")
        size, start = _leb128(temporal_unit, position + (2 if header & 4 else 1))
        if start + size > len(temporal_unit):
            raise BitstreamError(f"the OBU at byte {position} ends {start + size - len(temporal_unit)} bytes too early")
        yield header >> 3 & 15, temporal_unit[start : start + size]
        position = start + size


def _leb128(data: bytes, position: int) -> tuple[int, int]:
    """The value at ``position`` (4.10.5), and where what follows begins."""
    value = 0
    for index, byte in enumerate(data[position : position + 8]):
        value |= (byte & 0x7F) << 7 * index
        if not byte & 0x80:
            return value, position + index + 1
    raise BitstreamError(f"the size at byte {position} does not end")


def find_sequence_header(temporal_unit: bytes) -> SequenceHeader:
    """Parse the first sequence header of a temporal unit.

    Raises:
        BitstreamError: There is none, or it is malformed.
    """
    for obu_type, payload in split_obus(temporal_unit):
        if obu_type == ObuType.SEQUENCE_HEADER:
            return _parse_sequence_header(BitReader(payload))
    raise BitstreamError("the stream has no sequence header")


def is_keyframe(temporal_unit: bytes) -> bool:
    """Whether the first frame of a temporal unit is a key frame that comes with its sequence header.

    Raises:
        BitstreamError: It is malformed.
    """
    has_header = False
    for obu_type, payload in split_obus(temporal_unit):
        has_header = has_header or obu_type == ObuType.SEQUENCE_HEADER
        if obu_type in (ObuType.FRAME, ObuType.FRAME_HEADER):
            # show_existing_frame, then frame_type, which is 0 for a key frame (5.9.2).
            return has_header and BitReader(payload).bits(3) == 0
    return False


def av1_codec_string(header: SequenceHeader) -> str:
    """The WebCodecs codec string ``av01.…`` (AV1 Codec ISO Media File Format Binding, section 5)."""
    color, (subsampling_x, subsampling_y) = header.color, header.subsampling
    position = header.chroma_position if subsampling_x and subsampling_y else 0
    return (
        f"av01.{header.profile}.{header.level_index:02}{'H' if header.high_tier else 'M'}.{header.bit_depth:02}"
        f".{header.monochrome:d}.{subsampling_x}{subsampling_y}{position}"
        f".{color.primaries:02}.{color.transfer:02}.{color.matrix:02}.{bool(color.full_range):d}"
    )


def av1_chroma(header: SequenceHeader) -> Chroma:
    """How colour is coded. `BitstreamError` for what no tier is made of."""
    if header.monochrome or header.subsampling == (1, 0):
        raise BitstreamError("a stream must be 4:2:0 or 4:4:4, not monochrome or 4:2:2")
    if header.subsampling == (1, 1):
        return Chroma.YUV420
    return Chroma.RGB if header.color.matrix == 0 else Chroma.YUV444


def _parse_sequence_header(reader: BitReader) -> SequenceHeader:
    profile = reader.bits(3)
    if profile > 2:
        raise BitstreamError(f"seq_profile must be at most 2, not {profile}")
    reader.flag()  # still_picture
    reduced = reader.flag()
    level_index, high_tier = (reader.bits(5), False) if reduced else _parse_operating_points(reader)
    width_bits, height_bits = 1 + reader.bits(4), 1 + reader.bits(4)
    width, height = 1 + reader.bits(width_bits), 1 + reader.bits(height_bits)
    if not reduced and reader.flag():  # frame_id_numbers_present_flag
        reader.bits(4 + 3)
    reader.bits(3)  # use_128x128_superblock, enable_filter_intra, enable_intra_edge_filter
    if not reduced:
        _skip_inter_tools(reader)
    reader.bits(3)  # enable_superres, enable_cdef, enable_restoration
    bit_depth, monochrome, subsampling, position, color = _parse_color(reader, profile)
    return SequenceHeader(
        profile, level_index, high_tier, bit_depth, monochrome, subsampling, position, width, height, color
    )


def _parse_operating_points(reader: BitReader) -> tuple[int, bool]:
    """From timing_info_present_flag; level and tier of the first operating point."""
    delay_bits = None
    if reader.flag():  # timing_info_present_flag
        reader.bits(32 + 32)
        if reader.flag():  # equal_picture_interval
            reader.unsigned()
        if reader.flag():  # decoder_model_info_present_flag
            delay_bits = 1 + reader.bits(5)
            reader.bits(32 + 5 + 5)
    has_display_delay = reader.flag()
    points = []
    for _ in range(1 + reader.bits(5)):
        reader.bits(12)
        level_index = reader.bits(5)
        points.append((level_index, level_index > 7 and reader.flag()))
        if delay_bits is not None and reader.flag():
            reader.bits(2 * delay_bits + 1)
        if has_display_delay and reader.flag():
            reader.bits(4)
    return points[0]


def _skip_inter_tools(reader: BitReader) -> None:
    """From enable_interintra_compound to order_hint_bits_minus_1."""
    reader.bits(4)
    order_hint = reader.flag()
    if order_hint:
        reader.bits(2)
    screen_content = reader.flag() or reader.flag()  # seq_choose_…, seq_force_screen_content_tools
    if screen_content and not reader.flag():  # seq_choose_integer_mv
        reader.flag()
    if order_hint:
        reader.bits(3)


def _parse_color(reader: BitReader, profile: int) -> tuple[int, bool, tuple[int, int], int, VideoUsability]:
    """color_config (5.5.2)."""
    bit_depth = 10 if reader.flag() else 8
    if profile == 2 and bit_depth == 10 and reader.flag():
        bit_depth = 12
    monochrome = profile != 1 and reader.flag()
    primaries, transfer, matrix = (reader.bits(8), reader.bits(8), reader.bits(8)) if reader.flag() else (2, 2, 2)
    if not monochrome and (primaries, transfer, matrix) == (1, 13, 0):
        return bit_depth, False, (0, 0), 0, VideoUsability(True, primaries, transfer, matrix)
    color = VideoUsability(reader.flag(), primaries, transfer, matrix)
    if monochrome:
        return bit_depth, True, (1, 1), 0, color
    subsampling = {0: (1, 1), 1: (0, 0)}.get(profile, (1, 0))
    if profile == 2 and bit_depth == 12:
        horizontal = reader.bits(1)
        subsampling = (horizontal, reader.bits(1) if horizontal else 0)
    position = reader.bits(2) if subsampling == (1, 1) else 0
    return bit_depth, False, subsampling, position, color
