"""Reads the uncompressed header of VP9 keyframes.

Section numbers are those of the VP9 Bitstream & Decoding Process Specification, version 0.7.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import BitstreamError
from ..protocol.formats import Chroma
from .bits import BitReader

__all__ = ["KeyframeHeader", "is_keyframe", "parse_keyframe", "vp9_chroma", "vp9_codec_string", "vp9_level"]

_SYNC_CODE = 0x498342
_COLOR_RGB = 7
"""color_space CS_RGB (7.2.2)."""

_MATRICES = {1: 6, 2: 1, 3: 6, 4: 7, 5: 9, _COLOR_RGB: 0}
"""Matrix of H.264 table E-5 for each color_space (7.2.2)."""


@dataclass(frozen=True, slots=True)
class KeyframeHeader:
    """What a keyframe says (6.2). Nothing is said of primaries and of the transfer function.

    Attributes:
        profile: 0 for 4:2:0 in 8 bits, 1 for 4:4:4 in 8 bits, 2 and 3 with more bits.
        bit_depth: Bits per sample.
        matrix: Code point of H.264 table E-5; None where it does not say.
        full_range: Whether samples use 0 to 255.
        subsampling: subsampling_x and subsampling_y: (1, 1) is 4:2:0, (0, 0) 4:4:4.
        width, height: Size of the frame.
    """

    profile: int
    bit_depth: int
    matrix: int | None
    full_range: bool
    subsampling: tuple[int, int]
    width: int
    height: int


def is_keyframe(frame: bytes) -> bool:
    """Whether a frame, or the first of a superframe, needs no other.

    Raises:
        BitstreamError: It is no frame.
    """
    return _begins_keyframe(BitReader(frame[:2]))[1]


def parse_keyframe(frame: bytes) -> KeyframeHeader:
    """Parse the header of a keyframe.

    Raises:
        BitstreamError: It is none, or malformed.
    """
    reader = BitReader(frame[:16])
    profile, key = _begins_keyframe(reader)
    if not key:
        raise BitstreamError("the frame is no keyframe")
    reader.bits(2)  # show_frame, error_resilient_mode
    if (code := reader.bits(24)) != _SYNC_CODE:
        raise BitstreamError(f"the sync code of a keyframe must be {_SYNC_CODE:#x}, not {code:#x}")
    bit_depth = 8 if profile < 2 else 12 if reader.flag() else 10
    color_space = reader.bits(3)
    full_range, subsampling = True, (0, 0)
    if color_space != _COLOR_RGB:
        full_range, subsampling = reader.flag(), (1, 1)
        if profile in (1, 3):
            subsampling = (reader.bits(1), reader.bits(1))
    elif profile not in (1, 3):
        raise BitstreamError(f"profile {profile} cannot have RGB")
    if profile in (1, 3) and reader.flag():
        raise BitstreamError("a reserved bit of the colour configuration is set")
    width, height = 1 + reader.bits(16), 1 + reader.bits(16)
    return KeyframeHeader(profile, bit_depth, _MATRICES.get(color_space), full_range, subsampling, width, height)


def _begins_keyframe(reader: BitReader) -> tuple[int, bool]:
    """The profile, and whether it is a keyframe."""
    if reader.bits(2) != 2:
        raise BitstreamError("a VP9 frame begins with the bits 10")
    profile = reader.bits(1) | reader.bits(1) << 1
    if profile == 3 and reader.flag():
        raise BitstreamError("VP9 has profiles up to 3 only")
    # show_existing_frame, then frame_type, which is 0 for a keyframe.
    return profile, not reader.flag() and not reader.flag()


def vp9_chroma(header: KeyframeHeader) -> Chroma:
    """How colour is coded. `BitstreamError` for what no tier is made of."""
    if header.subsampling == (1, 1):
        return Chroma.YUV420
    if header.subsampling != (0, 0):
        raise BitstreamError(f"a stream must be 4:2:0 or 4:4:4, not subsampled by {header.subsampling}")
    return Chroma.RGB if header.matrix == 0 else Chroma.YUV444


_LEVELS = (
    (10, 829_440, 36_864, 512),
    (11, 2_764_800, 73_728, 768),
    (20, 4_608_000, 122_880, 960),
    (21, 9_216_000, 245_760, 1344),
    (30, 20_736_000, 552_960, 2048),
    (31, 36_864_000, 983_040, 2752),
    (40, 83_558_400, 2_228_224, 4160),
    (41, 160_432_128, 2_228_224, 4160),
    (50, 311_951_360, 8_912_896, 8384),
    (51, 588_251_136, 8_912_896, 8384),
    (52, 1_176_502_272, 8_912_896, 8384),
    (60, 1_176_502_272, 35_651_584, 16_832),
    (61, 2_353_004_544, 35_651_584, 16_832),
    (62, 4_706_009_088, 35_651_584, 16_832),
)
"""Ten times the level, luma samples per second, luma samples per picture, and longest side (annex A)."""


def vp9_level(width: int, height: int, fps: float) -> int:
    """Ten times the lowest level that has such pictures, which the bitstream does not say; the highest if none has."""
    samples = width * height
    for level, rate, size, side in _LEVELS:
        if samples * fps <= rate and samples <= size and max(width, height) <= side:
            return level
    return _LEVELS[-1][0]


def vp9_codec_string(header: KeyframeHeader, *, level: int, primaries: int, transfer: int) -> str:
    """The WebCodecs codec string ``vp09.…`` (VP Codec ISO Media File Format Binding, "Codecs Parameter String").

    Args:
        header: Of a keyframe of the stream.
        level: See `vp9_level`.
        primaries: Code point of H.264 table E-3, which the bitstream does not say.
        transfer: Code point of table E-4, likewise.
    """
    # 1 is 4:2:0 whose chroma is located with the left top pixel, 0 between the left ones; the stream says neither.
    subsampling = {(1, 1): 1, (1, 0): 2}.get(header.subsampling, 3)
    matrix = 2 if header.matrix is None else header.matrix
    return (
        f"vp09.{header.profile:02}.{level:02}.{header.bit_depth:02}.{subsampling:02}"
        f".{primaries:02}.{transfer:02}.{matrix:02}.{int(header.full_range):02}"
    )
