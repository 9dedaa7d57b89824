"""The encoders of Apple's chips: H.264 and HEVC."""

from __future__ import annotations

from dataclasses import replace

from ..protocol.formats import Chroma, PictureFormat
from .libav import MAX_DEPTH, NO_BETTER_THAN_H264, LibavCodec, Target, backend_of

__all__ = ["BACKENDS", "H264", "HEVC"]

_BITS_PER_PIXEL = 0.1
"""What pictures of the default quality may take at most, on average: 9 Mbit/s for 1280x720 at 60 a second. There is a
constant quality on Apple's own chips only, and no way to ask for it that older ones take too."""

_OWN_DEPTH = 3
"""Frames in work at once where no depth is asked for. libavcodec's wrapper does not wait for the picture of a frame,
but returns those that are there when the next one goes in. Two frames late is 33 ms at 60 pictures a second; what is
later is of more use from libx264."""


def options(target: Target) -> dict[str, str]:
    """What both are opened with."""
    bitrate = target.max_bitrate
    if bitrate is None:
        # Six steps of the quantiser are twice the bits.
        wanted = _BITS_PER_PIXEL * target.width * target.height * float(target.fps) * 2 ** ((20 - target.crf) / 6)
        bitrate = min(target.ceiling, int(wanted))
    return {
        "b": str(bitrate),
        "maxrate": str(max(bitrate, target.bitrate)),
        "bufsize": str(max(bitrate, target.bitrate)),
        "realtime": "1",
        "prio_speed": "1",
        "allow_sw": "0",
        "flags": "+low_delay",
    }


def _h264(target: Target) -> dict[str, str]:
    return {**options(target), "profile": "high", "coder": "cabac", "a53cc": "0"}


def _hevc(target: Target) -> dict[str, str]:
    return {**options(target), "profile": "main"}


H264 = LibavCodec(
    name="h264_videotoolbox",
    format=PictureFormat.H264,
    pixel_formats={Chroma.YUV420: "nv12"},
    options=_h264,
    min_size=(96, 96),
    max_size=(4096, 2304),
    always_limited=True,
    max_depth=MAX_DEPTH,
    own_depth=_OWN_DEPTH,
    needs="macOS on a machine with a hardware encoder",
)
HEVC = replace(H264, name="hevc_videotoolbox", format=PictureFormat.HEVC, options=_hevc, max_size=(8192, 4320))

BACKENDS = (
    backend_of("videotoolbox", H264),
    backend_of("videotoolbox-hevc", HEVC, only_by_name=NO_BETTER_THAN_H264),
)
"""Best first."""
