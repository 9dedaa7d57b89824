"""How libx264 is set up: profile, colour tags, rate control, and what makes it answer each picture at once."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from ..frames import ColorSpace
from ..protocol.formats import Chroma
from .tagging import tag

__all__ = ["CODEC_NAMES", "NOMINAL_FPS", "Rate", "open_codec", "rate_ceiling"]

NOMINAL_FPS = 60
"""Pictures per second that the rate control and the level reckon with. Pictures are counted, not timed, so that equal
pictures make equal bytes at any pace."""

_MIN_MAXRATE = 40_000_000
_MAX_BITS_PER_PIXEL = 0.32
"""The ceiling of the rate control whatever the content, bits per second at 60 pictures a second and half of it at 30:
83 kB a picture for sizes up to 1920x1080, and as many bits a pixel as that is there, above. Twice what a noisy 720p
heatmap takes at the best quality; it binds for noise and film only, which lose fidelity then."""

_LIMITED_BUFFER_BITS = 250_000
"""Size of the VBV buffer under a limit: what a picture may exceed its share by, an eighth of a second at 2 Mbit/s.
libx264 takes at least one picture's share. With it the bytes follow a limit that is lowered to a quarter within half a
second; with three times as much, twice the new limit still comes in that time."""

_QP_BELOW_CRF = 3
"""Under a limit there is no rate factor, but a least quantiser. This far below, plots have as many bytes at it."""

_MAX_CRF = 51

_RGB_CRF_ABOVE = 6
"""Added to the rate factor in RGB. An error of luma is one of red, green and blue, one of red is that of red only: the
same error over all has three times the square in each plane, which a quantiser 4.8 coarser gives (6 for twice the
error); and there is no rounded conversion."""

CODEC_NAMES = {Chroma.RGB: "libx264rgb", Chroma.YUV444: "libx264", Chroma.YUV420: "libx264"}
_PROFILES = {Chroma.RGB: "high444", Chroma.YUV444: "high444", Chroma.YUV420: "high"}


@dataclass(frozen=True, slots=True)
class Rate:
    """What the rate control is told; see the arguments of `X264Encoder`."""

    crf: float
    max_bitrate: int | None
    fps: Fraction
    lossless: bool = False


def open_codec(chroma: Chroma, picture: VideoFrame, color: ColorSpace, rate: Rate, threads: int) -> VideoCodecContext:
    """Open libx264 for pictures like ``picture``. Only RGB can be lossless."""
    codec = av.CodecContext.create(CODEC_NAMES[chroma], "w")
    assert isinstance(codec, VideoCodecContext)
    codec.width, codec.height = picture.width, picture.height
    codec.pix_fmt = picture.format.name
    codec.framerate = rate.fps
    codec.time_base = 1 / rate.fps
    tag(codec, chroma, color)
    codec.thread_type = "SLICE"
    codec.thread_count = threads
    codec.options = codec_options(chroma, picture.width, picture.height, rate)
    codec.open()
    return codec


def rate_ceiling(width: int, height: int) -> int:
    """What the rate control may use whatever the content, bits per second at `NOMINAL_FPS`."""
    return max(_MIN_MAXRATE, int(_MAX_BITS_PER_PIXEL * width * height * NOMINAL_FPS))


def codec_options(chroma: Chroma, width: int, height: int, rate: Rate) -> dict[str, str]:
    """The options of libavcodec's wrapper."""
    maxrate = rate_ceiling(width, height)
    x264 = {
        "keyint": "infinite",
        "scenecut": "0",
        "bframes": "0",
        "open-gop": "0",
        "intra-refresh": "0",
        "repeat-headers": "1",
        # What makes the profile High rather than Constrained Baseline; no slower, no larger.
        "8x8dct": "1",
        # Arithmetic coding: of exact plots it takes off 4 bytes in 10 and time too, of lossy ones 1 in 9 for a ninth
        # more time, of lossy heatmaps 1 in 5 for a third more (benchmarks/presets.py).
        "cabac": "1",
    }
    crf = rate.crf + _RGB_CRF_ABOVE if chroma is Chroma.RGB else rate.crf
    quality = {"crf": str(min(crf, _MAX_CRF)), "maxrate": str(maxrate), "bufsize": str(maxrate)}  # one second
    if rate.max_bitrate is not None:
        # Constant bitrate with a floor for the quantiser: the only mode in which libx264 takes another bitrate while
        # it runs, for it then keeps maxrate at the bitrate; but at no more than what it was opened with. PyAV can set
        # no other member of the rate control.
        quality = {
            "b": str(maxrate),
            "maxrate": str(maxrate),
            "bufsize": str(_LIMITED_BUFFER_BITS),
            "qmin": str(max(0, round(min(crf, _MAX_CRF)) - _QP_BELOW_CRF)),
        }
    if rate.lossless:
        quality = {"qp": "0"}
    if chroma is Chroma.YUV420:
        x264["chromaloc"] = "1"  # in the middle of the four pixels, see HostConverter
    elif chroma is Chroma.YUV444:
        # Takes back half of the 6 that libx264 adds at 4:4:4: thin saturated lines gain 2 dB for a tenth more bytes.
        x264["chroma-qp-offset"] = "-3"
    return {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": _PROFILES[chroma],
        "forced-idr": "1",
        "x264-params": ":".join(f"{name}={value}" for name, value in x264.items()),
        **quality,
    }
