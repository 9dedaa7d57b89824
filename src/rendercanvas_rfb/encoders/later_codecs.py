"""VP9 and AV1 on the processor: libvpx and SVT-AV1."""

from __future__ import annotations

import os

from ..protocol.formats import Chroma, PictureFormat
from .libav import LibavCodec, Target, backend_of
from .x264 import encoding_threads

__all__ = ["BACKENDS", "SVT_AV1", "VP9"]

_SVT_PRESET = 12
"""Of -1 to 13. A 720p line plot takes some 10 ms with it on two cores; the slower ones are for files."""

_SVT_MAX_SIDE = 8704
"""Rows at most; more columns are possible, and no display has both."""


def _vp9(target: Target) -> dict[str, str]:
    options = {
        "deadline": "realtime",
        "cpu-used": "8",
        "lag-in-frames": "0",
        "auto-alt-ref": "0",
        "row-mt": "1",
        "tile-columns": "2",
        "threads": str(encoding_threads()),
        # Large areas of one colour and sharp edges.
        "tune-content": "screen",
        "profile": "0" if target.chroma is Chroma.YUV420 else "1",
    }
    if target.max_bitrate is None:
        return {**options, "crf": str(round(target.crf_to_63)), "b": "0"}
    rate = str(target.max_bitrate)
    return {**options, "b": rate, "minrate": rate, "maxrate": rate, "bufsize": rate}


def _svt_av1(target: Target) -> dict[str, str]:
    # Its log goes to the standard error stream whatever libav is told; this leaves errors in.
    os.environ.setdefault("SVT_LOG", "1")
    parameters = {
        "pred-struct": "1",  # low delay: no picture refers to a later one, and each is answered at once
        "lookahead": "0",
        "keyint": "-1",
        "scd": "0",
        "rtc": "1",
        "scm": "1",  # the tools for screen content
        "lp": "2",
    }
    options = {"preset": str(_SVT_PRESET)}
    if target.max_bitrate is None:
        options["crf"] = str(round(target.crf_to_63))
    else:
        parameters["rc"] = "2"
        options["b"] = str(target.max_bitrate)
    options["svtav1-params"] = ":".join(f"{name}={value}" for name, value in parameters.items())
    return options


VP9 = LibavCodec(
    name="libvpx-vp9",
    format=PictureFormat.VP9,
    pixel_formats={Chroma.YUV444: "yuv444p", Chroma.YUV420: "yuv420p"},
    options=_vp9,
    max_size=(16384, 16384),
    hardware=False,
    needs="PyAV built with libvpx (pip install av)",
)
SVT_AV1 = LibavCodec(
    name="libsvtav1",
    format=PictureFormat.AV1,
    pixel_formats={Chroma.YUV420: "yuv420p"},
    options=_svt_av1,
    max_size=(_SVT_MAX_SIDE, _SVT_MAX_SIDE),
    hardware=False,
    needs="PyAV built with SVT-AV1 (pip install av)",
)

BACKENDS = (
    backend_of("vp9", VP9, only_by_name="for plots libx264 is sharper and faster"),
    backend_of("svt-av1", SVT_AV1, only_by_name="it has no 4:4:4, and libx264 is faster"),
)
"""Best first."""
