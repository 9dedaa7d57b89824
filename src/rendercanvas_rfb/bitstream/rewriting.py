"""Rewrites H.264 parameter sets, so that decoders show each picture at once and in its colours.

A decoder that is not told how many pictures may come out of order has to hold back as many as the level allows, which
is up to sixteen (H.264 C.4.5.3 with E.2.1). Many encoders do not tell. What is not rewritten keeps each of its bits.
"""

from __future__ import annotations

from dataclasses import dataclass

from .annexb import add_emulation_prevention, map_units, remove_emulation_prevention
from .bits import BitReader, BitWriter
from .h264 import NalType, SequenceParameters, locate_sps
from .vui import UNSPECIFIED_FORMAT, RestrictionLimits

__all__ = ["ColorDescription", "SpsChanges", "rewrite_access_unit", "rewrite_sps"]

_LEVEL_AT = 16
"""Position of level_idc, bits: after profile_idc and the constraint flags."""


@dataclass(frozen=True, slots=True)
class ColorDescription:
    """What is to be said of colour; code points of H.264 tables E-3, E-4 and E-5.

    Attributes:
        full_range: video_full_range_flag.
        primaries, transfer, matrix: 0 to 255.
    """

    full_range: bool
    primaries: int
    transfer: int
    matrix: int


@dataclass(frozen=True, slots=True)
class SpsChanges:
    """What is to be said, beside that no picture comes out of order. None leaves it as it is.

    Attributes:
        color: The colour description.
        chroma_location: chroma_sample_loc_type of both fields, 0 to 5; for 4:2:0 only.
        level_idc: Ten times the level. One above that of the encoder makes no difference to decoders; with the same one
            for each bitrate, they go on when it changes.
    """

    color: ColorDescription | None = None
    chroma_location: int | None = None
    level_idc: int | None = None


def rewrite_access_unit(access_unit: bytes, changes: SpsChanges) -> bytes:
    """Rewrite the sequence parameter sets in an Annex B stream, wherever in it they are.

    The same object where nothing has to be changed.

    Raises:
        BitstreamError: It is no such stream, or a set is malformed.
    """
    return map_units(access_unit, lambda unit: rewrite_sps(unit, changes) if unit[0] & 0x1F == NalType.SPS else unit)


def rewrite_sps(unit: bytes, changes: SpsChanges) -> bytes:
    """Rewrite one sequence parameter set NAL unit, header byte included, start code not.

    The result has bitstream_restriction, with max_num_reorder_frames 0 and max_dec_frame_buffering equal to
    max_num_ref_frames. What it says beside the two stays, or is what is inferred where nothing is said (E.2.1).

    Raises:
        BitstreamError: It is no such unit, or malformed.
    """
    sps, bounds = locate_sps(unit)
    reader = BitReader(remove_emulation_prevention(unit[1:]))
    writer = BitWriter()

    def keep(start: int, end: int) -> None:
        writer.bits(*reader.between(start, end))

    if changes.level_idc is None:
        keep(0, bounds.vui_flag)
    else:
        keep(0, _LEVEL_AT)
        writer.bits(changes.level_idc, 8)
        keep(_LEVEL_AT + 8, bounds.vui_flag)
    writer.flags(True)  # vui_parameters_present_flag
    if bounds.vui is None:
        _write_new_vui(writer, sps, changes)
    else:
        vui = bounds.vui
        keep(bounds.vui_flag + 1, vui.signal[0])
        if changes.color is None:
            keep(*vui.signal)
        else:
            _write_signal(writer, changes.color, vui.video_format)
        if changes.chroma_location is None:
            keep(*vui.location)
        else:
            _write_location(writer, changes.chroma_location)
        keep(vui.location[1], vui.restriction[0])
        _write_restriction(writer, sps, vui.others)
    return unit[:1] + add_emulation_prevention(writer.closed())


def _write_new_vui(writer: BitWriter, sps: SequenceParameters, changes: SpsChanges) -> None:
    writer.flags(False, False)  # aspect_ratio_info_present_flag, overscan_info_present_flag
    if changes.color is None:
        writer.flags(False)
    else:
        _write_signal(writer, changes.color, UNSPECIFIED_FORMAT)
    if changes.chroma_location is None:
        writer.flags(False)
    else:
        _write_location(writer, changes.chroma_location)
    writer.flags(False, False, False, False)  # timing, NAL HRD, VCL HRD, pic_struct_present_flag
    _write_restriction(writer, sps, RestrictionLimits())


def _write_signal(writer: BitWriter, color: ColorDescription, video_format: int) -> None:
    writer.flags(True).bits(video_format, 3).flags(color.full_range, True)
    writer.bits(color.primaries, 8).bits(color.transfer, 8).bits(color.matrix, 8)


def _write_location(writer: BitWriter, location: int) -> None:
    writer.flags(True).unsigned(location, location)


def _write_restriction(writer: BitWriter, sps: SequenceParameters, others: RestrictionLimits) -> None:
    writer.flags(True, others.motion_over_bounds).unsigned(*others.limits, 0, sps.num_ref_frames)
