"""The encoders of NVIDIA's GPUs: H.264, HEVC and AV1."""

from __future__ import annotations

import errno
from dataclasses import replace

import av

from ..protocol.formats import Chroma, PictureFormat
from .libav import MAX_DEPTH, NO_BETTER_THAN_H264, LibavCodec, Target, backend_of

__all__ = ["AV1", "BACKENDS", "H264", "HEVC"]

_BUFFERED_PICTURES = 4
"""Size of the rate buffer under a limit, pictures' shares: what one of them may exceed its share by."""


def options(target: Target) -> dict[str, str]:
    """What all three are opened with: one in, one out, no picture out of order, and keyframes where they are asked for.

    Parameter sets come with each keyframe, which is the wrapper's way where no global header is asked for.
    """
    common = {
        "preset": "p3",
        "tune": "ull",
        "zerolatency": "1",
        # The wrapper hands a picture out when so many frames are in work, and waits for each with 0.
        "delay": str(target.depth if target.depth > 1 else 0),
        "rc-lookahead": "0",
        "no-scenecut": "1",
        "forced-idr": "1",
        "multipass": "disabled",
        "b_ref_mode": "disabled",
    }
    if target.depth > 1:
        # Pictures that the driver has memory for; the wrapper keeps one of them free.
        common["surfaces"] = str(target.depth + 1)
    if target.max_bitrate is None:
        ceiling = str(target.ceiling)
        return {**common, "rc": "vbr", "cq": f"{target.crf:g}", "b": "0", "maxrate": ceiling, "bufsize": ceiling}
    buffer = int(_BUFFERED_PICTURES * target.max_bitrate / target.fps)
    rate = str(target.max_bitrate)
    # With the constant bitrate the largest one is not looked at, so that the bitrate alone has to be set later.
    return {**common, "rc": "cbr", "b": rate, "maxrate": rate, "bufsize": str(buffer)}


def _h264(target: Target) -> dict[str, str]:
    profile = "high" if target.chroma is Chroma.YUV420 else "high444p"
    return {**options(target), "profile": profile, "coder": "cabac"}


def _hevc(target: Target) -> dict[str, str]:
    return {**options(target), "profile": "main" if target.chroma is Chroma.YUV420 else "rext"}


def _av1(target: Target) -> dict[str, str]:
    chosen = options(target)
    if "cq" in chosen:
        chosen["cq"] = f"{target.crf_to_63:g}"
    return chosen


def explain(error: av.FFmpegError) -> str | None:
    """What the wrapper means by an error at opening."""
    match error.errno:
        case errno.EPERM:
            return "there is no NVIDIA driver with libcuda and libnvidia-encode, or it is too old"
        case errno.ENOSYS | errno.ENOENT:
            return "this GPU has no NVENC, or none for such pictures"
        case errno.ENOMEM | errno.EAGAIN:
            return "all encoding sessions of the GPU are taken, or its memory is"
        case errno.EINVAL:
            return "the driver refuses such pictures, or knows no more sessions"
    return None


# The GPU's generation decides what it takes. The least sizes are the largest of those that are reported: 145x49 and
# 145x145 for H.264, 129x33 and 129x129 for HEVC, 128x128 and 192x128 for AV1.
H264 = LibavCodec(
    name="h264_nvenc",
    format=PictureFormat.H264,
    pixel_formats={Chroma.YUV444: "yuv444p", Chroma.YUV420: "yuv420p"},
    options=_h264,
    min_size=(146, 146),
    max_size=(4096, 4096),
    sets_bitrate=True,
    reads_cuda=True,
    max_depth=MAX_DEPTH,
    nodes=("/dev/nvidiactl", "/dev/dxg"),  # the second is that of the Windows Subsystem for Linux
    needs="an NVIDIA GPU with NVENC and its driver (GeForce, RTX, T4, L4; not A100, H100, H200)",
    explain=explain,
)
HEVC = replace(
    H264,
    name="hevc_nvenc",
    format=PictureFormat.HEVC,
    options=_hevc,
    min_size=(130, 130),
    max_size=(8192, 8192),
)
AV1 = replace(
    HEVC,
    name="av1_nvenc",
    format=PictureFormat.AV1,
    pixel_formats={Chroma.YUV420: "yuv420p"},
    options=_av1,
    min_size=(192, 192),
)

BACKENDS = (
    backend_of("nvenc", H264),
    backend_of("nvenc-hevc", HEVC, only_by_name=NO_BETTER_THAN_H264),
    backend_of("nvenc-av1", AV1, only_by_name=NO_BETTER_THAN_H264),
)
"""Best first."""
