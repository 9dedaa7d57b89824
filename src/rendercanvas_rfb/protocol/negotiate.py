"""Which tier a viewer gets: a pure function of what it can decode and what the server can encode."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ..errors import ProtocolError
from .formats import Tier
from .messages import Capabilities

__all__ = ["Choice", "choose_tier"]

_NO_VIDEO = {
    "insecure-context": "images, because browsers decode video only on https or localhost",
    "unsupported": "images, because the browser has no video decoder for this stream",
    "decoder-failed": "images, because the browser's video decoder failed repeatedly",
    "disabled": "images, because video is switched off in the page",
    None: "images, because the server has no encoder for a video format that the viewer decodes",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A tier and why it was chosen, in words for the statistics panel."""

    tier: Tier
    reason: str


def choose_tier(capabilities: Capabilities, available: Collection[Tier]) -> Choice:
    """The first of the viewer's formats, in its own order of preference, that the server can make; video before images.

    Raises:
        ProtocolError: They have no format in common.
    """
    for tier in capabilities.video:
        if tier in available:
            return Choice(tier, f"video: the viewer has proven that it decodes {tier}")
    for format in capabilities.images:
        if (tier := Tier(format)) in available:
            return Choice(tier, _NO_VIDEO[capabilities.no_video if not capabilities.video else None])
    offered = ", ".join(str(tier) for tier in available)
    raise ProtocolError(f"no format in common; the server offers {offered}")
