from __future__ import annotations

import contextlib
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendercanvas_rfb.bitstream.annexb import add_emulation_prevention, map_units, remove_emulation_prevention
from rendercanvas_rfb.bitstream.bits import BitReader
from rendercanvas_rfb.bitstream.bits import BitWriter as Writer
from rendercanvas_rfb.bitstream.h264 import parse_sps
from rendercanvas_rfb.bitstream.rewriting import ColorDescription, SpsChanges, rewrite_access_unit, rewrite_sps
from rendercanvas_rfb.errors import BitstreamError
from tests.unit.bit_writing import BitWriter, protect

CHROMA_FORMATS = {66: None, 77: None, 88: None, 100: (0, 1), 110: (0, 1), 122: (0, 1, 2), 244: (0, 1, 2, 3)}
"""profile_idc, and the chroma formats that it has; None where it does not say."""

KEEP = SpsChanges()

small = st.integers(0, 7)


@dataclass
class Sps:
    """The parts of a parameter set that are kept or replaced one by one."""

    level: int
    refs: int
    start: BitWriter  # profile and constraint flags
    head: BitWriter  # from after the level to before vui_parameters_present_flag
    vui: bool
    before: BitWriter
    signal: BitWriter
    location: BitWriter
    middle: BitWriter
    restriction: BitWriter

    def unit(self, **replaced: BitWriter) -> bytes:
        parts = BitWriter().add(self.start, replaced.get("level", BitWriter().bits(8, self.level)), self.head)
        if not self.vui:
            return parts.flags(0).unit()
        names = ("before", "signal", "location", "middle", "restriction")
        return parts.flags(1).add(*(replaced.get(name, getattr(self, name)) for name in names)).unit()


@st.composite
def parameter_sets(draw) -> Sps:
    profile = draw(st.sampled_from(sorted(CHROMA_FORMATS)))
    start = BitWriter().bits(8, profile).bits(8, draw(st.integers(0, 63)) << 2)
    head = BitWriter().unsigned(draw(st.integers(0, 31)))
    if formats := CHROMA_FORMATS[profile]:
        chroma = draw(st.sampled_from(formats))
        head.unsigned(chroma)
        if chroma == 3:
            head.flags(draw(st.booleans()))
        head.unsigned(draw(st.integers(0, 6)), draw(st.integers(0, 6))).flags(draw(st.booleans()))
        head.add(scaling_matrices(draw, 12 if chroma == 3 else 8))
    head.unsigned(draw(st.integers(0, 12))).add(picture_order(draw))
    refs = draw(st.integers(0, 16))
    head.unsigned(refs).flags(draw(st.booleans())).unsigned(draw(st.integers(4, 1054)), draw(st.integers(4, 500)))
    frames_only = draw(st.booleans())
    head.flags(frames_only)
    if not frames_only:
        head.flags(draw(st.booleans()))
    head.flags(draw(st.booleans()))
    cropped = draw(st.booleans())
    head.flags(cropped)
    if cropped:
        head.unsigned(*(draw(small) for _ in range(4)))
    level = draw(st.integers(9, 62))
    return Sps(
        level,
        refs,
        start,
        head,
        draw(st.booleans()),
        shape(draw),
        signal_type(draw),
        chroma_location(draw),
        timing(draw),
        restriction(draw),
    )


def scaling_matrices(draw, count: int) -> BitWriter:
    writer, present = BitWriter(), draw(st.booleans())
    writer.flags(present)
    for index in range(count if present else 0):
        listed = draw(st.sampled_from([False, False, True]))
        writer.flags(listed)
        if listed and draw(st.booleans()):
            writer.signed(-8)  # The list ends at once.
        elif listed:
            writer.signed(*[draw(st.sampled_from([0, 1, 2]))] * (16 if index < 6 else 64))
    return writer


def picture_order(draw) -> BitWriter:
    kind = draw(st.integers(0, 2))
    writer = BitWriter().unsigned(kind)
    if kind == 0:
        writer.unsigned(draw(st.integers(0, 12)))
    elif kind == 1:
        offsets = draw(st.lists(st.integers(-70000, 70000), max_size=4))
        writer.flags(draw(st.booleans())).signed(draw(st.integers(-5, 5)), 0).unsigned(len(offsets)).signed(*offsets)
    return writer


def shape(draw) -> BitWriter:
    writer, aspect = BitWriter(), draw(st.sampled_from([None, 0, 1, 16, 255]))
    writer.flags(aspect is not None)
    if aspect is not None:
        writer.bits(8, aspect)
    if aspect == 255:
        writer.bits(32, draw(st.sampled_from([0, 0x00010001, 0x00000300])))
    overscan = draw(st.booleans())
    return writer.flags(overscan, *([draw(st.booleans())] if overscan else []))


def signal_type(draw) -> BitWriter:
    writer = BitWriter()
    if not draw(st.booleans()):
        return writer.flags(0)
    described = draw(st.booleans())
    writer.flags(1).bits(3, draw(st.integers(0, 5))).flags(draw(st.booleans()), described)
    return writer.bits(24, draw(st.integers(0, 2**24 - 1))) if described else writer


def chroma_location(draw) -> BitWriter:
    if not draw(st.booleans()):
        return BitWriter().flags(0)
    return BitWriter().flags(1).unsigned(draw(st.integers(0, 5)), draw(st.integers(0, 5)))


def timing(draw) -> BitWriter:
    writer, timed = BitWriter(), draw(st.booleans())
    writer.flags(timed)
    if timed:
        writer.bits(32, draw(st.sampled_from([0, 1, 1001]))).bits(32, draw(st.sampled_from([0, 120, 60000]))).flags(1)
    models = [draw(st.booleans()) for _ in range(2)]
    for present in models:
        writer.flags(present)
        if present:
            count = draw(st.integers(1, 3))
            writer.unsigned(count - 1).bits(8, draw(st.integers(0, 255)))
            for _ in range(count):
                writer.unsigned(draw(st.integers(0, 2**31)), draw(st.integers(0, 2**31))).flags(draw(st.booleans()))
            writer.bits(20, draw(st.sampled_from([0, 1, 2**20 - 1])))
    if any(models):
        writer.flags(draw(st.booleans()))
    return writer.flags(draw(st.booleans()))


def restriction(draw) -> BitWriter:
    if not draw(st.booleans()):
        return BitWriter().flags(0)
    values = [draw(st.integers(0, 16)) for _ in range(6)]
    return BitWriter().flags(1, draw(st.booleans())).unsigned(*values)


def expected_restriction(sps: Sps) -> BitWriter:
    """What it is rewritten to."""
    text = sps.restriction.text if sps.vui else "0"
    writer = BitWriter()
    if text == "0":
        return writer.flags(1, 1).unsigned(2, 1, 15, 15, 0, sps.refs)
    reader = BitReader(BitWriter().add(sps.restriction).raw())
    flags = (reader.flag(), reader.flag())
    kept = [reader.unsigned() for _ in range(4)]
    return writer.flags(*flags).unsigned(*kept, 0, sps.refs)


@given(parameter_sets())
def test_the_restriction_is_all_that_changes(sps: Sps) -> None:
    changed = rewrite_sps(sps.unit(), KEEP)
    wanted = expected_restriction(sps)
    if not sps.vui:
        empty, sps.vui = BitWriter().flags(0), True
        sps.before, sps.signal, sps.location = BitWriter().flags(0, 0), empty, empty
        sps.middle = BitWriter().flags(0, 0, 0, 0)
    assert changed == sps.unit(restriction=wanted)
    parsed = parse_sps(changed)
    assert (parsed.vui.max_num_reorder_frames, parsed.vui.max_dec_frame_buffering) == (0, sps.refs)
    assert rewrite_sps(changed, KEEP) == changed


@given(parameter_sets(), st.booleans(), *(st.integers(0, 255) for _ in range(3)), st.integers(0, 5), st.integers(9, 62))
def test_colour_location_and_level_are_what_was_asked_for(
    sps: Sps, full: bool, primaries: int, transfer: int, matrix: int, location: int, level: int
) -> None:
    color = ColorDescription(full, primaries, transfer, matrix)
    unit = sps.unit()
    before, after = parse_sps(unit), parse_sps(rewrite_sps(unit, SpsChanges(color, location, level)))
    vui = after.vui
    assert (vui.full_range, vui.primaries, vui.transfer, vui.matrix) == (full, primaries, transfer, matrix)
    assert vui.chroma_location == location
    assert after.level_idc == level
    assert (after.width, after.height, after.profile_idc) == (before.width, before.height, before.profile_idc)
    if sps.vui:
        text = BitWriter().flags(1).bits(3, 5 if sps.signal.text == "0" else int(sps.signal.text[1:4], 2))
        wanted = {
            "signal": text.flags(full, 1).bits(8, primaries).bits(8, transfer).bits(8, matrix),
            "location": BitWriter().flags(1).unsigned(location, location),
            "level": BitWriter().bits(8, level),
            "restriction": expected_restriction(sps),
        }
        assert rewrite_sps(unit, SpsChanges(color, location, level)) == sps.unit(**wanted)


@given(parameter_sets(), st.lists(st.binary(min_size=1, max_size=30), max_size=3), st.integers(0, 3))
def test_every_parameter_set_of_an_access_unit_is_rewritten_and_nothing_else(
    sps: Sps, payloads: list[bytes], padding: int
) -> None:
    others = [b"\x68" + protect(payload) + b"\x80" for payload in payloads]
    unit = sps.unit()

    def stream(parameters: bytes) -> bytes:
        units = [b"\x09\x10", *others, parameters, b"\x68\xee", parameters, b"\x65\x88\x84"]
        return b"".join(b"\0" * (2 + index % 2) + b"\1" + data for index, data in enumerate(units)) + b"\0" * padding

    assert rewrite_access_unit(stream(unit), KEEP) == stream(rewrite_sps(unit, KEEP))
    done = stream(rewrite_sps(unit, KEEP))
    assert rewrite_access_unit(done, KEEP) is done


@given(st.binary(max_size=120))
def test_any_bytes_are_rewritten_or_refused(data: bytes) -> None:
    for rewrite in (lambda d: rewrite_sps(b"\x67\x64" + d, KEEP), lambda d: rewrite_access_unit(d, KEEP)):
        with contextlib.suppress(BitstreamError):
            rewrite(data)


@pytest.mark.parametrize("unit", [b"", b"\x67", b"\x68\x01\x02", b"\x67\x64\x00\x1f"])
def test_what_is_no_parameter_set_is_refused(unit: bytes) -> None:
    with pytest.raises(BitstreamError):
        rewrite_sps(unit, KEEP)


@given(st.binary(max_size=200))
def test_emulation_prevention_comes_and_goes(data: bytes) -> None:
    protected = add_emulation_prevention(data)
    assert protected == protect(data)
    assert b"\0\0\1" not in protected
    assert remove_emulation_prevention(protected) == data


def test_units_that_are_not_changed_cost_no_copy() -> None:
    stream = b"\0\0\1\x67\xaa\0\0\0\1\x68\xbb\0"
    assert map_units(stream, lambda unit: unit) is stream
    assert map_units(stream, lambda unit: unit + b"\1") == b"\0\0\1\x67\xaa\1\0\0\0\1\x68\xbb\1\0"


@given(st.lists(st.tuples(st.integers(0, 2**32 - 2), st.integers(-(2**30), 2**30)), max_size=8))
def test_codes_are_read_as_they_were_written(values: list[tuple[int, int]]) -> None:
    writer = Writer()
    for unsigned, signed in values:
        writer.unsigned(unsigned).signed(signed)
    reader = BitReader(writer.closed())
    assert [(reader.unsigned(), reader.signed()) for _ in values] == values


@pytest.mark.parametrize(("value", "count"), [(2, 1), (-1, 8), (256, 8)])
def test_a_value_with_more_bits_is_no_silent_loss(value: int, count: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Writer().bits(value, count)
