"""When a viewer is sent an image beside its video: the lossless still at rest, and what a newcomer sees first. Pure."""

from __future__ import annotations

from collections.abc import Collection

from ..protocol.formats import PictureFormat
from ..protocol.messages import ChunkHeader
from .exact import STILL_FORMATS, Exactness, StillWish

__all__ = ["PREVIEW_REASON", "STILL_REASON", "Refinement", "preview_format"]

QUICK_STILL_S = 0.15
"""Seconds on the wire up to which a still is sent as soon as the picture has settled."""

SLOW_STILL_S = 6.0
"""Seconds on the wire from which on none is sent: a viewer that hears nothing for 9 s takes its connection for lost,
and a link may be slower than it was."""

CALM_S = 2.0
"""Seconds without another picture, at least, before a still that takes longer than `QUICK_STILL_S`. One that takes
longer than that waits for as long as it takes: it is worth that only to somebody who looks for longer."""

PREVIEW_FORMATS = (PictureFormat.JPEG, PictureFormat.WEBP)
"""The formats of an image that is shown until there is a keyframe, the fastest first: JPEG takes a fifth of the time
of WebP."""

PREVIEW_REASON = "an image, until there is a keyframe"
"""Why a newcomer is sent an image, in words for the statistics panel."""

STILL_REASON = "the picture stands still: the exact pixels"
"""Why a viewer of video is sent an image, in words for the statistics panel."""


def preview_format(images: Collection[PictureFormat]) -> PictureFormat | None:
    """What an image for a newcomer is encoded as, for a viewer that shows these formats; None where it shows none."""
    return next((format for format in PREVIEW_FORMATS if format in images), None)


class Refinement:
    """Whether a viewer has the exact pixels, and which still it would take.

    Args:
        now: The time, in seconds of the monotonic clock that all other calls use too.
    """

    def __init__(self, now: float) -> None:
        self._exactness = Exactness()
        self._moved_at = now
        # Version of the picture whose still would hold up the link for too long, and after how many seconds of calm it
        # may be sent; None for never.
        self._declined: tuple[int, float | None] | None = None

    def wish(self, images: Collection[PictureFormat]) -> StillWish | None:
        """The still that a viewer with an idle link, which shows these formats, would take."""
        frame = self._exactness.inexact_frame
        if frame is None or (self._declined is not None and self._declined[0] == frame):
            return None
        format = next((format for format in STILL_FORMATS if format in images), None)
        return None if format is None else StillWish(frame, format)

    def fits(self, frame: int, size: int, bitrate: float | None, now: float) -> bool:
        """Whether the still that was wished for may be sent now, so that it holds nothing up for long.

        Args:
            frame: Version of its picture, which is not wished for again until it may be sent.
            size: Its bytes.
            bitrate: Bits per second that the link carries; None where it is not limited.
            now: The time.
        """
        if bitrate is None:
            return True
        seconds = 8 * size / bitrate
        calm = max(CALM_S, seconds)
        if seconds <= QUICK_STILL_S or (seconds <= SLOW_STILL_S and now - self._moved_at >= calm):
            return True
        self._declined = (frame, calm if seconds <= SLOW_STILL_S else None)
        return False

    def moved(self, now: float) -> None:
        """A chunk of the stream was sent."""
        self._moved_at = now

    def sent(self, header: ChunkHeader) -> None:
        """A chunk of any kind was sent."""
        self._exactness.sent(header)

    def lost(self) -> None:
        """The viewer could not show what it was sent."""
        self._exactness.lost()

    def tick(self, now: float) -> None:
        """Let time pass: what was declined may be wished for once the picture has been calm."""
        if self._declined is None or (calm := self._declined[1]) is None:
            return
        if now - self._moved_at >= calm:
            self._declined = None
