"""What a display may be asked for: quality, encoder, codec, pace and bitrate."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypedDict

from .encoders.base import MAX_DEPTH, EncoderSettings
from .encoders.choosing import EncoderChooser
from .encoders.registry import AUTO, select_encoders
from .errors import ConfigurationError
from .policy import is_positive_integer
from .protocol.formats import Chroma, PictureFormat, Tier
from .session.window import MAX_CHUNKS

__all__ = ["CODECS", "QUALITIES", "DisplayOptions", "OptionChanges", "QualityPreset"]


@dataclass(frozen=True, slots=True)
class QualityPreset:
    """What a quality means to encoders.

    Attributes:
        meaning: In words, for people.
        settings: For the encoders.
        tiers: What it may be made as, best first; None for anything.
    """

    meaning: str
    settings: EncoderSettings
    tiers: tuple[Tier, ...] | None = None


_WEBP, _PNG, _JPEG = Tier(PictureFormat.WEBP), Tier(PictureFormat.PNG), Tier(PictureFormat.JPEG)

QUALITIES: dict[str, QualityPreset] = {
    "lossless": QualityPreset(
        "every pixel exactly as drawn: as video in RGB where the viewer decodes it, else as lossless images",
        EncoderSettings(lossless=True),
        (Tier(PictureFormat.H264, Chroma.RGB), _WEBP, _PNG),
    ),
    "sharp": QualityPreset(
        "exact as long as that costs little, such as plots; else without visible loss, in full colour resolution where"
        " the viewer decodes it",
        EncoderSettings(crf=20.0, image_quality=90),
    ),
    "balanced": QualityPreset(
        "about half the bytes, with a loss that shows at a second look",
        EncoderSettings(crf=27.0, image_quality=80, exact_bitrate=8_000_000),
    ),
    "low-bandwidth": QualityPreset(
        "for slow links: half colour resolution, visible loss",
        EncoderSettings(crf=33.0, image_quality=55),
        (*(Tier(format, Chroma.YUV420) for format in PictureFormat if format.is_video), _WEBP, _JPEG, _PNG),
    ),
}
"""The quality presets, best first."""

CODECS = (AUTO, *(format.value for format in PictureFormat))
"""What pictures may be encoded as; "auto" leaves it to each viewer."""

MIN_BITRATE = 10_000
"""Bits per second. Less leaves one kilobyte a second, which is not even the headers of a picture at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayOptions:
    """How the pictures of one display are encoded.

    Attributes:
        quality: One of `QUALITIES`: "lossless", "sharp", "balanced" or "low-bandwidth".
        encoder: Name of an encoder, as `rendercanvas_rfb.encoders.registry.encoder_names` lists them; "auto" for the
            best built-in one for each viewer, as ``rendercanvas-rfb doctor`` prints it.
        codec: One of `CODECS`: "auto", "h264", "vp9", "av1", "hevc", "webp", "jpeg" or "png". With any but "auto",
            viewers that do not decode it are refused. "auto" makes no video but H.264.
        max_fps: Frames per second that are encoded, at most; None for as many as are made and viewers take. The
            newest frame is always shown in the end. A keyframe for a viewer that has none does not wait.
        bitrate: Bits per second of a video stream, at most, averaged over one second; None for what the quality
            needs. Still images have no limit.
        settle: Whether viewers of a lossy stream are sent the exact pixels, as one lossless image, once the picture
            has not changed for a moment.
        window: Chunks of pictures that may be on their way to each viewer at most, 1 to 32; what its link holds is
            found out, and fewer than that make pictures wait for acknowledgements. None for as many as the link holds.
        stale_after: Seconds after which viewers are told that no picture has come, for a program that promises to
            publish more often than that; a picture that is equal to the one before counts as one. None for a program
            that publishes when it has something to show.
        encode_pipeline_depth: Frames that an encoder of video may have in work at once, 1 to 4, where it can have
            several: more pictures a second, each of them up to that many frames less one later. 1 for one in, one out.
            None for the same, but for encoders that know no other way: VideoToolbox may have 3.

    Raises:
        ConfigurationError: A value is not accepted, values contradict each other, or this machine has no encoder for
            them; the message says which and why.
    """

    quality: str = "sharp"
    encoder: str = AUTO
    codec: str = AUTO
    max_fps: float | None = None
    bitrate: float | None = None
    settle: bool = True
    window: int | None = None
    stale_after: float | None = None
    encode_pipeline_depth: int | None = None

    def __post_init__(self) -> None:
        _check_choice("quality", self.quality, tuple(QUALITIES))
        _check_choice("codec", self.codec, CODECS)
        if not isinstance(self.encoder, str):
            raise ConfigurationError(f"encoder must be the name of one, not {self.encoder!r}")
        if self.max_fps is not None and not (_is_number(self.max_fps) and 0 < self.max_fps < math.inf):
            raise ConfigurationError(f"max_fps must be a positive finite number or None, not {self.max_fps!r}")
        if self.bitrate is not None and not (_is_number(self.bitrate) and MIN_BITRATE <= self.bitrate < math.inf):
            raise ConfigurationError(
                f"bitrate must be None or at least {MIN_BITRATE} bits per second, not {self.bitrate!r}"
            )
        if not isinstance(self.settle, bool):
            raise ConfigurationError(f"settle must be True or False, not {self.settle!r}")
        if self.window is not None and not (is_positive_integer(self.window) and self.window <= MAX_CHUNKS):
            raise ConfigurationError(f"window must be an integer from 1 to {MAX_CHUNKS} or None, not {self.window!r}")
        if self.stale_after is not None and not (_is_number(self.stale_after) and 0 < self.stale_after < math.inf):
            raise ConfigurationError(
                f"stale_after must be a positive number of seconds or None, not {self.stale_after!r}"
            )
        depth = self.encode_pipeline_depth
        if depth is not None and not (is_positive_integer(depth) and depth <= MAX_DEPTH):
            raise ConfigurationError(
                f"encode_pipeline_depth must be an integer from 1 to {MAX_DEPTH} or None, not {depth!r}"
            )
        self.select()

    @property
    def settings(self) -> EncoderSettings:
        """What encoders are opened with."""
        preset = QUALITIES[self.quality].settings
        bitrate = None if self.bitrate is None else int(self.bitrate)
        fps = preset.fps if self.max_fps is None else float(self.max_fps)
        return replace(preset, max_bitrate=bitrate, fps=fps, pipeline_depth=self.encode_pipeline_depth)

    def select(self) -> tuple[tuple[Tier, ...], EncoderChooser]:
        """The tiers that viewers may choose from, best first, and what opens their encoders.

        Raises:
            ConfigurationError: There are none.
        """
        allowed_by_quality = QUALITIES[self.quality].tiers
        if self.codec != AUTO and allowed_by_quality is not None:
            accepted = tuple(dict.fromkeys(tier.format.value for tier in allowed_by_quality))
            if self.codec not in accepted:
                raise ConfigurationError(
                    f"quality {self.quality!r} cannot be had with codec {self.codec!r}, only with"
                    f" {' or '.join(accepted)}"
                )

        def allowed(tier: Tier) -> bool:
            by_codec = self.codec in (AUTO, tier.format.value)
            return by_codec and (allowed_by_quality is None or tier in allowed_by_quality)

        try:
            return select_encoders(self.encoder, allowed, self.settings)
        except ConfigurationError as error:
            raise ConfigurationError(
                f"quality {self.quality!r}, codec {self.codec!r} and encoder {self.encoder!r} do not work: {error}"
            ) from error


class OptionChanges(TypedDict, total=False):
    """Members of `DisplayOptions` that are to have other values."""

    quality: str
    encoder: str
    codec: str
    max_fps: float | None
    bitrate: float | None
    settle: bool
    window: int | None
    stale_after: float | None
    encode_pipeline_depth: int | None


def _check_choice(name: str, value: object, accepted: tuple[str, ...]) -> None:
    if value not in accepted:
        raise ConfigurationError(f"{name} must be one of {', '.join(map(repr, accepted))}, not {value!r}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
