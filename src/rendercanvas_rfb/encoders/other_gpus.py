"""H.264 by the encoders of Intel's and AMD's GPUs."""

from __future__ import annotations

from dataclasses import replace

from ..protocol.formats import Chroma, PictureFormat
from .libav import LibavCodec, Target, backend_of
from .libav_codec import unexplained

__all__ = ["AMF", "BACKENDS", "QSV", "VAAPI"]

_MIN_SIDE = 128
"""Pixels. AMD's encoders begin at 64x64 to 128x128, Intel's at 32x32; below this the processor has little to do."""


def _rate(target: Target) -> dict[str, str]:
    rate = str(target.bitrate)
    return {"b": rate, "maxrate": rate, "bufsize": rate}


def _qsv(target: Target) -> dict[str, str]:
    # With a global quality it keeps to that, with a bitrate to that.
    quality = _rate(target) if target.max_bitrate is not None else {"global_quality": str(round(target.crf))}
    return {
        **quality,
        "preset": "veryfast",
        "profile": "high",
        "async_depth": "1",
        "forced_idr": "1",
        "look_ahead": "0",
        "idr_interval": "0",
        "scenario": "displayremoting",
        "adaptive_i": "0",
        "adaptive_b": "0",
        "pic_timing_sei": "0",
    }


def _amf(target: Target) -> dict[str, str]:
    quality = {"rc": "cbr", **_rate(target)}
    if target.max_bitrate is None:
        step = str(round(target.crf))
        quality = {"rc": "cqp", "qp_i": step, "qp_p": step}
    return {
        **quality,
        "usage": "ultralowlatency",
        "latency": "1",
        "quality": "speed",
        "profile": "high",
        "async_depth": "1",
        "forced_idr": "1",
        "max_b_frames": "0",
        "preanalysis": "0",
        "preencode": "0",
        "filler_data": "0",
        "frame_skipping": "0",
        "coder": "cabac",
    }


def _vaapi(target: Target) -> dict[str, str]:
    quality = {"rc_mode": "CBR", **_rate(target)}
    if target.max_bitrate is None:
        quality = {"rc_mode": "CQP", "qp": str(round(target.crf))}
    return {**quality, "profile": "high", "async_depth": "1", "idr_interval": "0", "coder": "cabac"}


QSV = LibavCodec(
    name="h264_qsv",
    format=PictureFormat.H264,
    pixel_formats={Chroma.YUV420: "nv12"},
    options=_qsv,
    min_size=(_MIN_SIDE, _MIN_SIDE),
    nodes=("/dev/dri/renderD*", "/dev/dxg"),  # the second is that of the Windows Subsystem for Linux
    needs="an Intel GPU and its oneVPL runtime",
    explain=lambda error: f"there is no Intel GPU, or no oneVPL runtime for it ({error.strerror})",
)
AMF = replace(
    QSV,
    name="h264_amf",
    options=_amf,
    needs="an AMD GPU and the AMF runtime of its driver",
    explain=lambda error: f"there is no AMD GPU, or no AMF runtime for it ({error.strerror})",
)
VAAPI = replace(
    QSV,
    name="h264_vaapi",
    options=_vaapi,
    device="vaapi",
    needs="Linux with a VAAPI driver, and a PyAV of version 18 or later built with VAAPI, which its wheels are not",
    explain=unexplained,
)

BACKENDS = (backend_of("qsv", QSV), backend_of("amf", AMF), backend_of("vaapi", VAAPI))
"""Best first."""
