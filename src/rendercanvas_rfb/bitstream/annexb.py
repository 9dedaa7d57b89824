"""NAL units in Annex B byte streams: H.264 and HEVC have the same.

Clauses and annexes are those of ITU-T H.264 (08/2021).
"""

from __future__ import annotations

from collections.abc import Callable

from ..errors import BitstreamError

__all__ = ["add_emulation_prevention", "map_units", "remove_emulation_prevention", "split_units"]


def split_units(stream: bytes) -> tuple[bytes, ...]:
    """Split a byte stream at its start codes (B.1.1).

    Returns:
        Units with their header, without start code, emulation prevention bytes still in.

    Raises:
        BitstreamError: The stream does not begin with a start code, or a unit is empty.
    """
    return tuple(stream[begin:end] for begin, end in _unit_bounds(stream))


def map_units(stream: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A byte stream with ``change(unit)`` in the place of each unit; start codes and padding stay as they are.

    The same object where nothing was changed.

    Raises:
        BitstreamError: As in `split_units`.
    """
    parts, copied = [], 0
    for begin, end in _unit_bounds(stream):
        unit = stream[begin:end]
        if (changed := change(unit)) != unit:
            parts += [stream[copied:begin], changed]
            copied = end
    return b"".join([*parts, stream[copied:]]) if parts else stream


def remove_emulation_prevention(data: bytes) -> bytes:
    """Take the emulation prevention bytes out of a NAL unit: the 3 of each 0, 0, 3 (7.3.1)."""
    parts, begin = [], 0
    while (found := data.find(b"\0\0\3", begin)) >= 0:
        parts.append(data[begin : found + 2])
        begin = found + 3
    parts.append(data[begin:])
    return b"".join(parts)


def add_emulation_prevention(data: bytes) -> bytes:
    """Insert a 3 wherever two zeros would be followed by a byte below 4 (7.4.1.1)."""
    out = bytearray()
    zeros = 0
    for byte in data:
        if zeros >= 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = 0 if byte else zeros + 1
    return bytes(out)


def _unit_bounds(stream: bytes) -> list[tuple[int, int]]:
    start = stream.find(b"\0\0\1")
    if start < 0 or stream[:start].strip(b"\0"):
        raise BitstreamError(f"{len(stream)} bytes do not begin with an Annex B start code")
    bounds = []
    while start >= 0:
        begin = start + 3
        start = stream.find(b"\0\0\1", begin)
        # A unit never ends in a zero byte (7.4.1): those before a start code are its own or padding.
        data = stream[begin : start if start >= 0 else len(stream)].rstrip(b"\0")
        if not data:
            raise BitstreamError(f"the NAL unit at byte {begin} is empty")
        bounds.append((begin, begin + len(data)))
    return bounds
