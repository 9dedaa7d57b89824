"""What the first access unit of a stream says of it, in any codec: all that a browser's decoder has to be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..errors import BitstreamError
from ..protocol.formats import Chroma, ColorTags, PictureFormat
from . import av1, h264, hevc, vp9
from .vui import VideoUsability, color_tags

__all__ = ["StreamDescription", "describe", "is_keyframe"]


@dataclass(frozen=True, slots=True)
class StreamDescription:
    """What a bitstream says of itself.

    Attributes:
        codec: WebCodecs codec string.
        chroma: How colour is coded.
        width, height: Size of the decoded picture.
        color: How samples become colours.
        max_num_reorder: Pictures that a decoder may hold back; None where the bitstream does not say, so that it has to
            assume the most.
    """

    codec: str
    chroma: Chroma
    width: int
    height: int
    color: ColorTags
    max_num_reorder: int | None


def describe(
    picture_format: PictureFormat, access_unit: bytes, *, fps: float, primaries: int, transfer: int
) -> StreamDescription:
    """Read what a keyframe with its parameter sets says.

    Args:
        picture_format: A format of video.
        access_unit: One access unit, as the encoder made it.
        fps: Pictures per second, at most.
        primaries: Code point of H.264 table E-3, for VP9, which has no place for it.
        transfer: Code point of table E-4, for VP9 too.

    Raises:
        BitstreamError: It is malformed, does not say what it has to, or is nothing that tiers are made of.
    """
    match picture_format:
        case PictureFormat.H264:
            return _describe_h264(access_unit)
        case PictureFormat.HEVC:
            return _describe_hevc(access_unit)
        case PictureFormat.AV1:
            return _describe_av1(access_unit)
        case PictureFormat.VP9:
            return _describe_vp9(access_unit, fps, primaries, transfer)
        case _:
            raise BitstreamError(f"{picture_format.value} is no format of video")


def is_keyframe(picture_format: PictureFormat, access_unit: bytes) -> bool:
    """Whether decoding can begin with an access unit of video: it needs no other, and brings what describes it.

    Raises:
        BitstreamError: It is malformed, or no video.
    """
    readers: dict[PictureFormat, Callable[[bytes], bool]] = {
        PictureFormat.H264: h264.is_keyframe,
        PictureFormat.HEVC: hevc.is_keyframe,
        PictureFormat.AV1: av1.is_keyframe,
        PictureFormat.VP9: vp9.is_keyframe,
    }
    if picture_format not in readers:
        raise BitstreamError(f"{picture_format.value} is no format of video")
    return readers[picture_format](access_unit)


def _describe_h264(access_unit: bytes) -> StreamDescription:
    sps = h264.find_sequence_parameters(access_unit)
    return StreamDescription(
        h264.codec_string(sps),
        h264.sps_chroma(sps),
        sps.width,
        sps.height,
        color_tags(sps.vui),
        sps.vui.max_num_reorder_frames,
    )


def _describe_hevc(access_unit: bytes) -> StreamDescription:
    sps = hevc.find_sequence_parameters(access_unit)
    return StreamDescription(
        hevc.hevc_codec_string(sps.profile),
        hevc.hevc_chroma(sps),
        sps.width,
        sps.height,
        color_tags(sps.vui),
        sps.max_num_reorder,
    )


def _describe_av1(temporal_unit: bytes) -> StreamDescription:
    header = av1.find_sequence_header(temporal_unit)
    # Pictures come in their order: each temporal unit shows one.
    return StreamDescription(
        av1.av1_codec_string(header),
        av1.av1_chroma(header),
        header.width,
        header.height,
        color_tags(header.color),
        0,
    )


def _describe_vp9(frame: bytes, fps: float, primaries: int, transfer: int) -> StreamDescription:
    header = vp9.parse_keyframe(frame)
    codec = vp9.vp9_codec_string(
        header, level=vp9.vp9_level(header.width, header.height, fps), primaries=primaries, transfer=transfer
    )
    tags = color_tags(VideoUsability(header.full_range, primaries, transfer, header.matrix))
    return StreamDescription(codec, vp9.vp9_chroma(header), header.width, header.height, tags, 0)
