"""Video usability information of H.264 parameter sets: what a decoder learns about colour and delay.

Annex and table numbers are those of ITU-T H.264 (08/2021).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..errors import BitstreamError
from ..protocol.formats import Chroma, ColorTags
from .bits import BitReader

__all__ = [
    "UNSPECIFIED_FORMAT",
    "RestrictionLimits",
    "VideoUsability",
    "VuiBounds",
    "chroma_of",
    "color_tags",
    "parse_color",
    "parse_vui",
]

UNSPECIFIED_FORMAT = 5
"""video_format (table E-2)."""

_EXTENDED_SAR = 255
"""aspect_ratio_idc that is followed by a ratio (table E-1)."""


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
class RestrictionLimits:
    """The rest of bitstream_restriction (E.2.1), in its order.

    Attributes:
        motion_over_bounds: motion_vectors_over_pic_boundaries_flag.
        limits: max_bytes_per_pic_denom, max_bits_per_mb_denom, log2_max_mv_length_horizontal and _vertical.
    """

    motion_over_bounds: bool = True
    limits: tuple[int, int, int, int] = (2, 1, 15, 15)
    """What E.2.1 has decoders infer where nothing is said, so that saying it changes nothing."""


@dataclass(frozen=True, slots=True)
class VuiBounds:
    """Where the parts that can be rewritten lie, bits from the start of what `BitReader` reads.

    Attributes:
        signal: From video_signal_type_present_flag to the end of the part, and so on.
        location: From chroma_loc_info_present_flag.
        restriction: From bitstream_restriction_flag; ends with the whole information.
        video_format: What the first part says of the kind of signal; 5 is "unspecified" (table E-2).
        others: What the last part says beside the two that `VideoUsability` has.
    """

    signal: tuple[int, int]
    location: tuple[int, int]
    restriction: tuple[int, int]
    video_format: int
    others: RestrictionLimits


def parse_vui(reader: BitReader) -> tuple[VideoUsability, VuiBounds]:
    """Read vui_parameters (E.1.1).

    Raises:
        BitstreamError: It ends too early, or has a value out of range.
    """
    color, signal, location, video_format = _read_color(reader)
    reorder = buffering = None
    others = RestrictionLimits()
    _skip_timing(reader)
    restriction_at = reader.position
    if reader.flag():  # bitstream_restriction_flag
        over_bounds = reader.flag()
        first, second, third, fourth = (reader.limited("a bitstream restriction", 16) for _ in range(4))
        others = RestrictionLimits(over_bounds, (first, second, third, fourth))
        reorder = reader.limited("max_num_reorder_frames", 16)
        buffering = reader.limited("max_dec_frame_buffering", 16)
    bounds = VuiBounds(signal, location, (restriction_at, reader.position), video_format, others)
    return replace(color, max_num_reorder_frames=reorder, max_dec_frame_buffering=buffering), bounds


def parse_color(reader: BitReader) -> VideoUsability:
    """Read vui_parameters up to the location of chroma, which HEVC shares.

    Raises:
        BitstreamError: It ends too early, or has a value out of range.
    """
    return _read_color(reader)[0]


def _read_color(reader: BitReader) -> tuple[VideoUsability, tuple[int, int], tuple[int, int], int]:
    """What it says, the bounds of the signal's type and of the location, and video_format."""
    full_range = primaries = transfer = matrix = location = None
    video_format = UNSPECIFIED_FORMAT
    if reader.flag() and reader.bits(8) == _EXTENDED_SAR:  # aspect_ratio_info_present_flag
        reader.bits(32)
    if reader.flag():  # overscan_info_present_flag
        reader.flag()
    signal_at = reader.position
    if reader.flag():  # video_signal_type_present_flag
        video_format = reader.bits(3)
        full_range = reader.flag()
        if reader.flag():  # colour_description_present_flag
            primaries, transfer, matrix = reader.bits(8), reader.bits(8), reader.bits(8)
    location_at = reader.position
    if reader.flag():  # chroma_loc_info_present_flag
        location = reader.limited("chroma_sample_loc_type_top_field", 5)
        reader.limited("chroma_sample_loc_type_bottom_field", 5)
    color = VideoUsability(full_range, primaries, transfer, matrix, location)
    return color, (signal_at, location_at), (location_at, reader.position), video_format


def _skip_timing(reader: BitReader) -> None:
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


def _skip_hrd(reader: BitReader) -> None:
    """E.1.2."""
    count = 1 + reader.limited("cpb_cnt_minus1", 31)
    reader.bits(4 + 4)
    for _ in range(count):
        reader.unsigned()
        reader.unsigned()
        reader.flag()
    reader.bits(5 + 5 + 5 + 5)


_PRIMARIES = {1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020", 12: "smpte432"}
_TRANSFERS = {1: "bt709", 6: "smpte170m", 8: "linear", 13: "iec61966-2-1", 16: "pq", 18: "hlg"}
_MATRICES = {0: "rgb", 1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020-ncl"}
"""Code points of tables E-3, E-4 and E-5 that WebCodecs' VideoColorPrimaries, VideoTransferCharacteristics and
VideoMatrixCoefficients can name. Those of HEVC and AV1 are the same (ITU-T H.273)."""


_FULL_CHROMA = 3
"""chroma_format_idc of 4:4:4."""

_MATRIX_RGB = 0
"""matrix_coefficients of G', B', R' (table E-5)."""


def chroma_of(chroma_format_idc: int, vui: VideoUsability) -> Chroma:
    """How colour is coded, in HEVC too. `BitstreamError` for monochrome and 4:2:2, which no tier is made of."""
    if chroma_format_idc == _FULL_CHROMA and vui.matrix == _MATRIX_RGB:
        return Chroma.RGB
    try:
        return {1: Chroma.YUV420, _FULL_CHROMA: Chroma.YUV444}[chroma_format_idc]
    except KeyError:
        raise BitstreamError(f"chroma_format_idc must be 1 or 3, not {chroma_format_idc}") from None


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
