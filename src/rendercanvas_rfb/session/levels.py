"""The levels of a tier: what is made for viewers that cannot keep up with its full quality. Pure.

The last one is no video any more but single images, each of which needs no other: for those who stall, or whose link is
too slow for any video.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from ..protocol.formats import Chroma, PictureFormat, Tier

__all__ = ["IMAGES", "LEVELS", "REFERENCE_FPS", "SLOWEST", "Level", "level_for", "stand_ins", "tier_at"]

REFERENCE_FPS = 30.0
"""Pictures per second that a level without a limit of its own is reckoned with: as many as most programs draw."""

_MIN_BITS_PER_PIXEL = 0.03
"""What a moving picture needs to be legible. libx264 in 4:4:4 makes a panned line plot of 30 dB in a third of it."""


@dataclass(frozen=True, slots=True)
class Level:
    """How a tier is made at one level.

    Attributes:
        meaning: In words, for the statistics panel.
        max_fps: Pictures per second, at most; None for as many as there are.
        shrink: The picture's width and height are divided by it.
    """

    meaning: str
    max_fps: float | None = None
    shrink: int = 1

    def needs(self, pixels: int) -> float:
        """Bits per second under which pictures of ``pixels`` pixels are better made at the next level."""
        fps = REFERENCE_FPS if self.max_fps is None else min(self.max_fps, REFERENCE_FPS)
        return _MIN_BITS_PER_PIXEL * pixels / self.shrink**2 * fps


LEVELS = (
    Level("full quality"),
    Level("a bitrate that the link carries"),
    Level("fewer pictures", max_fps=15.0),
    Level("fewer and smaller pictures", max_fps=15.0, shrink=2),
    Level("single small images", max_fps=2.0, shrink=4),
)
"""From the full quality to what the slowest links get. Every level of video but the first keeps to a bitrate; its
encoder waits for all viewers that are alive, so that none of them ever loses its reference picture. A single image of
320 by 180 pixels has about 6 kB, which take under a second at 64 kbit/s."""

IMAGES = len(LEVELS) - 1
"""The level of single images."""

SLOWEST = IMAGES - 1
"""The slowest level of video."""

_IMAGE_FORMATS = (PictureFormat.WEBP, PictureFormat.JPEG, PictureFormat.PNG)
"""The formats of single images, best first: of a plot, WebP takes a sixth of the bytes of JPEG."""


def level_for(bitrate: float, pixels: int) -> int:
    """The best level, 1 or above, for ``bitrate`` bits per second and a picture of ``pixels`` pixels."""
    fits = (number for number in range(1, SLOWEST) if bitrate >= LEVELS[number].needs(pixels))
    return next(fits, SLOWEST)


def tier_at(level: int, tier: Tier, decodes: Collection[Tier], images: Collection[Tier] = ()) -> Tier:
    """The tier that stands in at ``level`` for ``tier``, which a viewer that ``decodes`` these has chosen.

    ``images`` are those that it can be sent; where there are none, the slowest video is the end.

    RGB takes more bits than Y'CbCr of the same quality, so it is for full quality only. Lower pace comes with half the
    chroma, where the viewer takes it: who has so few bits sees more in the luma.
    """
    if level == 0 or not tier.format.is_video:
        # Images have no bitrate to be limited.
        return replace(tier, level=0 if level == 1 else level)
    if level == IMAGES:
        formats = (Tier(format, level=IMAGES) for format in _IMAGE_FORMATS if Tier(format) in images)
        if (image := next(formats, None)) is not None:
            return image
        level = SLOWEST
    wanted = (Chroma.YUV444,) if level == 1 else (Chroma.YUV420, Chroma.YUV444)
    chroma = next((chroma for chroma in wanted if Tier(tier.format, chroma) in decodes), tier.chroma)
    return replace(tier, chroma=chroma, level=level)


def stand_ins(tier: Tier, decodes: Collection[Tier]) -> tuple[Tier, ...]:
    """What a viewer that ``decodes`` these can share with others in place of ``tier``, where encoders are too many.

    First the same level in another chroma, then slower ones, the nearest first; faster ones last, whose other viewers
    it slows down then. Full quality is not among them.
    """
    levels = [*range(tier.level, SLOWEST + 1), *range(tier.level - 1, 0, -1)]
    formats = [full for full in decodes if full.format is tier.format]
    return tuple(
        other for level in levels if level > 0 for full in formats if (other := replace(full, level=level)) != tier
    )
