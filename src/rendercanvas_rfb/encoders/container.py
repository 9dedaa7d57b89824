"""Pictures into a file by libavformat: MP4 and WebM video, animated GIF."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.stream import VideoStream
from PIL import Image

from ..errors import ConfigurationError, RecordingError
from ..frames import ColorSpace, Pixels
from .base import EncoderSettings

__all__ = ["ContainerWriter", "Kind", "gif", "mp4", "webm"]

FRAGMENT_US = 500_000
"""Microseconds of video that are written at a time: what is lost, at most, when the process is killed."""

KEYFRAME_INTERVAL_S = 2.0
"""Seconds between two pictures to which players can jump."""

_MPEG_RANGE, _FULL_RANGE = 1, 2  # AVCOL_RANGE_MPEG and AVCOL_RANGE_JPEG of libavutil
_BT709, _RGB = 1, 0  # matrix coefficients of H.264 table E-5, which libavutil shares
_SRGB_TRANSFER = 13  # table E-4
_PRIMARIES = {ColorSpace.SRGB: 1, ColorSpace.DISPLAY_P3: 12}  # table E-3


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of file is made.

    Attributes:
        container: Name of the muxer.
        codecs: Names of encoders, best first; the first that PyAV has is taken.
        pixel_format: What the encoder takes.
        time_base: Seconds of one tick; the finest that the container and players are at ease with.
        step: Ticks between two pictures, at least.
        codec_options: For the encoder.
        container_options: For the muxer.
        video: Whether pictures refer to earlier ones, so that a repeated one costs next to nothing.
    """

    container: str
    codecs: tuple[str, ...]
    pixel_format: str
    time_base: Fraction
    step: int
    codec_options: dict[str, str]
    container_options: dict[str, str] = field(default_factory=dict)
    video: bool = True


def mp4(settings: EncoderSettings) -> Kind:
    """H.264."""
    # Fragments can be played without the index that other MP4 files get when they are closed.
    container = {
        "movflags": "frag_keyframe+empty_moov+default_base_moof",
        "frag_duration": str(FRAGMENT_US),
        "flush_packets": "1",
    }
    crf = "0" if settings.lossless else f"{settings.crf:g}"
    options = {"preset": "veryfast", "tune": "zerolatency", "crf": crf}
    codec, pixels = ("libx264rgb", "bgr24") if settings.lossless else ("libx264", "yuv420p")
    return Kind("mp4", (codec,), pixels, Fraction(1, 90_000), 1, options, container)


def webm(settings: EncoderSettings) -> Kind:
    """VP9, or VP8 where PyAV lacks that."""
    container = {"cluster_time_limit": str(FRAGMENT_US // 1000), "flush_packets": "1"}
    options = {"deadline": "realtime", "cpu-used": "8", "row-mt": "1", "lag-in-frames": "0", "b": "0"}
    if settings.lossless:
        return Kind("webm", ("libvpx-vp9",), "gbrp", Fraction(1, 1000), 1, {**options, "lossless": "1"}, container)
    # Its scale goes to 63 where that of H.264 goes to 51.
    options["crf"] = str(round(settings.crf * 63 / 51))
    return Kind("webm", ("libvpx-vp9", "libvpx"), "yuv420p", Fraction(1, 1000), 1, options, container)


def gif(settings: EncoderSettings) -> Kind:
    """256 colours for each picture. `ConfigurationError` where it shall be lossless."""
    if settings.lossless:
        raise ConfigurationError("a GIF has 256 colours: it cannot be lossless; MP4, WebM and WebP can")
    # Browsers take delays of less than two ticks for a tenth of a second.
    return Kind("gif", ("gif",), "pal8", Fraction(1, 100), 2, {}, {"loop": "0", "flush_packets": "1"}, video=False)


class ContainerWriter:
    """A `PictureWriter` by PyAV. Errors of PyAV are let through.

    Args:
        path: Where to.
        kind: What it becomes.

    Raises:
        RecordingError: PyAV lacks an encoder.
    """

    def __init__(self, path: Path, kind: Kind) -> None:
        self._kind = kind
        codec = next((codec for codec in kind.codecs if codec in av.codecs_available), None)
        if codec is None:
            raise RecordingError(
                f"{path.suffix} needs PyAV built with {' or '.join(kind.codecs)}; its wheels have it: pip install av"
            )
        self._codec = codec
        self._stream: VideoStream | None = None
        self._coded = (0, 0)
        self._reformatter = VideoReformatter()
        self._last: VideoFrame | None = None
        self._keyframe_at: int | None = None
        self.time_base = kind.time_base
        self.step = kind.step
        self.is_video = kind.video
        self._container: OutputContainer = av.open(
            str(path), "w", format=kind.container, container_options=kind.container_options
        )

    def start(self, width: int, height: int, color: ColorSpace) -> None:
        """See `PictureWriter.start`."""
        # Halved colour needs even sides.
        even = int(self._kind.pixel_format == "yuv420p")
        self._coded = (width + even * (width % 2), height + even * (height % 2))
        stream = self._container.add_stream(self._codec, rate=60, options=self._kind.codec_options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = self._coded
        stream.pix_fmt = self._kind.pixel_format
        context = stream.codec_context
        context.time_base = self._kind.time_base
        if self._kind.video:
            yuv = self._kind.pixel_format == "yuv420p"
            context.color_primaries, context.color_trc = _PRIMARIES[color], _SRGB_TRANSFER
            context.colorspace, context.color_range = (_BT709, _MPEG_RANGE) if yuv else (_RGB, _FULL_RANGE)
        self._stream = stream

    def write(self, rgb: Pixels, tick: int) -> None:
        """See `PictureWriter.write`."""
        self._last = self._to_video(rgb)
        self.repeat(tick)

    def repeat(self, tick: int) -> None:
        """See `PictureWriter.repeat`."""
        picture = self._last
        assert self._stream is not None
        assert picture is not None
        picture.pts, picture.time_base = tick, self._kind.time_base
        jump = self._keyframe_at is None or (tick - self._keyframe_at) * self._kind.time_base >= KEYFRAME_INTERVAL_S
        picture.pict_type = PictureType.I if jump else PictureType.NONE
        if jump:
            self._keyframe_at = tick
        self._container.mux(self._stream.encode(picture))

    def close(self) -> None:
        """See `PictureWriter.close`."""
        if self._stream is not None:
            self._container.mux(self._stream.encode(None))
        self._container.close()

    def _to_video(self, rgb: Pixels) -> VideoFrame:
        pixel_format = self._kind.pixel_format
        if pixel_format == "pal8":
            return _paletted(rgb)
        width, height = self._coded
        rgb = np.pad(rgb, ((0, height - rgb.shape[0]), (0, width - rgb.shape[1]), (0, 0)), "edge")
        source = VideoFrame.from_ndarray(rgb, format="rgb24")
        if pixel_format != "yuv420p":
            return source.reformat(format=pixel_format)
        return self._reformatter.reformat(
            source,
            format=pixel_format,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
        )


def _paletted(rgb: Pixels) -> VideoFrame:
    """With 256 colours of its own."""
    image = Image.fromarray(rgb).quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    colors = np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)
    palette = np.full((256, 4), 255, np.uint8)  # ARGB
    palette[: len(colors), 1:] = colors[:256]
    # PyAV takes a pair for this format, which its types do not say.
    return VideoFrame.from_ndarray((np.asarray(image), palette), format="pal8")  # type: ignore[arg-type]
