"""Pictures into a file: MP4 and WebM video, animated WebP and GIF. All of them through PyAV, as the pictures come."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from os import PathLike, fspath
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

__all__ = ["SUFFIXES", "MovieFile", "check_suffix"]

FRAGMENT_US = 500_000
"""Microseconds of video that are written at a time: what is lost, at most, when the process is killed."""

KEYFRAME_INTERVAL_S = 2.0
"""Seconds between two pictures to which players can jump."""

_MPEG_RANGE, _FULL_RANGE = 1, 2  # AVCOL_RANGE_MPEG and AVCOL_RANGE_JPEG of libavutil
_BT709, _RGB = 1, 0  # matrix coefficients of H.264 table E-5, which libavutil shares
_SRGB_TRANSFER = 13  # table E-4
_PRIMARIES = {ColorSpace.SRGB: 1, ColorSpace.DISPLAY_P3: 12}  # table E-3


@dataclass(frozen=True, slots=True)
class _Kind:
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


def _mp4(settings: EncoderSettings) -> _Kind:
    # Fragments can be played without the index that other MP4 files get when they are closed.
    container = {
        "movflags": "frag_keyframe+empty_moov+default_base_moof",
        "frag_duration": str(FRAGMENT_US),
        "flush_packets": "1",
    }
    crf = "0" if settings.lossless else f"{settings.crf:g}"
    options = {"preset": "veryfast", "tune": "zerolatency", "crf": crf}
    codec, pixels = ("libx264rgb", "bgr24") if settings.lossless else ("libx264", "yuv420p")
    return _Kind("mp4", (codec,), pixels, Fraction(1, 90_000), 1, options, container)


def _webm(settings: EncoderSettings) -> _Kind:
    container = {"cluster_time_limit": str(FRAGMENT_US // 1000), "flush_packets": "1"}
    options = {"deadline": "realtime", "cpu-used": "8", "row-mt": "1", "lag-in-frames": "0", "b": "0"}
    if settings.lossless:
        return _Kind("webm", ("libvpx-vp9",), "gbrp", Fraction(1, 1000), 1, {**options, "lossless": "1"}, container)
    # Its scale goes to 63 where that of H.264 goes to 51.
    options["crf"] = str(round(settings.crf * 63 / 51))
    return _Kind("webm", ("libvpx-vp9", "libvpx"), "yuv420p", Fraction(1, 1000), 1, options, container)


SHARP_IMAGE_QUALITY = 90
"""From this image quality on, WebP is lossless: for plots that is smaller than its lossy mode, which halves the colour
resolution."""


def _webp(settings: EncoderSettings) -> _Kind:
    options = {"lossless": "0", "quality": str(settings.image_quality), "compression_level": "0"}
    if settings.lossless or settings.image_quality >= SHARP_IMAGE_QUALITY:
        options.update(lossless="1", quality="0")
    return _Kind("webp", ("libwebp_anim",), "bgra", Fraction(1, 1000), 1, options, {"loop": "0"}, video=False)


def _gif(settings: EncoderSettings) -> _Kind:
    if settings.lossless:
        raise ConfigurationError("a GIF has 256 colours: it cannot be lossless; MP4, WebM and WebP can")
    # Browsers take delays of less than two ticks for a tenth of a second.
    return _Kind("gif", ("gif",), "pal8", Fraction(1, 100), 2, {}, {"loop": "0", "flush_packets": "1"}, video=False)


_KINDS = {".mp4": _mp4, ".webm": _webm, ".webp": _webp, ".gif": _gif}

SUFFIXES = tuple(_KINDS)
"""What the name of a file may end in; that decides what it becomes."""


def check_suffix(path: str | PathLike[str]) -> str:
    """The suffix of ``path``, in lower case.

    Raises:
        ConfigurationError: It is none of `SUFFIXES`.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _KINDS:
        raise ConfigurationError(f"a recording must be named *{', *'.join(SUFFIXES)}, not {fspath(path)!r}")
    return suffix


class MovieFile:
    """A file that pictures are written to, each with its time. The first one decides the size.

    MP4 and WebM can be played up to the last half second, and an animated GIF up to the last picture, also where the
    process is killed; an animated WebP only when it is closed. Lossy video is 4:2:0 in limited range, which every
    player has; lossless video is RGB, which VLC, mpv and Chromium play, and some others do not.

    Belongs to one thread at a time.

    Args:
        path: Where to; a file that is there already is replaced.
        settings: Quality.

    Raises:
        ConfigurationError: The suffix is none of `SUFFIXES`, or that kind of file cannot be lossless.
        RecordingError: The file cannot be written, or PyAV lacks an encoder.
    """

    def __init__(self, path: str | PathLike[str], settings: EncoderSettings) -> None:
        self._path = Path(path)
        suffix = check_suffix(path)
        self._kind = kind = _KINDS[suffix](settings)
        codec = next((codec for codec in kind.codecs if codec in av.codecs_available), None)
        if codec is None:
            raise RecordingError(
                f"{suffix} needs PyAV built with {' or '.join(kind.codecs)}; its wheels have it: pip install av"
            )
        self._codec = codec
        self._stream: VideoStream | None = None
        self._size = (0, 0)
        self._coded = (0, 0)
        self._color = ColorSpace.SRGB
        self._reformatter = VideoReformatter()
        self._last: VideoFrame | None = None
        self._pts: int | None = None
        self._keyframe_at = 0
        self._origin_us = 0
        self._closed = False
        try:
            # PyAV opens it with the first picture only.
            self._path.open("wb").close()
            self._container: OutputContainer = av.open(
                str(self._path), "w", format=kind.container, container_options=kind.container_options
            )
        except OSError as error:
            raise RecordingError(f"cannot write {fspath(path)!r}: {error.strerror or error}") from error

    @property
    def is_video(self) -> bool:
        """Whether a picture that is repeated costs next to nothing."""
        return self._kind.video

    def add(self, rgb: Pixels, timestamp_us: int, color: ColorSpace = ColorSpace.SRGB) -> None:
        """Write a picture.

        Args:
            rgb: uint8 array of shape (height, width, 3). One of another size than the first is scaled to fit into
                that, with black bars.
            timestamp_us: When it is shown, microseconds from anywhere. One that is not later than the one before is
                shown as soon after it as the file allows.
            color: Which colours the values stand for; that of the first picture holds for the file.

        Raises:
            RecordingError: The encoder or the file failed. The file must be closed.
        """
        try:
            if self._stream is None:
                self._start(rgb, timestamp_us, color)
            self._last = self._to_video(_fit(rgb, self._size))
            self._encode(self._last, timestamp_us)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise RecordingError(f"cannot write {str(self._path)!r}: {error}") from error

    def repeat(self, timestamp_us: int) -> None:
        """Show the last picture until ``timestamp_us`` at least. Does nothing before the first.

        Raises:
            RecordingError: As for `add`.
        """
        try:
            if self._last is not None:
                self._encode(self._last, timestamp_us)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise RecordingError(f"cannot write {str(self._path)!r}: {error}") from error

    def close(self) -> None:
        """Finish the file; without a picture there is none. May be called more than once.

        Raises:
            RecordingError: What was left could not be written.
        """
        if self._closed:
            return
        self._closed = True
        try:
            if self._stream is not None:
                self._container.mux(self._stream.encode(None))
            self._container.close()
        except (av.FFmpegError, OSError, ValueError) as error:
            raise RecordingError(f"cannot write {str(self._path)!r}: {error}") from error
        if self._stream is None:
            self._path.unlink(missing_ok=True)

    def _start(self, rgb: Pixels, timestamp_us: int, color: ColorSpace) -> None:
        height, width = rgb.shape[:2]
        # Halved colour needs even sides.
        even = int(self._kind.pixel_format == "yuv420p")
        self._size, self._coded = (width, height), (width + even * (width % 2), height + even * (height % 2))
        self._origin_us, self._color = timestamp_us, color
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

    def _encode(self, picture: VideoFrame, timestamp_us: int) -> None:
        assert self._stream is not None
        ticks = round(Fraction(timestamp_us - self._origin_us, 1_000_000) / self._kind.time_base)
        first = self._pts is None
        self._pts = 0 if self._pts is None else max(ticks, self._pts + self._kind.step)
        picture.pts, picture.time_base = self._pts, self._kind.time_base
        jump = first or (self._pts - self._keyframe_at) * self._kind.time_base >= KEYFRAME_INTERVAL_S
        picture.pict_type = PictureType.I if jump else PictureType.NONE
        if jump:
            self._keyframe_at = self._pts
        self._container.mux(self._stream.encode(picture))

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


def _fit(rgb: Pixels, size: tuple[int, int]) -> Pixels:
    """Scale to fit into ``size`` (width, height), with black bars."""
    height, width = rgb.shape[:2]
    if (width, height) == size:
        return rgb
    scale = min(size[0] / width, size[1] / height)
    fitted = min(size[0], max(1, round(width * scale))), min(size[1], max(1, round(height * scale)))
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    left, top = (size[0] - fitted[0]) // 2, (size[1] - fitted[1]) // 2
    scaled = Image.fromarray(rgb).resize(fitted, Image.Resampling.BILINEAR)
    picture[top : top + fitted[1], left : left + fitted[0]] = np.asarray(scaled)
    return picture


def _paletted(rgb: Pixels) -> VideoFrame:
    """With 256 colours of its own."""
    image = Image.fromarray(rgb).quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    colors = np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)
    palette = np.full((256, 4), 255, np.uint8)  # ARGB
    palette[: len(colors), 1:] = colors[:256]
    # PyAV takes a pair for this format, which its types do not say.
    return VideoFrame.from_ndarray((np.asarray(image), palette), format="pal8")  # type: ignore[arg-type]
