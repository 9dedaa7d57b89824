"""What is declared of an encoder of libavcodec, and what one is opened for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from glob import glob

import av

from ..protocol.formats import Chroma, PictureFormat, Tier
from .x264_codec import rate_ceiling

__all__ = ["NO_BETTER_THAN_H264", "LibavCodec", "Target", "unexplained"]

NO_BETTER_THAN_H264 = "no more than H.264 does for plots, and fewer browsers decode it"
"""Why "auto" leaves out the later codecs of encoders in hardware."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a codec is opened for.

    Attributes:
        chroma: How colour is coded.
        width, height: Size of the bitstream's pictures.
        crf: The rate factor of libx264 that the quality is to match.
        max_bitrate: Bits per second, at most; None for a ceiling that binds for noise only.
        fps: Pictures per second, at most.
        depth: Frames that may be in work at once, 1 for one in, one out.
    """

    chroma: Chroma
    width: int
    height: int
    crf: float
    max_bitrate: int | None
    fps: Fraction
    depth: int = 1

    @property
    def crf_to_63(self) -> float:
        """The rate factor for codecs where it goes to 63, as that of H.264 goes to 51: VP9 and AV1."""
        return self.crf * 63 / 51

    @property
    def ceiling(self) -> int:
        """Bits per second whatever the content."""
        return rate_ceiling(self.width, self.height)

    @property
    def bitrate(self) -> int:
        """Bits per second that it has to keep to."""
        return self.ceiling if self.max_bitrate is None else self.max_bitrate


def unexplained(_error: av.FFmpegError) -> str | None:
    """For a codec of which it is not known what its errors mean."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class LibavCodec:
    """One encoder of libavcodec.

    Attributes:
        name: Its name there.
        format: What it makes.
        pixel_formats: libavutil's name of what it takes, for each way to code colour that it has, best first.
        options: What it is opened with. They must make it answer at once (or when `Target.depth` frames are in work),
            with no picture out of order, with a keyframe where one is asked for only, and with parameter sets in each.
        min_size, max_size: Width and height in pixels.
        sets_bitrate: Whether it takes another bitrate while it runs, though with a keyframe; otherwise it is opened
            anew for one. So none of them counts as `Takes.live_bitrate`.
        always_limited: Whether it keeps to a bitrate though it is given no limit.
        device: Kind of device that pictures are uploaded to, in PyAV's words; empty where it takes them from the host.
        nodes: Patterns of paths of which Linux has at least one where there is such a device; empty where that is not
            known. They spare a trial on machines without one.
        hardware: Whether it runs outside the processor.
        reads_cuda: Whether it reads pictures that lie on a CUDA device there, in 4:2:0.
        max_depth: See `Takes.pipelining`.
        own_depth: See `Takes`.
        needs: What must be there, for people.
        explain: What an error at opening means, in words that follow "cannot be opened:"; None where that is not known.
    """

    name: str
    format: PictureFormat
    pixel_formats: Mapping[Chroma, str]
    options: Callable[[Target], dict[str, str]]
    min_size: tuple[int, int] = (1, 1)
    max_size: tuple[int, int] = (4096, 4096)
    sets_bitrate: bool = False
    always_limited: bool = False
    device: str = ""
    nodes: tuple[str, ...] = ()
    hardware: bool = True
    reads_cuda: bool = False
    max_depth: int = 1
    own_depth: int = 1
    needs: str = ""
    explain: Callable[[av.FFmpegError], str | None] = unexplained

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """What it makes, best first."""
        return tuple(Tier(self.format, chroma) for chroma in self.pixel_formats)

    def missing(self) -> str | None:
        """What this machine lacks for it; see `EncoderBackend.missing`."""
        if self.name not in av.codecs_available:
            return f"PyAV {av.__version__} is built without {self.name}"
        if self.device and not _can_upload(self.device):
            return f"PyAV {av.__version__} cannot upload pictures to {self.device}"
        if self.nodes and sys.platform == "linux" and not any(glob(pattern) for pattern in self.nodes):
            return f"this machine has no {' or '.join(self.nodes)}"
        return None


def _can_upload(kind: str) -> bool:
    """Whether PyAV uploads pictures for encoders, which it does since version 18, and has this kind of device."""
    if int(av.__version__.split(".")[0]) < 18:
        return False
    from av.codec.hwaccel import hwdevices_available

    return kind in hwdevices_available()
